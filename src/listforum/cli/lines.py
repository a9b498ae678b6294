"""Answers as lines for a person: numbers first and text last, so that no script and no width breaks a column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from gettext import gettext as _
from gettext import ngettext
from typing import Final

from listforum.cli import screen
from listforum.cli.output import LRM, when
from listforum.forum.reasons import Known, is_told, reasons
from listforum.forum.told import size, spending
from listforum.model.forum import (
    Attachment,
    ListInfo,
    PostView,
    SavedSearch,
    SearchAnswer,
    TopicLink,
    TopicSummary,
    TopicView,
)
from listforum.model.traffic import Bytes, Spending

_RULE: Final = "-" * 72


def list_lines(lists: Sequence[ListInfo]) -> Iterator[str]:
    if not lists:
        yield _("No list yet: make a config (listforum setup) and sync, or import a file of mails.")
        return
    topics, posts, unread, last, name = _("topics"), _("posts"), _("unread"), _("last"), _("list")
    yield f"{topics:>7} {posts:>7} {unread:>7}  {last:<10}  {name}"
    for info in lists:
        last = "" if info.last is None else _day(info.last)
        yield f"{info.topics:>7} {info.posts:>7} {info.unread:>7}  {last:<10}  {info.name}{LRM}"


def topic_lines(topics: Sequence[TopicSummary]) -> Iterator[str]:
    if not topics:
        yield _("No topics here.")
        return
    room = screen.columns()
    number, posts, new, last, subject = _("topic"), _("posts"), _("new"), _("last"), _("subject")
    yield f"{number:>7} {posts:>5} {new:>4}  {last:<10}     {subject}"
    for topic in topics:
        flags = ("f" if topic.followed else "") + ("*" if topic.starred else "") + ("m" if topic.muted else "")
        numbers = f"{topic.topic:>7} {topic.posts:>5} {topic.unread or '':>4}  {_day(topic.last)} {flags:<3} "
        yield numbers + _subject_and_author(topic.subject, topic.starter, room, len(numbers))


def thread_lines(topic: TopicView, known: Known) -> Iterator[str]:
    """A topic; `known` is what tells why its posts stand where they stand."""
    from listforum.forum.viewing import text_lines

    yield f"{topic.subject}{LRM}"
    posts = ngettext("{posts} post", "{posts} posts", len(topic.posts)).format(posts=len(topic.posts))
    yield _("topic {topic} of {list}, {posts}").format(topic=topic.topic, list=topic.list, posts=posts)
    if topic.origin is not None:
        words = _("branched off topic {topic}, {subject}")
        yield words.format(topic=topic.origin.topic, subject=f"{topic.origin.subject}{LRM}")
    for view in topic.posts:
        yield from ("", _RULE, _heading(view), *_reasons(view, known), "")
        if view.text is None:
            yield _("(The text has not been fetched: listforum fetch post:{post})").format(post=view.record.post)
        else:
            yield from text_lines(view.text)
        yield from (f"({defect})" for defect in view.defects)
        yield from map(_attachment, view.attachments)
        yield from (_branch(link) for link in topic.branches if link.here == view.record.post)


def _reasons(view: PostView, known: Known) -> Iterator[str]:
    """Why a post stands where it stands, where that is more than a header's word; and the lists it came through."""
    if is_told(view.record):
        yield from (f"({sentence})" for sentence in reasons(view.record, known))
    if len(view.lists) > 1:
        yield _("(in the lists {lists})").format(lists=", ".join(f"{name}{LRM}" for name in view.lists))


def _branch(link: TopicLink) -> str:
    posts = ngettext("{posts} post", "{posts} posts", link.posts).format(posts=link.posts)
    words = _("[branch: topic {topic}, {subject}, {posts}]")
    return words.format(topic=link.topic, subject=f"{link.subject}{LRM}", posts=posts)


