"""Where posts belong, by the person's word: each change is made at the archive's desk, and has its way back."""

from __future__ import annotations

from gettext import gettext as _
from typing import TYPE_CHECKING

from listforum.errors import UsageError
from listforum.forum.reasons import whom
from listforum.tui.actions import key_of
from listforum.tui.layout.cells import LRM

if TYPE_CHECKING:
    from collections.abc import Callable

    from listforum.forum import Forum
    from listforum.model.forum import PostRecord, Verdict
    from listforum.tui.app import ForumApp


def pick_up(app: ForumApp, post: PostRecord) -> None:
    """Remembers the post that is to stand somewhere else."""
    app.move(post)
    words = _(
        "Go to the post that it answers, in this topic or another, and press {key}; here, {key} asks for its number."
    )
    app.tell(words.format(key=key_of("join")))


def ask_where(app: ForumApp, post: PostRecord) -> None:
    """Asks for the number of the post that this one answers."""
    from listforum.tui.screens.ask import AskScreen

    def answered(number: str | None) -> None:
        if number is None:
            return
        if number.isdecimal():
            put_below(app, post, int(number))
        else:
            app.show_failure(
                UsageError(
                    _("“{typed}” is no number of a post: {key} shows it.").format(typed=number, key=key_of("why"))
                )
            )

    question = _("The number of the post that it answers ({key} shows it there):").format(key=key_of("why"))
    app.push_screen(AskScreen(_("Move the post"), question, ""), answered)


def put_below(app: ForumApp, post: PostRecord, parent: int) -> None:
    """Puts the post below another, with what hangs below it."""
    if post.post == parent:
        app.show_failure(UsageError(_("A post cannot stand below itself.")))
        return

    def work(forum: Forum) -> str:
        try:
            forum.marking.join(post.post, parent)
        except UsageError:
            raise UsageError(
                _("That post itself stands below the one that you move: it would go round in a circle.")
            ) from None
        answered = forum.reading.record(parent)
        return _("It stands below {whom} now, in “{subject}”.").format(
            whom=whom(parent, {parent: answered}), subject=forum.reading.outline(answered.topic).subject + LRM
        )

    _decide(app, post.post, work, lambda: app.move(None))


def split_off(app: ForumApp, post: PostRecord) -> None:
    """Makes the post, and what hangs below it, a topic of its own."""
    if post.edge.parent is None and post.edge.missing is None:
        app.tell(_("It begins its topic already."))
        return

    def work(forum: Forum) -> str:
        forum.marking.split(post.post)
        return _("It begins a topic of its own now, with what hangs below it.")

    _decide(app, post.post, work)


def take_word_back(app: ForumApp, post: int) -> None:
    """Lets the evidence decide again where the post belongs."""

    def work(forum: Forum) -> str:
        if not forum.marking.unjoin(post):
            raise UsageError(_("You have not moved this post: there is nothing of yours to take back."))
        return _("Your word on it is taken back: it stands where its own words and headers put it.")

    _decide(app, post, work)


def _decide(app: ForumApp, post: int, work: Callable[[Forum], str], done: Callable[[], None] = lambda: None) -> None:
    """Changes the person's word on a post, and remembers the one before."""
    forum = app.forum

    def change() -> tuple[Verdict | None, str]:
        return forum.reading.verdict(post), work(forum)

    def changed(result: tuple[Verdict | None, str]) -> None:
        before, words = result
        done()
        app.tell(_("{what} {key} takes it back.").format(what=words, key=key_of("undo")))
        app.changes.remember(_("It stands where it stood before."), lambda: _restore(forum, post, before))
        app.archive_changed()

    app.at_desk(change, changed)


def _restore(forum: Forum, post: int, before: Verdict | None) -> None:
    if before is None:
        forum.marking.unjoin(post)
    elif before.parent is None:
        forum.marking.split(post)
    else:
        forum.marking.join(post, before.parent)
