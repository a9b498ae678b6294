"""Where a reader was, so that they find themselves there again."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Final

from listforum.archive.archive import Archive
from listforum.errors import UnknownItem
from listforum.model.forum import Whereabouts

_NAME: Final = "whereabouts"
_VIEWS: Final = frozenset({"all", "unread", "followed", "unanswered", "outbox"})


class Places:
    """Keeps one place, the last; where the home can only be read, none."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def save(self, whereabouts: Whereabouts) -> None:
        """Keeps where somebody is."""
        if not self._archive.read_only:
            self._archive.memory.put(_NAME, json.dumps(asdict(whereabouts)))

    def load(self) -> Whereabouts | None:
        """Where they were; None when nobody was anywhere. What is gone since then is left out of it.

        A topic that was joined to another one is found in that one.
        """
        kept = self._archive.memory.get(_NAME)
        known = None if kept is None else _understood(kept)
        return None if known is None else self._still_there(known)

    def _still_there(self, known: Whereabouts) -> Whereabouts:
        if known.list is not None and not self._has_list(known.list):
            return replace(known, list=None, topic=None, post=None, line=0)
        asked = [number for number in (known.topic, known.post) if number is not None]
        topics = self._archive.topics.of(asked)
        topic = topics.get(known.topic or 0)
        if topic is None:
            return replace(known, topic=None, post=None, line=0)
        if known.post is not None and topics.get(known.post) != topic:
            return replace(known, topic=topic, post=None, line=0)
        return replace(known, topic=topic)

    def _has_list(self, name: str) -> bool:
        try:
            self._archive.lists.id_of(name)
        except UnknownItem:
            return False
        return True


def _understood(kept: str) -> Whereabouts | None:
    """What was kept, if it is what this program keeps."""
    try:
        found = json.loads(kept)
        place = Whereabouts(found["list"], found["view"], found["topic"], found["post"], found["line"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    well = (
        isinstance(place.list, str | None)
        and place.view in _VIEWS
        and all(number is None or _is_number(number) for number in (place.topic, place.post))
        and _is_number(place.line)
    )
    return place if well else None


def _is_number(value: object) -> bool:
    return type(value) is int and 0 <= value < 2**63
