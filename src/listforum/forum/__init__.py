"""The one door of the command line and the screens: everything a person can do with their lists."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self

from listforum.archive.archive import Archive

if TYPE_CHECKING:
    from collections.abc import Callable

    from listforum.config import Config
    from listforum.forum.doctor import Doctor
    from listforum.forum.fetching import Fetching
    from listforum.forum.marking import Marking
    from listforum.forum.outgoing import Outgoing
    from listforum.forum.reading import Reading
    from listforum.forum.salvaging import Salvaging
    from listforum.forum.searching import Searching
    from listforum.forum.sending import Sending
    from listforum.forum.syncing import Syncing
    from listforum.forum.upkeep import Upkeep
    from listforum.forum.writing import Writing
    from listforum.home import Home


class Forum:
    """A person's lists. Synchronous, and safe to call from several threads.

    `load_config` is called at most once, and only by what needs the config: reading and searching work without one.
    Each group of abilities is loaded when it is first used, so that no command pays for another's libraries.
    """

    def __init__(self, home: Home, load_config: Callable[[], Config]) -> None:
        self.home = home
        self._load_config = load_config

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if "archive" in self.__dict__:
            self.archive.close()

    @cached_property
    def archive(self) -> Archive:
        return Archive(self.home.database)

    @cached_property
    def config(self) -> Config:
        return self._load_config()

    @cached_property
    def reading(self) -> Reading:
        from listforum.forum.reading import Reading

        return Reading(self.archive)

    @cached_property
    def marking(self) -> Marking:
        from listforum.forum.marking import Marking

        return Marking(self.archive)

    @cached_property
    def searching(self) -> Searching:
        from listforum.forum.searching import Searching

        return Searching(self.archive, self.home)

    @cached_property
    def outgoing(self) -> Outgoing:
        from listforum.forum.outgoing import Outgoing

        return Outgoing(self.archive, self.home)

    @cached_property
    def doctor(self) -> Doctor:
        from listforum.forum.doctor import Doctor

        return Doctor(self)

    @cached_property
    def writing(self) -> Writing:
        from listforum.forum.writing import Writing

        return Writing(self.archive, self.config)

    @cached_property
    def sending(self) -> Sending:
        from listforum.forum.sending import Sending

        return Sending(self.archive, self.config, self.home)

    @cached_property
    def syncing(self) -> Syncing:
        from listforum.forum.syncing import Syncing

        return Syncing(self.archive, self.config, self.home)

    @cached_property
    def fetching(self) -> Fetching:
        from listforum.forum.fetching import Fetching

        return Fetching(self.archive, self.config, self.home)

    @cached_property
    def salvaging(self) -> Salvaging:
        from listforum.forum.salvaging import Salvaging

        return Salvaging(self.home)

    @cached_property
    def upkeep(self) -> Upkeep:
        from listforum.forum.upkeep import Upkeep

        return Upkeep(self.archive, self.home)
