"""Marks put on and taken off at the archive's desk, each with its way back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from gettext import gettext as _
from gettext import ngettext
from typing import TYPE_CHECKING, Literal

from listforum.forum.marking import Action

if TYPE_CHECKING:
    from listforum.tui.app import ForumApp

Mark = Literal["follow", "star", "mute"]

_TAKEN: dict[Mark, Action] = {"follow": "unfollow", "star": "unstar", "mute": "unmute"}


def turn_mark(app: ForumApp, topic: int, mark: Mark) -> None:
    """Puts a mark on a topic, or takes it off."""
    marking = app.forum.marking
    target = str(topic)

    def work() -> bool:
        if marking.mark(mark, target):
            return True
        marking.mark(_TAKEN[mark], target)
        return False

    def done(put: bool) -> None:
        app.tell(_put(mark) if put else _off(mark))
        app.changes.remember(
            _off(mark) if put else _put(mark), lambda: marking.mark(_TAKEN[mark] if put else mark, target) and None
        )
        app.archive_changed()

    app.at_desk(work, done)


def mark_topics_read(app: ForumApp, topics: Sequence[int]) -> None:
    """Marks every post of topics as read."""
    reading, marking = app.forum.reading, app.forum.marking

    def work() -> tuple[int, ...]:
        return marking.read([record.post for topic in topics for record in reading.outline(topic).posts])

    app.at_desk(work, lambda posts: _marked_read(app, posts))


def mark_posts_read(app: ForumApp, posts: Collection[int]) -> None:
    """Marks posts as read that were on the screen, without a word."""
    marking = app.forum.marking

    def done(changed: tuple[int, ...]) -> None:
        if changed:
            app.changes.remember(_unread_again(len(changed)), lambda: marking.unread(changed))

    app.at_desk(lambda: marking.read(posts), done)


def mark_post_unread(app: ForumApp, post: int) -> None:
    """Marks a post as unread."""
    marking = app.forum.marking

    def done(changed: tuple[int, ...]) -> None:
        if changed:
            app.changes.remember(_("Read again."), lambda: marking.read(changed))
            app.tell(_("Marked as unread."))
            app.archive_changed()

    app.at_desk(lambda: marking.unread([post]), done)


def _marked_read(app: ForumApp, posts: tuple[int, ...]) -> None:
    count = len(posts)
    app.tell(
        ngettext(
            "{count} post marked as read. u takes it back.", "{count} posts marked as read. u takes it back.", count
        ).format(count=count)
    )
    app.changes.remember(_unread_again(count), lambda: app.forum.marking.unread(posts))
    app.archive_changed()


def _unread_again(count: int) -> str:
    return ngettext("{count} post is unread again.", "{count} posts are unread again.", count).format(count=count)


def _put(mark: Mark) -> str:
    return {
        "follow": _("You follow this topic."),
        "star": _("Starred."),
        "mute": _("Muted: read on passes it by."),
    }[mark]


def _off(mark: Mark) -> str:
    return {
        "follow": _("You no longer follow it."),
        "star": _("No longer starred."),
        "mute": _("No longer muted."),
    }[mark]
