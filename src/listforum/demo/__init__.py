"""A made-up community list on servers of its own, to try listforum with: no network, no config, nothing left."""

from __future__ import annotations

import sys
from gettext import gettext as _


def run(home: str | None) -> int:
    """Shows the demo until the person leaves; answers the exit code.

    With a home it stays there, and goes on where it was the next time. Raises UsageError without a terminal.
    """
    from listforum import tui

    terminal = tui.look_at_terminal()
    sys.stderr.write(_("Setting up a made-up list…") + "\n")
    from listforum.demo.stage import stage

    with stage(home) as set_up:
        return tui.show(set_up.forum, terminal, set_up.companion)
