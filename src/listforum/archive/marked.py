"""The posts that are to be read, or whose topics have a mark: what a search is narrowed to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, Literal

from listforum.archive.database import Database
from listforum.archive.topics import TOPICS_MARKED, in_all

Mark = Literal["unread", "unanswered", "followed", "starred"]

_POSTS: Final = "SELECT json_group_array(id) FROM post WHERE NOT burst AND "
"""As one text they come in less time than as a hundred thousand rows."""

_OF_TOPICS: Final = _POSTS + "topic IN (SELECT t.id FROM topic AS t WHERE {})"  # noqa: S608 - constants

_MARKED: Final[Mapping[Mark, str]] = {
    "unread": f"{_POSTS} NOT read AND topic NOT IN ({TOPICS_MARKED.format('mute')})",
    "unanswered": _OF_TOPICS.format(in_all(["unanswered", "unmuted"])),
    "followed": f"{_POSTS} topic IN ({TOPICS_MARKED.format('follow')})",
    "starred": f"{_POSTS} topic IN ({TOPICS_MARKED.format('star')})",
}


class Marked:
    """Finds posts by a mark; what it found last stays as long as nothing in the archive changes. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._found: dict[Mark, tuple[tuple[int, int, int], frozenset[int]]] = {}

    def posts(self, mark: Mark) -> frozenset[int]:
        """Posts that are unread, or whose topic is unanswered, followed or starred.

        In a muted topic nothing is unread or unanswered, as in the views.
        """
        state = self._database.state()
        known = self._found.get(mark)
        if known is not None and known[0] == state:
            return known[1]
        posts = self._read(mark)
        if state is not None:
            self._found[mark] = state, posts
        return posts

    def _read(self, mark: Mark) -> frozenset[int]:
        found = self._database.row(_MARKED[mark])
        return frozenset(json.loads(found[0]) if found else ())
