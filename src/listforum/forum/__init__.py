"""The one door of the command line and the screens: everything a person can do with their lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

from listforum.archive.archive import Archive
from listforum.errors import ConfigError
from listforum.forum.once import once

if TYPE_CHECKING:
    from collections.abc import Callable

    from listforum.config import Config
    from listforum.forum.connecting import Connecting
    from listforum.forum.doctor import Doctor
    from listforum.forum.drafting import Drafting
    from listforum.forum.expenses import Expenses
    from listforum.forum.fetching import Fetching
    from listforum.forum.history import History
    from listforum.forum.indexing import Indexing
    from listforum.forum.marking import Marking
    from listforum.forum.outgoing import Outgoing
    from listforum.forum.reading import Reading
    from listforum.forum.salvaging import Salvaging
    from listforum.forum.searching import Searching
    from listforum.forum.sending import Sending
    from listforum.forum.syncing import Syncing
    from listforum.forum.upkeep import Upkeep
    from listforum.forum.views import Views
    from listforum.forum.watching import Watching
    from listforum.forum.whereabouts import Places
    from listforum.forum.writing import Writing
    from listforum.home import Home


class Forum:
    """A person's lists. Synchronous, and safe to call from several threads.

    `load_config` is called only by what needs the config, and never again once it succeeded: reading and searching work
    without one.
    Each group of abilities is loaded when it is first used, so that no command pays for another's libraries.
    """

    def __init__(self, home: Home, load_config: Callable[[], Config]) -> None:
        self.home = home
        self._load_config = load_config
        self.config_problem: str | None = None
        """What is wrong with the config, one mistake a line; None as long as nobody asked, and when all is well."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if "archive" in self.__dict__:
            self.archive.close()

    @once
    def archive(self) -> Archive:
        return Archive(self.home.database)

    @once
    def config(self) -> Config:
        """Raises ConfigError; then it is loaded anew when it is asked for again."""
        try:
            config = self._load_config()
        except ConfigError as error:
            self.config_problem = str(error)
            raise
        self.config_problem = None
        return config

    def readiness(self) -> Literal["ready", "no config", "broken config"]:
        """Whether this can sync and send; else `config_problem` says why not."""
        try:
            _ = self.config
        except ConfigError:
            return "broken config" if self.home.config_file.exists() else "no config"
        return "ready"

    @once
    def reading(self) -> Reading:
        from listforum.forum.reading import Reading

        return Reading(self.archive)

    @once
    def marking(self) -> Marking:
        from listforum.forum.marking import Marking

        return Marking(self.archive)

    @once
    def searching(self) -> Searching:
        from listforum.forum.searching import Searching

        return Searching(self.archive, self.home, self.indexing)

    @once
    def indexing(self) -> Indexing:
        from listforum.forum.indexing import Indexing

        return Indexing(self.archive, self.home)

    @once
    def views(self) -> Views:
        from listforum.forum.views import Views

        return Views(self.archive)

    @once
    def history(self) -> History:
        from listforum.forum.history import History

        return History(self.archive, self._keeps_history)

    def _keeps_history(self) -> bool | None:
        """Whether searches are to be remembered; None as long as the config is broken, and nobody knows."""
        readiness = self.readiness()
        return None if readiness == "broken config" else readiness == "ready" and self.config.search.keep_history

    @once
    def outgoing(self) -> Outgoing:
        from listforum.forum.outgoing import Outgoing

        return Outgoing(self.archive, self.home)

    @once
    def doctor(self) -> Doctor:
        from listforum.forum.doctor import Doctor

        return Doctor(self)

    @once
    def whereabouts(self) -> Places:
        from listforum.forum.whereabouts import Places

        return Places(self.archive)

    @once
    def drafting(self) -> Drafting:
        from listforum.forum.drafting import Drafting

        return Drafting(self.archive, self.home, lambda: self.writing)

    @once
    def connecting(self) -> Connecting:
        """Shared by all that goes over the wire, so that a password is typed once."""
        from listforum.forum.connecting import Connecting

        return Connecting()

    @once
    def writing(self) -> Writing:
        from listforum.forum.writing import Writing

        return Writing(self.archive, self.config)

    @once
    def sending(self) -> Sending:
        from listforum.forum.sending import Sending

        return Sending(self.archive, self.config, self.home, self.connecting)

    @once
    def syncing(self) -> Syncing:
        from listforum.forum.syncing import Syncing

        return Syncing(self.archive, self.config, self.home, self.connecting)

    @once
    def watching(self) -> Watching:
        from listforum.forum.watching import Watching

        return Watching(self.archive, self.config, self.home, self.connecting)

    @once
    def fetching(self) -> Fetching:
        from listforum.forum.fetching import Fetching

        return Fetching(self.archive, self.config, self.home, self.connecting)

    @once
    def expenses(self) -> Expenses:
        from listforum.forum.expenses import Expenses

        return Expenses(self.archive, lambda: self.config)

    @once
    def salvaging(self) -> Salvaging:
        from listforum.forum.salvaging import Salvaging

        return Salvaging(self.home)

    @once
    def upkeep(self) -> Upkeep:
        from listforum.forum.upkeep import Upkeep

        return Upkeep(self.archive, self.home)
