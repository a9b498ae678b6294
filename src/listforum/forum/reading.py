"""Reading: lists, topics, posts, and all of it as plain text. What leaves here is safe to show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from gettext import gettext as _

from listforum.archive.archive import Archive
from listforum.archive.topics import View
from listforum.errors import UnknownItem
from listforum.forum.numbers import number_in
from listforum.mail import safe
from listforum.mail.readable import readable_text
from listforum.mail.structure import attachment_parts, shown_parts
from listforum.mail.subject import display_subject
from listforum.model import (
    Attachment,
    ListInfo,
    Part,
    PostRecord,
    PostView,
    TopicSummary,
    TopicView,
)


class Reading:
    """What a reader asks of the archive; changes nothing."""

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
        topic = self.topic_of(number)
        records = self._archive.topics.posts(topic)
        root = self._archive.topics.root(topic)
        parents = self._archive.topics.of({r.edge.parent for r in records if r.edge.parent is not None})
        return TopicView(
            topic=topic,
            subject=safe.line(display_subject(root.subject, self._archive.lists.tags())) or _("(no subject)"),
            list=", ".join(self._archive.topics.lists_of(root.post)),
            posts=tuple(self._view(record, parents) for record in records),
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
        received = self._archive.contents.received(post)
        kept_back = [part for part in shown_parts(received.parts) if part.content is not None and not part.complete]
        return tuple(
            (_attachment(n, part), part) for n, part in enumerate((*attachment_parts(received.parts), *kept_back), 1)
        )

    def linear(self, target: str) -> Iterator[str]:
        """A list or a topic as lines of plain text, to page, print or speak. Raises UnknownItem."""
        number = number_in(target)
        if number is not None:
            yield from _topic_lines(self.topic(number))
            return
        row = self._archive.lists.id_of(target)
        for topic in reversed(self._archive.topics.in_list(row)):
            yield from _topic_lines(self.topic(topic))
            yield ""

    def _view(self, record: PostRecord, parents: dict[int, int]) -> PostView:
        received = self._archive.contents.received(record.post)
        readable = readable_text(received.parts)
        text = readable.text if shown_parts(received.parts) else ""
        return PostView(
            record=replace(
                record,
                message_id=safe.line(record.message_id),
                subject=safe.line(record.subject),
                author=safe.line(record.author) or _("(unknown)"),
                address=safe.line(record.address) if record.address else None,
                edge=replace(record.edge, missing=safe.line(record.edge.missing) if record.edge.missing else None),
            ),
            parent_topic=parents.get(record.edge.parent) if record.edge.parent is not None else None,
            text=None if text is None else safe.body(text),
            attachments=tuple(attachment for attachment, _part in self.attachments(record.post)),
            defects=tuple(map(safe.line, readable.defects)),
        )


def _attachment(n: int, part: Part) -> Attachment:
    if part.content is not None and not part.complete:
        waiting = part.size - len(part.content)
        return Attachment(n, _("(the rest of the text)"), part.type, waiting, "waiting")
    name = safe.line(part.name) if part.name else _("(without a name)")
    return Attachment(n, name, safe.line(part.type), part.size, "waiting" if part.content is None else "here")


def _topic_lines(topic: TopicView) -> Iterator[str]:
    yield _("Topic {number}: {subject}").format(number=topic.topic, subject=topic.subject)
    for n, view in enumerate(topic.posts, 1):
        yield ""
        yield _("Post {n} of {all}, number {post}, by {author}, {when}.").format(
            n=n,
            all=len(topic.posts),
            post=view.record.post,
            author=view.record.author,
            when=datetime.fromtimestamp(view.record.date, UTC).strftime("%Y-%m-%d %H:%M UTC"),
        )
        yield from (_("The text has not been fetched.") if view.text is None else view.text).splitlines()
        for attachment in view.attachments:
            yield _("Attachment {n}: {name}, {type}, {bytes} bytes.").format(
                n=attachment.n, name=attachment.name, type=attachment.type, bytes=attachment.bytes
            )
