"""What waits on the server is fetched when its price was agreed to; an attachment that is here is saved as a file.

Nothing is ever opened or run.
"""

from __future__ import annotations

from collections.abc import Sequence
from gettext import gettext as _
from gettext import ngettext
from pathlib import Path
from typing import TYPE_CHECKING

from listforum.errors import UnknownItem
from listforum.forum import told
from listforum.tui.layout.exchange import clean

if TYPE_CHECKING:
    from listforum.model.forum import Attachment, PostView
    from listforum.model.mail import Part
    from listforum.tui.app import ForumApp
    from listforum.tui.layout.post import Target


def fetch_here(app: ForumApp, view: PostView, target: Target) -> None:
    """Fetches what the cursor is on: a file, or else the text of the post."""
    post = view.record.post
    if target.kind == "attachment":
        _fetch_attachment(app, view, target.n)
    elif view.record.state == "header":
        fetch_texts(app, [post])
    elif len(view.attachments) == 1:
        _fetch_attachment(app, view, view.attachments[0].n)
    else:
        app.tell(_("This text is here. To fetch a file, put the cursor on its line."))


def fetch_texts(app: ForumApp, posts: Sequence[int]) -> None:
    """Fetches the texts of posts that wait, all in one run."""
    if not posts:
        app.tell(_("Every text of this topic is here."))
        return

    def work() -> tuple[int, int]:
        fetching = app.forum.fetching
        return fetching.price(posts), fetching.connect_price()

    def priced(prices: tuple[int, int]) -> None:
        question = ngettext("Fetch the text of {count} post?", "Fetch the texts of {count} posts?", len(posts))
        what = ngettext("Fetching a text", "Fetching texts", len(posts))
        app.confirm(
            f"{question.format(count=len(posts))} {_price_words(app, *prices)}",
            _("Fetch"),
            lambda: app.runs.fetch(what, app.link.fetch_texts(posts), lambda: _told(app)),
        )

    app.at_desk(work, priced)


# --- files --------------------------------------------------------------------------------------------------------


def _fetch_attachment(app: ForumApp, view: PostView, n: int) -> None:
    post = view.record.post
    attachment = next((one for one in view.attachments if one.n == n), None)
    if attachment is None:
        return
    if attachment.state == "here":
        _ask_where(app, post, attachment)
        return

    def work() -> tuple[Part, int]:
        return _part(app, post, n), app.forum.fetching.connect_price()

    def priced(found: tuple[Part, int]) -> None:
        part, connecting = found
        question = _("Fetch {name}?").format(name=attachment.name)
        app.confirm(
            f"{question} {_price_words(app, attachment.bytes, connecting)}",
            _("Fetch"),
            lambda: app.runs.fetch(
                _("Fetching {name}").format(name=attachment.name),
                app.link.fetch_part(post, part.section),
                lambda: _save_what_came(app, post, n),
            ),
        )

    app.at_desk(work, priced)


def _part(app: ForumApp, post: int, n: int) -> Part:
    for attachment, part in app.forum.reading.attachments(post):
        if attachment.n == n:
            return part
    raise UnknownItem(_("This file is not in the archive any more."))


def _save_what_came(app: ForumApp, post: int, n: int) -> None:
    """A file that came whole is saved; one that did not is told about where the run is."""

    def look() -> Attachment | None:
        return next((one for one, _part in app.forum.reading.attachments(post) if one.n == n), None)

    def looked(attachment: Attachment | None) -> None:
        if attachment is None or attachment.state != "here":
            app.runs.tell_ending()
        elif _close_run(app):
            _ask_where(app, post, attachment)
        else:  # somebody who went on to something else is not interrupted
            app.tell(_("{name} is here: d saves it.").format(name=attachment.name))

    app.at_desk(look, looked)


def _ask_where(app: ForumApp, post: int, attachment: Attachment) -> None:
    from listforum.tui.screens.ask import AskScreen

    def answered(directory: str | None) -> None:
        if directory is not None:
            _save(app, post, attachment.n, Path(directory))

    question = _("Save {name} ({size}) in this directory:").format(
        name=attachment.name, size=told.size(attachment.bytes)
    )
    app.push_screen(AskScreen(_("Save"), question, str(app.saving_to or _downloads())), answered)


def _save(app: ForumApp, post: int, n: int, directory: Path) -> None:
    def work() -> Path:
        try:
            place = directory.expanduser().absolute()
        except RuntimeError:
            raise UnknownItem(_("{directory} is nowhere: there is no such user.").format(directory=directory)) from None
        return app.forum.upkeep.save(post, _part(app, post, n), place)

    def saved(path: Path) -> None:
        app.saving_to = path.parent
        app.tell(_("Saved as {path}").format(path=path))

    app.at_desk(work, saved)


def _downloads() -> Path:
    """Where people expect files from elsewhere."""
    home = Path.home()
    return home / "Downloads" if (home / "Downloads").is_dir() else home


# --- words --------------------------------------------------------------------------------------------------------


def _price_words(app: ForumApp, paid: int, connecting: int) -> str:
    words = _("About {size}, and {connecting} for the connection.").format(
        size=told.size(paid), connecting=told.size(connecting)
    )
    seconds = app.link.pace.seconds_for(paid)
    if seconds is None:
        return words
    time = _("On this link that takes about {time}.").format(time=told.duration(seconds))
    return f"{words} {time}"


def _told(app: ForumApp) -> None:
    """After a run in which all came, the person reads on; else the run says what happened."""
    exchange = app.link.exchange
    if exchange is None:
        return
    if not (clean(exchange.outcome) and _close_run(app)):
        app.runs.tell_ending()


def _close_run(app: ForumApp) -> bool:
    """Closes the dialog of the run; answers whether it was still open."""
    from listforum.tui.screens.exchange import ExchangeScreen

    if not isinstance(app.screen, ExchangeScreen):
        return False
    app.screen.dismiss()
    return True
