"""Topics, views and the outbox as sentences, one after the other: to page, to print, or to listen to."""

from __future__ import annotations

from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING, Final

from listforum.forum.moments import full
from listforum.forum.viewing import text_lines
from listforum.mail import safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from listforum.model.forum import Attachment, PostRecord, PostView, TopicLink, TopicOutline, View
    from listforum.model.outgoing import OutboxItem, SavedDraft

    Opened = Callable[[Sequence[int]], Iterable[PostView]]
    """Answers with posts as they are read, in the order they are asked for."""

_LRM: Final = "\u200e"
"""After what somebody else wrote, so that a right-to-left name does not reorder the sentence around it."""


def view_line(view: View, list_name: str | None, topics: int) -> str:
    """What is read, and how much of it there is. `list_name` is None for all lists together."""
    if not topics:
        return _nothing_in(view).format(where=_("any list") if list_name is None else f"{list_name}{_LRM}")
    where = _("all lists") if list_name is None else f"{list_name}{_LRM}"
    words = {
        "unread": ngettext(
            "Unread in {where}: {count} topic. Posts that you have read are left out.",
            "Unread in {where}: {count} topics. Posts that you have read are left out.",
            topics,
        ),
        "followed": ngettext("Followed in {where}: {count} topic.", "Followed in {where}: {count} topics.", topics),
        "unanswered": ngettext(
            "Unanswered in {where}: {count} topic.", "Unanswered in {where}: {count} topics.", topics
        ),
    }.get(view, ngettext("Everything in {where}: {count} topic.", "Everything in {where}: {count} topics.", topics))
    return words.format(where=where, count=topics)


def _nothing_in(view: View) -> str:
    return {
        "unread": _("Nothing is unread in {where}."),
        "followed": _("You follow no topic in {where}."),
        "unanswered": _("No topic waits for an answer in {where}."),
    }.get(view, _("There is no topic in {where} yet."))


# --- topics and posts ---------------------------------------------------------------------------------------------


def topic_lines(topic: TopicOutline, opened: Opened) -> Iterator[str]:
    """A topic, and every post of it."""
    return _topic(topic, range(len(topic.posts)), opened)


def unread_lines(topic: TopicOutline, opened: Opened) -> Iterator[str]:
    """A topic, and those of its posts that are unread."""
    return _topic(topic, [n for n, record in enumerate(topic.posts) if not record.read], opened)


def _topic(topic: TopicOutline, wanted: Sequence[int], opened: Opened) -> Iterator[str]:
    """A topic, and its posts at these places."""
    yield _topic_sentence(topic)
    if topic.origin is not None:
        words = _("It branched off topic {topic}, {subject}: the subject changed.")
        yield words.format(topic=topic.origin.topic, subject=f"{topic.origin.subject}{_LRM}")
    authors = {record.post: record.author for record in topic.posts}
    views = {view.record.post: view for view in opened([topic.posts[n].post for n in wanted])}
    for n in wanted:
        record = topic.posts[n]
        yield ""
        yield " ".join(_post_sentences(record, n + 1, len(topic.posts), authors))
        if record.post in views:
            yield from _post_lines(views[record.post])
        yield from (_branch(link) for link in topic.branches if link.here == record.post)


def _branch(link: TopicLink) -> str:
    """A topic that branched off a post."""
    words = ngettext(
        "From here branched off topic {topic}: {subject}, {count} post.",
        "From here branched off topic {topic}: {subject}, {count} posts.",
        link.posts,
    )
    return words.format(topic=link.topic, subject=f"{link.subject}{_LRM}", count=link.posts)


def _topic_sentence(topic: TopicOutline) -> str:
    count = len(topic.posts)
    posts = ngettext("{count} post", "{count} posts", count).format(count=count)
    unread = sum(not record.read for record in topic.posts)
    told = {"number": topic.topic, "subject": f"{topic.subject}{_LRM}", "list": f"{topic.list}{_LRM}", "posts": posts}
    if not unread:
        return _("Topic {number}: {subject}, in {list}, {posts}.").format(**told)
    return _("Topic {number}: {subject}, in {list}, {posts}, {unread} unread.").format(**told, unread=unread)


