"""The mail-parser library, given one small clean field at a time: it reads address lists and dates."""

from __future__ import annotations

import logging
from functools import lru_cache
from typing import Any, Final

from mailparser.core import MailParser

from listforum.mail.address import display_name, is_address
from listforum.model.mail import Mailbox

_MAX_REMEMBERED: Final = 500

# It logs header values of mails it dislikes; those are nobody's business but the reader's.
logging.getLogger("mailparser").setLevel(logging.CRITICAL)


class _FieldParser(MailParser):
    """Leaves out the dictionary of the whole mail, which nobody reads here and which takes a third of the time."""

    def _make_mail(self, complete: bool = True) -> dict[str, Any]:  # noqa: ARG002 - the library's own signature
        return {}


def mailboxes(value: str) -> tuple[Mailbox, ...] | None:
    """The mailboxes of a one-line, decoded address field, encoded words already quoted; None where there is any doubt.

    May raise anything: the library is not ours.
    """
    return _remembered(value) if len(value) <= _MAX_REMEMBERED else _mailboxes(value)


def date(value: str) -> int | None:
    """A one-line Date field in seconds since 1970 UTC; None where the library refuses it. May raise anything."""
    moment = _FieldParser.from_string(f"Date: {value}\n\n").date
    return int(moment.timestamp()) if moment else None


def _mailboxes(value: str) -> tuple[Mailbox, ...] | None:
    parser = _FieldParser.from_string(f"From: {value}\n\n")
    if parser.address_header_defects:
        return None
    # It also joins `a. b @c` to one address: what does not stand there letter by letter is in doubt.
    if not all(is_address(address) and address in value for _, address in parser.from_):
        return None
    return tuple(Mailbox(display_name(name), address) for name, address in parser.from_) or None


# On a list the same people write to the same addresses again and again.
_remembered = lru_cache(maxsize=2048)(_mailboxes)
