"""Full-screen reading and writing, in a terminal. The only room that knows Textual."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING

from listforum.errors import UsageError

if TYPE_CHECKING:
    from listforum.forum import Forum
    from listforum.tui.companion import Companion
    from listforum.tui.terminal import Terminal


def look_at_terminal() -> Terminal:
    """What the terminal can do. Raises UsageError, in words that say what works instead, where there is none."""
    from listforum.tui.terminal import Terminal

    terminal = Terminal.look(os.environ, stdin_tty=sys.stdin.isatty(), stdout_tty=sys.stdout.isatty())
    if not terminal.usable:
        raise UsageError(terminal.why_not)
    return terminal


def show(forum: Forum, terminal: Terminal, companion: Companion | None = None) -> int:
    """Shows the forum on a terminal until the person leaves; answers the exit code."""
    gc.disable()  # of what is loaded for the first screen nothing is garbage; the app looks for some once it is shown
    from listforum.tui.app import ForumApp

    app = ForumApp(forum, terminal, companion)
    app.run(mouse=terminal.mouse)
    return app.return_code or 0
