"""The mail-parser library, given a small clean header: it reads address lists and the date."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mailparser.core import MailParser

from listforum.mail.address import display_name, is_address
from listforum.model import Mailbox

ADDRESS_FIELDS = ("from", "reply-to", "to", "cc")

# It logs header values of mails it dislikes; those are nobody's business but the reader's.
logging.getLogger("mailparser").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the library makes of a header.

    `mailboxes` holds the address fields it read without any doubt, by name, and leaves out the others; `date` is its
    Date in seconds since 1970 UTC, None where it refuses it.
    """

    mailboxes: Mapping[str, tuple[Mailbox, ...]]
    date: int | None


class _HeaderParser(MailParser):
    """Leaves out the dictionary of the whole mail, which nobody reads here and which takes a third of the time."""

    def _make_mail(self, complete: bool = True) -> dict[str, Any]:  # noqa: ARG002 - the library's own signature
        return {}


def read(fields: Mapping[str, str]) -> Reading:
    """Read one-line, decoded values of From, Reply-To, To, Cc and Date, by field name in lower case.

    Encoded words must already stand as quoted strings. May raise anything: the library is not ours.
    """
    message = "".join(f"{name}: {value}\n" for name, value in fields.items()) + "\n"
    parser = _HeaderParser.from_string(message)
    doubtful = {defect["header"] for defect in parser.address_header_defects}
    pairs = {"from": parser.from_, "reply-to": parser.reply_to, "to": parser.to, "cc": parser.cc}
    mailboxes = {
        name: tuple(Mailbox(display_name(shown), address) for shown, address in pairs[name])
        for name in fields.keys() & pairs.keys() - doubtful
    }
    certain = {name: boxes for name, boxes in mailboxes.items() if boxes and _stand_in(fields[name], boxes)}
    return Reading(certain, int(parser.date.timestamp()) if parser.date else None)


def _stand_in(value: str, mailboxes: tuple[Mailbox, ...]) -> bool:
    """Whether each address stands in the field letter by letter: the library also joins `a. b @c` to one."""
    return all(mailbox.address in value and is_address(mailbox.address) for mailbox in mailboxes)
