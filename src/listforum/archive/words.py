"""What the search index reads: every post's words, in the order in which they last changed, or the newest first."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from listforum.archive.contents import Contents
from listforum.archive.database import Database, Row
from listforum.archive.files import File
from listforum.archive.packing import unpacked
from listforum.mail import safe
from listforum.mail.patches import holds_patch
from listforum.model.forum import Document

_DOCUMENT: Final = """
    SELECT post.id, change, topic, burst, subject, author, address, date, text
    FROM post LEFT JOIN own_words ON own_words.post = post.id
"""
_OLDER: Final = "change <= ? AND (date, post.id) < (?, ?)"
_START: Final = (2**63 - 1, 2**63 - 1)
_LINK: Final = re.compile(r"(?i)://(?:(?<=http://)|(?<=https://)|(?<=ftp://)|(?<=gemini://))[^\s]")
_BARE_LINK: Final = re.compile(r"(?i)(?<![a-z0-9])www\.\w")


class Words:
    """Hands the archive's words to whoever indexes them, safe to show, so that what is found is what is shown."""

    def __init__(self, database: Database, contents: Contents) -> None:
        self._database = database
        self._contents = contents

    def generation(self) -> str:
        """Changes when the archive was made anew or rebuilt."""
        found = self._database.row("SELECT value FROM meta WHERE key = 'generation'")
        return str(found[0]) if found else ""

    def changed(self) -> int:
        """The newest change number."""
        found = self._database.row("SELECT value FROM meta WHERE key = 'change'")
        return int(found[0]) if found else 0

    def count(self) -> int:
        """How many posts there are."""
        found = self._database.row("SELECT count(*) FROM post")
        return int(found[0]) if found else 0

    def changed_after(self, change: int) -> int:
        """How many posts changed, or went, after a change number."""
        found = self._database.row(
            "SELECT (SELECT count(*) FROM post WHERE change > ?1) + (SELECT count(*) FROM gone WHERE change > ?1)",
            (change,),
        )
        return int(found[0]) if found else 0

    def after(self, change: int, limit: int) -> Sequence[Document]:
        """Posts changed after a change number, in the order of their changes.

        Of a digest whose mails are posts nothing is told: they are found instead. A post that is gone stands in no
        list.
        """
        rows = self._database.rows(f"{_DOCUMENT} WHERE change > ? ORDER BY change LIMIT ?", (change, limit))
        taken = "SELECT post, change FROM gone WHERE change > ? ORDER BY change LIMIT ?"
        gone = self._database.rows(taken, (change, limit))
        found = [*self._documents(rows), *(Document(post, number, 0, (), "", "", "", 0, "") for post, number in gone)]
        return sorted(found, key=lambda one: one.change)[:limit]

    def older(self, upto: int, than: tuple[int, int] | None, limit: int) -> Sequence[Document]:
        """Posts not changed after a change number, newest first: those after a (date, post) in that order."""
        rows = self._database.rows(
            f"{_DOCUMENT} WHERE {_OLDER} ORDER BY date DESC, post.id DESC LIMIT ?", (upto, *(than or _START), limit)
        )
        return list(self._documents(rows))

    def count_older(self, upto: int, than: tuple[int, int] | None) -> int:
        """How many posts `older` would give without a limit."""
        # Each half is counted in an index alone; few posts changed later.
        found = self._database.row(
            """SELECT (SELECT count(*) FROM post WHERE (date, id) < (?1, ?2)) - (
                   SELECT count(*) FROM post INDEXED BY post_change WHERE change > ?3 AND (date, id) < (?1, ?2))""",
            (*(than or _START), upto),
        )
        return int(found[0]) if found else 0

    def own_words(self, posts: Sequence[int]) -> Mapping[int, str]:
        """The own words of posts, where known."""
        return self._contents.own_words(posts)

    def files(self, posts: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
        """The names of the files of posts, of those that have any."""
        found = {post: _names(files) for post, files in self._contents.files.of(posts).items()}
        return {post: names for post, names in found.items() if names}

    def _documents(self, rows: Sequence[Row]) -> Iterator[Document]:
        posts = [row[0] for row in rows]
        lists, files = self._lists(posts), self._contents.files.of(posts)
        for post, change, topic, burst, subject, author, address, date, text in rows:
            if burst:
                yield Document(post, change, topic, (), "", "", "", date, "")
                continue
            words = unpacked(text).decode() if text else ""
            own = files.get(post, ())
            yield Document(
                post=post,
                change=change,
                topic=topic,
                lists=tuple(lists.get(post, ())),
                subject=subject,
                author=author,
                address=address or "",
                date=date,
                own_words=words,
                files=_names(own) if own else (),
                has=_contents(words, own),
            )

    def _lists(self, posts: Sequence[int]) -> Mapping[int, Sequence[str]]:
        found: defaultdict[int, list[str]] = defaultdict(list)
        rows = self._database.rows(
            "SELECT post, list FROM post_list WHERE post IN (SELECT value FROM json_each(?)) ORDER BY post, list",
            (json.dumps(posts),),
        )
        names: dict[int, str] = dict(self._database.rows("SELECT id, name FROM list"))
        for post, row in rows:
            found[post].append(names[row])
        return found


def _names(files: Sequence[File]) -> tuple[str, ...]:
    """Their names as they are shown; each once."""
    return tuple(dict.fromkeys(name for file in files if (name := safe.line(file.name))))


def _contents(words: str, files: Sequence[File]) -> tuple[str, ...]:
    """What a post has in it besides words."""
    found = []
    if any(not file.shown for file in files):
        found.append("attachment")
    if any(file.is_patch for file in files) or holds_patch(words):
        found.append("patch")
    if _holds_link(words):
        found.append("link")
    return tuple(found)


def _holds_link(text: str) -> bool:
    if _LINK.search(text):
        return True
    return ("ww." in text or "WW." in text) and _BARE_LINK.search(text) is not None
