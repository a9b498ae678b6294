"""The first screen of somebody who has no config and no mail yet: what this is, and what to do."""

from __future__ import annotations

import os
from functools import partial
from gettext import gettext as _
from typing import TYPE_CHECKING, ClassVar

from listforum.errors import ListforumError
from listforum.mail import safe
from listforum.tui.actions import Where, bindings
from listforum.tui.layout.line import Line, Span, StyleName
from listforum.tui.layout.wrap import wrapped
from listforum.tui.screens.dialog import Page
from listforum.tui.screens.frame import ForumScreen
from listforum.tui.worker import Job

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual.app import ComposeResult

    from listforum.forum import Forum
    from listforum.forum.doctor import Finding


class WelcomeScreen(ForumScreen):
    """Leads to a config that works, then to the topics."""

    WHERE: ClassVar[tuple[Where, ...]] = ("welcome",)
    BINDINGS = bindings("welcome")

    def body(self) -> ComposeResult:
        yield Page(id="welcome")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(Page).focus()
        self._show()

    def title_words(self) -> str:
        return _("listforum · welcome")

    def archive_changed(self) -> None:
        self._show()

    def _show(self) -> None:
        self.query_one(Page).say(welcome_lines(self.forum_app.forum, self.size.width - 2))

    def on_resize(self) -> None:
        self._show()

    # --- the steps ----------------------------------------------------------------------------------------------------

    def action_setup(self) -> None:
        """Makes the config where there is none, and opens it."""
        from listforum.forum.setup import write_config
        from listforum.tui.editor import Editor, lent

        home = self.forum_app.forum.home
        try:
            if not home.config_file.exists():
                write_config(home)
            editor = Editor.chosen(os.environ, home.temporary)
            lent(self.forum_app, lambda: editor.open(home.config_file))
        except ListforumError as error:
            self.forum_app.show_failure(error)
            self.forum_app.tell(_("Your config lies at {path}.").format(path=home.config_file))
        self._show()

    def action_check(self) -> None:
        """Has everything looked at, which may ask the servers."""
        from listforum.cancel import Cancel

        app, cancel = self.forum_app, Cancel()
        app.tell(_("Looking at your config and your servers."))
        app.network.do(
            Job(
                lambda: tuple(app.forum.doctor.findings(partial(app.runs.ask_secret, cancel=cancel), cancel)),
                self._show_findings,
                app.show_failure,
            )
        )

    def _show_findings(self, findings: Sequence[Finding]) -> None:
        from listforum.tui.screens.page import PageScreen

        self._show()
        self.forum_app.push_screen(PageScreen(_("What was found"), tuple(finding_lines(findings))))

    def action_exchange(self) -> None:
        """Goes on to the topics and fetches, once there is a list to fetch."""
        from listforum.tui.screens.topics import TopicsScreen

        forum = self.forum_app.forum
        if forum.readiness() != "ready" or not forum.config.lists:
            self._show()
            self.forum_app.tell(_("There is no list to fetch yet: e opens the config, d says what is missing."))
            return
        self.forum_app.push_screen(TopicsScreen())
        self.forum_app.action_exchange()


def welcome_lines(forum: Forum, room: int) -> tuple[Line, ...]:
    """What this is, and what to do next as things stand, in rows of `room` cells."""
    return tuple(_lines(forum, room))


def _lines(forum: Forum, room: int) -> Iterator[Line]:
    yield from _paragraph(
        _(
            "listforum makes a forum of the mailing lists that you get by e-mail: topics, unread posts, search and "
            "answers, all on this machine. It reads and searches offline; the network is used only when you say so, "
            "and the price is shown first."
        ),
        room,
    )
    yield Line()
    yield from _state(forum, room)
    yield Line()
    steps = (
        _("e makes a config and opens it in your editor: your address and your mail servers go there."),
        _("d checks it, and shows the lists that your mail holds, with lines to paste into the config."),
        _("s fetches the newest posts, after it has said what they cost."),
    )
    for number, step in enumerate(steps, start=1):
        yield from _paragraph(f"{number}. {step}", room)
    yield Line()
    yield from _paragraph(_("Or, outside of this screen (q leaves):"), room)
    for command, does in (
        ("listforum demo", _("looks around in a made-up list, without any of this")),
        ("listforum import FILE LIST", _("reads mails you have (mbox, Maildir, .eml) into a list")),
    ):
        yield Line((Span(f"  {command}", "number"),))
        yield from _paragraph(f"    {does}", room)


def _state(forum: Forum, room: int) -> Iterator[Line]:
    readiness, path = forum.readiness(), forum.home.config_file
    if readiness == "no config":
        yield from _paragraph(_("There is no config yet: begin with e."), room, "heading")
    elif readiness == "broken config":
        yield from _paragraph(_("The config needs a change before it can be used; e opens it:"), room, "warning")
        for problem in (forum.config_problem or "").splitlines():
            yield from _paragraph(problem, room)
    elif not forum.config.lists:
        words = _("The config is fine, and names no list yet: d shows the lists that your mail holds.")
        yield from _paragraph(words, room, "heading")
        yield from _paragraph(
            _("Paste the lines for those that you want into {path} (e opens it).").format(path=path), room
        )
    else:
        yield from _paragraph(_("The config is fine: s fetches."), room, "heading")


def finding_lines(findings: Sequence[Finding]) -> Iterator[str]:
    """What the doctor found, a line for each thing, with lines to paste below."""
    for finding in findings:
        mark = _("ok") if finding.well else _("LOOK")
        yield f"{mark}  {safe.line(_subject(finding.what))}: {safe.body(finding.words)}"
        yield from (f"      {safe.line(line)}" for line in finding.block.splitlines())


def _subject(what: str) -> str:
    """What a finding is about: one of the names in `words.NAMES`, alone or before what a folder or list is called."""
    kind, blank, name = what.partition(" ")
    return f"{_(kind)}{blank}{name}" if not name or kind in {"folder", "list"} else what


def _paragraph(text: str, room: int, style: StyleName = "") -> Iterator[Line]:
    """A sentence in as many rows as it takes; a number before it stands out."""
    for row in wrapped(safe.body(text), max(10, room)):
        yield Line((Span(row.text, style),))
