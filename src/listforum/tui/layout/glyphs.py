"""The signs that stand for a state or a fold: one cell each, and every font with a terminal's line drawing has them.

Where a terminal takes no UTF-8, `tui.guard` puts ASCII in their place.
"""

from __future__ import annotations

from typing import Final

UNREAD: Final = "●"
FOLLOWED: Final = "»"
STARRED: Final = "★"
MUTED: Final = "×"
FOLDED: Final = "▸"
ATTACHED: Final = "◦"
BRANCH: Final = "└"
DOT: Final = "·"

ALL: Final = UNREAD + FOLLOWED + STARRED + MUTED + FOLDED + ATTACHED + BRANCH + DOT
