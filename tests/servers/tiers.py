"""What IMAP servers that people have say they can do: a Dovecot that is told to say so behaves like one of them."""

from __future__ import annotations

from typing import Final, Literal

Tier = Literal["bare", "gmail", "full"]

CAPABILITIES: Final[dict[Tier, str | None]] = {
    "bare": "IMAP4rev1 UIDPLUS MOVE ID UNSELECT CHILDREN IDLE NAMESPACE",
    "gmail": "IMAP4rev1 SASL-IR ID UNSELECT CHILDREN IDLE NAMESPACE UIDPLUS MOVE ENABLE CONDSTORE ESEARCH "
    "LIST-EXTENDED LIST-STATUS SPECIAL-USE COMPRESS=DEFLATE",
    "full": None,
}
"""What `Dovecot` takes as `capability`: none of its own for "full", which is all that it can do."""