def search_lines(answer: SearchAnswer) -> Iterator[str]:
    room = screen.columns()
    several = len({name for hit in answer.hits for name in hit.lists}) > 1
    if answer.hits:
        topic, post, date, subject = _("topic"), _("post"), _("date"), _("subject")
        yield f"{topic:>7} {post:>7}  {date:<10}  {subject}"
    for hit in answer.hits:
        numbers = f"{hit.topic:>7} {hit.post:>7}  {_day(hit.date)}  "
        yield numbers + _subject_and_author(hit.subject, hit.author, room, len(numbers))
        if several:
            yield from screen.wrapped(", ".join(f"{name}{LRM}" for name in hit.lists), room, indent=" " * 9)
        if hit.snippet:
            words = " ".join(_marked(hit.snippet, hit.matches).split())
            yield from screen.wrapped(words + LRM, room, indent=" " * 9)
    found = ngettext("{total} found", "{total} found", answer.total).format(total=answer.total)
    if len(answer.hits) < answer.total:
        words = _("{found}, the first {shown} shown, {milliseconds:.0f} ms")
    else:
        words = _("{found}, {milliseconds:.0f} ms")
    yield words.format(found=found, shown=len(answer.hits), milliseconds=answer.milliseconds)
    if answer.meant:
        yield _("Did you mean: {words}").format(words=f"{answer.meant}{LRM}")


def saved_lines(searches: Sequence[SavedSearch]) -> Iterator[str]:
    if not searches:
        yield _("No search is saved yet: listforum search census --save NAME")
        return
    broad = max(screen.width(search.name) for search in searches)
    for search in searches:
        yield f"{search.name}{LRM}{' ' * (broad - screen.width(search.name))}  {search.words}{LRM}"


def ledger_lines(rows: Sequence[tuple[str, Bytes]], spent: Spending) -> Iterator[str]:
    if not rows:
        yield _("Nothing went over the wire yet.")
        return
    total = sum((paid for _key, paid in rows), Bytes())
    up, down = _("up"), _("down")
    for key, paid in [*rows, (_("in all"), total)]:
        yield f"{size(paid.up):>10} {up}  {size(paid.down):>10} {down}  {key}{LRM}"
    if spent.budget is not None:
        yield _("Against the budget: {spent}.").format(spent=spending(spent))


def _subject_and_author(subject: str, author: str, room: int | None, used: int) -> str:
    if room is not None:
        author = screen.shortened(author, max(12, (room - used) // 3))
        subject = screen.shortened(subject, room - used - 3 - screen.width(author))
    return f"{subject}{LRM} · {author}{LRM}"


def _heading(view: PostView) -> str:
    record = view.record
    author = f"{record.author}{LRM}" + (f" <{record.address}>" if record.address else "")
    moment = when(record.date).replace("T", " ").removesuffix(":00Z").removesuffix("Z")
    heading = _("post {post}: {author}, {when} UTC").format(post=record.post, author=author, when=moment)
    if record.edge.parent:
        heading = _("{post}, answers post {parent}").format(post=heading, parent=record.edge.parent)
    elif record.edge.missing:
        heading = _("{post}, answers a post that is not here").format(post=heading)
    return heading if record.read else _("{post}, unread").format(post=heading)


def _attachment(attachment: Attachment) -> str:
    if attachment.state == "here":
        words = _("[{n}] {name} ({type}, {size})")
    else:
        words = _("[{n}] {name} ({type}, {size}, on the server)")
    return words.format(
        n=attachment.n, name=f"{attachment.name}{LRM}", type=attachment.type, size=size(attachment.bytes)
    )


def _marked(snippet: str, matches: Sequence[tuple[int, int]]) -> str:
    pieces, position = [], 0
    for start, end in matches:
        pieces += [snippet[position:start], "[", snippet[start:end], "]"]
        position = end
    return "".join([*pieces, snippet[position:]])


def _day(seconds: int) -> str:
    return when(seconds)[:10]
