"""Reading: lists, topics, posts, and all of it as plain text. What leaves here is safe to show."""

from __future__ import annotations

from dataclasses import replace
from gettext import gettext as _
from typing import TYPE_CHECKING

from listforum.errors import UnknownItem
from listforum.forum.numbers import number_in
from listforum.mail import safe
from listforum.mail.subject import display_subject
from listforum.model import TopicView

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from listforum.archive.archive import Archive
    from listforum.archive.ledger import By
    from listforum.archive.topics import View
    from listforum.model import Attachment, Bytes, ListInfo, Part, TopicSummary


class Reading:
    """What a reader asks of the archive; changes nothing. Only who opens a post waits for the reader of mails."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def lists(self) -> tuple[ListInfo, ...]:
        """Every list that the archive knows."""
        return tuple(
            replace(info, list_id=safe.line(info.list_id), address=safe.line(info.address) if info.address else None)
            for info in self._archive.lists.all()
        )

    def topics(self, list_name: str, views: Iterable[View], limit: int, offset: int) -> tuple[TopicSummary, ...]:
        """A list's topics in all of the views, newest activity first. Raises UnknownItem."""
        row = self._archive.lists.id_of(list_name)
        tags = self._archive.lists.tags()
        return tuple(
            replace(
                summary,
                subject=safe.line(display_subject(summary.subject, tags)) or _("(no subject)"),
                starter=safe.line(summary.starter) or _("(unknown)"),
            )
            for summary in self._archive.topics.window(row, views, limit, offset)
        )

    def topic(self, number: int) -> TopicView:
        """A topic, its posts oldest first; a post's number opens the topic it stands in. Raises UnknownItem."""
        from listforum.forum.viewing import post_view

        topic = self.topic_of(number)
        records = self._archive.topics.posts(topic)
        root = self._archive.topics.root(topic)
        parents = self._archive.topics.of({r.edge.parent for r in records if r.edge.parent is not None})
        return TopicView(
            topic=topic,
            subject=safe.line(display_subject(root.subject, self._archive.lists.tags())) or _("(no subject)"),
            list=", ".join(self._archive.topics.lists_of(root.post)),
            posts=tuple(
                post_view(record, self._archive.contents.received(record.post), parents.get(record.edge.parent or 0))
                for record in records
            ),
        )

    def topic_numbers(self, list_name: str) -> tuple[int, ...]:
        """Every topic of a list. Raises UnknownItem."""
        return self._archive.topics.in_list(self._archive.lists.id_of(list_name))

    def topic_of(self, number: int) -> int:
        """The topic of that number, or that a post of that number stands in. Raises UnknownItem."""
        topics = self._archive.topics.of([number])
        if number not in topics:
            raise UnknownItem(_("There is no topic {number}.").format(number=number))
        return topics[number]

    def attachments(self, post: int) -> tuple[tuple[Attachment, Part], ...]:
        """A post's attachments, and whatever of its text is not here, each with the part it stands for."""
        from listforum.forum.viewing import attachments_of

        return attachments_of(self._archive.contents.received(post))

    def linear(self, target: str) -> Iterator[str]:
        """A list or a topic as lines of plain text, the newest activity first. Raises UnknownItem."""
        from listforum.forum.viewing import plain_lines

        number = number_in(target)
        if number is not None:
            yield from plain_lines(self.topic(number))
            return
        for topic in self._archive.topics.in_list(self._archive.lists.id_of(target)):
            yield from plain_lines(self.topic(topic))
            yield ""

    def ledger(self, by: By) -> tuple[tuple[str, Bytes], ...]:
        """What went over the wire, by day, list or purpose."""
        return self._archive.ledger.by(by)