def _post_sentences(record: PostRecord, n: int, count: int, authors: dict[int, str]) -> Iterator[str]:
    """Which post it is, and what it answers."""
    yield _("Post {n} of {all}, number {post}, by {author}, {when}.").format(
        n=n,
        all=count,
        post=record.post,
        author=f"{record.author}{_LRM}",
        when=full(record.date),
    )
    parent = record.edge.parent
    if parent in authors:
        yield _("Answers post {parent}, by {author}.").format(parent=parent, author=f"{authors[parent]}{_LRM}")
    elif record.edge.branch and parent is not None:
        yield _("Answers post {parent} of that topic.").format(parent=parent)
    elif record.edge.missing:
        yield _("Answers a post that is not here.")
    if not record.read:
        yield _("Unread.")


def _post_lines(view: PostView) -> Iterator[str]:
    """The text of a post, what is wrong with it, and what is attached."""
    if view.text is None:
        yield _("The text has not been fetched. To fetch it: listforum fetch post:{post}").format(post=view.record.post)
    else:
        yield from text_lines(view.text)
    yield from (_("Note: {defect}.").format(defect=defect) for defect in view.defects)
    yield from map(_attachment, view.attachments)


def _attachment(attachment: Attachment) -> str:
    words = {
        "here": _("Attachment {n}: {name}, {type}, {bytes} bytes."),
        "waiting": _("Attachment {n}: {name}, {type}, {bytes} bytes, still on the server."),
    }[attachment.state]
    return words.format(n=attachment.n, name=f"{attachment.name}{_LRM}", type=attachment.type, bytes=attachment.bytes)


# --- the outbox ---------------------------------------------------------------------------------------------------


def outbox_lines(drafts: Sequence[SavedDraft], items: Sequence[OutboxItem]) -> Iterator[str]:
    """What is being written, with its text, and what is to be sent or was, and how each stands."""
    if not drafts and not items:
        yield _("The outbox is empty, and there is no draft.")
    told = [(_draft_sentence(draft), *text_lines(safe.body(draft.text))) for draft in drafts]
    told += [tuple(_item_lines(item)) for item in items]
    for n, lines in enumerate(told):
        yield from ("", *lines) if n else lines


def _draft_sentence(draft: SavedDraft) -> str:
    words = {
        "reply": _("Draft {number}: {subject}, an answer to everyone on {list}. It is not queued."),
        "private": _("Draft {number}: {subject}, a private answer to one person, from {list}. It is not queued."),
        "post": _("Draft {number}: {subject}, a new topic for everyone on {list}. It is not queued."),
    }[draft.kind]
    return words.format(number=draft.draft, subject=_title(draft.subject), list=f"{safe.line(draft.list)}{_LRM}")


def _item_lines(item: OutboxItem) -> Iterator[str]:
    to = f"{safe.line(', '.join(item.to))}{_LRM}"
    if item.public:
        words = _("Item {item}: {subject}, to everyone on {list}, {to}.")
    else:
        words = _("Item {item}: {subject}, only to {to}.")
    yield words.format(item=item.item, subject=_title(item.subject), list=f"{safe.line(item.list)}{_LRM}", to=to)
    yield _standing(item)
    if item.error:
        yield _("It was said: {words}").format(words=safe.line(item.error))
    if item.public and item.post is not None:
        yield _("Its text is post {post}.").format(post=item.post)


def _standing(item: OutboxItem) -> str:
    """What an item's state means, and what to do."""
    words = {
        "draft": _("It is not queued."),
        "queued": _("It is queued. It goes out with: listforum send"),
        "sending": _("It is going out just now."),
        "uncertain": _(
            "It may have been sent, and is not sent again by itself. If it is seen on the list, this settles itself. "
            "Else say what became of it: listforum outbox {item} --settle sent|resend|drop"
        ),
        "sent": _("It was sent; the server took it."),
        "on the list": _("It is on the list."),
        "failed": _("It was refused. To send it again: listforum outbox {item} --settle resend"),
    }[item.state]
    return words.format(item=item.item)


def _title(subject: str) -> str:
    return (safe.line(subject) or _("(no subject)")) + _LRM
