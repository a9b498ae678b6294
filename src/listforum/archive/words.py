"""What the search index reads: every post's words, in the order in which they last changed."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence

from listforum.archive.contents import Contents
from listforum.archive.database import Database
from listforum.archive.packing import unpacked
from listforum.model.forum import Document


class Words:
    """Hands the archive's words to whoever indexes them."""

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

    def topics(self) -> Sequence[int]:
        """The topic of each post, by the post's number; 0 for numbers of no post."""
        newest = self._database.row("SELECT max(id) FROM post")
        known = array("q", bytes(8 * ((newest[0] or 0) + 1 if newest else 1)))
        for post, topic in self._database.rows("SELECT id, topic FROM post"):
            known[post] = topic
        return known

    def count(self) -> int:
        """How many posts there are."""
        found = self._database.row("SELECT count(*) FROM post")
        return int(found[0]) if found else 0

    def changed_after(self, change: int) -> int:
        """How many posts changed after a change number."""
        found = self._database.row("SELECT count(*) FROM post WHERE change > ?", (change,))
        return int(found[0]) if found else 0

    def after(self, change: int, limit: int) -> Sequence[Document]:
        """Posts changed after a change number, in the order of their changes.

        Of a digest whose mails are posts nothing is told: they are found instead.
        """
        return [
            Document(
                post=post,
                change=number,
                topic=topic,
                lists=tuple(lists.split("\n")) if lists else (),
                subject=subject,
                author=author,
                address=address or "",
                date=date,
                own_words=unpacked(words).decode("utf-8", "surrogatepass") if words else "",
            )
            for post, number, topic, subject, author, address, date, words, lists in self._database.rows(
                """SELECT post.id, change, topic, iif(burst, '', subject), iif(burst, '', author),
                          iif(burst, '', address), date, text,
                          (SELECT group_concat(name, char(10)) FROM post_list JOIN list ON list.id = list
                           WHERE post = post.id AND NOT burst)
                   FROM post LEFT JOIN own_words ON own_words.post = post.id
                   WHERE change > ? ORDER BY change LIMIT ?""",
                (change, limit),
            )
        ]

    def own_words(self, posts: Sequence[int]) -> Mapping[int, str]:
        """The own words of posts, where known."""
        return self._contents.own_words(posts)
