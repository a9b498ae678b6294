"""What mail programs of many languages put before a subject when they reply or forward.

Only words seen in mail programs stand here: stripping "any word and a colon" would eat real subjects such as
`smb: fix mount` (RFC 5256, 2.1 knows `re`, `fw` and `fwd` only).
"""

from __future__ import annotations

from typing import Final

REPLY: Final = (
    *("Re", "Aw", "Antw", "Antwort", "Sv", "Vá", "Rép", "Réf", "Ref", "Rif", "Res"),
    *("Odp", "Ynt", "Yanıt", "Bls", "Atb", "Απ", "Σχετ"),
    *("回复", "回覆", "答复", "答覆", "返信"),
    *("رد", "پاسخ", "תגובה"),
)
"""A mail that begins with one of these answers another."""

AMBIGUOUS: Final = ("R", "I", "Vs")
"""Replies in one language, forwards in another, or a name (`R:` the language): folded, but proof of nothing."""

FORWARD: Final = (
    *("Fwd", "Fw", "Wg", "Doorst", "Vl", "Tr", "Trs", "Fs", "Rv", "Enc", "Pd", "Yml", "Vb", "Vidarebefordra"),
    *("İlt", "i\N{COMBINING DOT ABOVE}lt", "Ilt", "ılt"),
    *("Továbbítás", "Πρθ", "转发", "轉寄", "轉發", "転送", "הועבר", "إعادة توجيه"),
)

JUNK: Final = ("external", "external email", "ext", "extern", "externe", "externo", "spam", "suspected spam", "bulk")
"""What gateways write in brackets before a subject."""
