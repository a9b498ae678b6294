"""Reading: lists, topics, posts, and all of it as plain text. What leaves here is safe to show."""

from __future__ import annotations

from dataclasses import replace
from gettext import gettext as _
from typing import TYPE_CHECKING

from listforum.errors import UnknownItem
from listforum.forum.numbers import number_in
from listforum.forum.showing import shown_author, shown_record, shown_subject, shown_summary
from listforum.mail import safe
from listforum.mail.subject import display_subject
from listforum.model.forum import TopicOutline, TopicView, ViewCounts

if TYPE_CHECKING:
    from array import array
    from collections.abc import Iterable, Iterator, Sequence

    from listforum.archive.archive import Archive
    from listforum.forum.finding import Finder
    from listforum.forum.reasons import Known
    from listforum.model.forum import Attachment, ListInfo, PostRecord, PostView, TopicLink, TopicSummary, Verdict, View
    from listforum.model.mail import Part


class Reading:
    """What a reader asks of the archive; changes nothing. Only who opens a post waits for the reader of mails."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def list_names(self) -> tuple[str, ...]:
        """The name of every list that the archive knows; counts nothing, and so costs nothing."""
        return self._archive.lists.names()

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
        return tuple(shown_summary(one, tags) for one in self._archive.topics.window(row, views, limit, offset))

    def topic_numbers_in(self, list_name: str | None, views: Iterable[View]) -> array[int]:
        """The topics of a list, or, with None, of all lists, that are in all of the views, newest activity first.

        Raises UnknownItem.
        """
        row = None if list_name is None else self._archive.lists.id_of(list_name)
        return self._archive.topics.in_views(row, list(views))

    def summaries(self, topics: Sequence[int]) -> dict[int, TopicSummary]:
        """Topics by number; those that are not there any more are left out."""
        tags = self._archive.lists.tags()
        found = self._archive.topics.summaries(topics)
        return {number: shown_summary(summary, tags) for number, summary in found.items()}

    def finder(self, topics: Sequence[int]) -> Finder:
        """What looks through the titles of topics while somebody types."""
        from listforum.forum.finding import Finder

        return Finder(topics, self._titles)

    def counts(self) -> ViewCounts:
        """How much there is in each view, over all lists."""
        topics, outbox = self._archive.topics, self._archive.outbox
        return ViewCounts(
            unread=topics.count(["unread", "unmuted"]),
            followed=topics.count(["followed"]),
            unanswered=topics.count(["unanswered", "unmuted"]),
            outbox=outbox.count("queued", "sending", "uncertain", "failed"),
            drafts=self._archive.drafts.count(),
        )

    def topic(self, number: int) -> TopicView:
        """A topic, its posts oldest first; a post's number opens the topic it stands in. Raises UnknownItem."""
        topic = self.topic_of(number)
        records = self._archive.topics.posts(topic)
        subject, lists = self._heading(topic)
        return TopicView(topic, subject, lists, tuple(self._views(records)), *self._links(topic))

    def outline(self, number: int) -> TopicOutline:
        """As `topic`, without the texts: what a screen shows at once. Raises UnknownItem."""
        topic = self.topic_of(number)
        records = self._archive.topics.posts(topic)
        subject, lists = self._heading(topic)
        return TopicOutline(topic, subject, lists, tuple(map(shown_record, records)), *self._links(topic))

    def posts_of(self, posts: Sequence[int]) -> tuple[PostView, ...]:
        """Posts as they are read, in the order they are asked for; those that are not there any more are left out."""
        records = self._archive.topics.records(posts)
        return tuple(self._views([records[post] for post in posts if post in records]))

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

    def known(self, records: Iterable[PostRecord]) -> Known:
        """What `forum.reasons` has to know of other posts to tell why these stand where they stand."""
        from listforum.forum.reasons import Known

        of = list(records)
        found = self._archive.topics.records([one.edge.parent for one in of if one.edge.parent is not None])
        posts = {number: shown_record(record) for number, record in found.items()}
        topics = list({record.topic for record in posts.values()})
        tags = self._archive.lists.tags()
        titles = {
            topic: shown_subject(subject, tags)
            for topic, (subject, _starter) in self._archive.topics.titles(topics).items()
        }
        return Known(posts, titles, self._archive.topics.verdicts(one.post for one in of))

    def reasons(self, post: int) -> tuple[str, ...]:
        """Why a post stands where it stands, a sentence for each thing that speaks for it. Raises UnknownItem."""
        from listforum.forum.reasons import reasons

        record = shown_record(self._archive.topics.post(post))
        return reasons(record, self.known([record]))

    def verdict(self, post: int) -> Verdict | None:
        """The person's word on where a post belongs, if there is one."""
        return self._archive.topics.verdicts([post]).get(post)

    def record(self, post: int) -> PostRecord:
        """What stands above a post. Raises UnknownItem."""
        return shown_record(self._archive.topics.post(post))

    def linear(self, target: str) -> Iterator[str]:
        """A list or a topic as lines of plain text, the newest activity first. Raises UnknownItem."""
        number = number_in(target)
        return self.linear_view("all", target) if number is None else self._linear_topic(number, "all")

    def linear_view(self, view: View, list_name: str | None = None) -> Iterator[str]:
        """The topics of a view as lines of plain text, the newest activity first; of a list, or, with None, of all.

        Muted topics are neither unread nor unanswered. Of what is unread, only the unread posts. Raises UnknownItem.
        """
        from listforum.forum.linear import view_line

        heard: tuple[View, ...] = ("unmuted",) if view in {"unread", "unanswered"} else ()
        topics = self.topic_numbers_in(list_name, [view, *heard])
        yield view_line(view, list_name, len(topics))
        for topic in topics:
            yield ""
            yield from self._linear_topic(topic, view)

    def _heading(self, topic: int) -> tuple[str, str]:
        """A topic's title, and the names of its lists."""
        root = self._archive.topics.root(topic)
        return shown_subject(root.subject, self._archive.lists.tags()), ", ".join(
            self._archive.topics.lists_of(root.post)
        )

    def _links(self, topic: int) -> tuple[TopicLink | None, tuple[TopicLink, ...]]:
        """The topic that this one branched off, if any, and those that branched off it."""
        tags = self._archive.lists.tags()
        origins, branches = (
            tuple(replace(link, subject=shown_subject(link.subject, tags)) for link in links)
            for links in (self._archive.topics.origins(topic), self._archive.topics.branches(topic))
        )
        return (origins[0] if origins else None), branches

    def _views(self, records: Sequence[PostRecord]) -> Iterator[PostView]:
        from listforum.forum.viewing import post_view

        parents = self._archive.topics.of({one.edge.parent for one in records if one.edge.parent is not None})
        by_post = {one.post: one for one in records}
        sources = self._archive.topics.sources(list(by_post))
        lists = self._archive.topics.lists_of_each(list(by_post))
        views = {
            post: replace(
                post_view(by_post[post], received, parents.get(by_post[post].edge.parent or 0)),
                sources=tuple(replace(one, author=shown_author(one.author)) for one in sources.get(post, ())),
                lists=tuple(map(safe.line, lists.get(post, ()))),
            )
            for post, received in self._archive.contents.received_of(list(by_post))
        }
        return (views[one.post] for one in records if one.post in views)

    def _linear_topic(self, topic: int, view: View) -> Iterator[str]:
        from listforum.forum.linear import topic_lines, unread_lines

        told = unread_lines if view == "unread" else topic_lines
        yield from told(self.outline(topic), self.posts_of)

    def _titles(self, topics: Sequence[int]) -> dict[int, tuple[str, str]]:
        tags = self._archive.lists.tags()
        titles = self._archive.topics.titles(topics)
        return {topic: (display_subject(subject, tags), author) for topic, (subject, author) in titles.items()}
