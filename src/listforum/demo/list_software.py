"""What the list does with a post on its way to a subscriber's folder."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from listforum.demo.trail import trail
from listforum.mail.address import parse_mailboxes
from listforum.mail.folding import folded, phrase
from listforum.mail.words import decode_value, decode_words, quote_words

NAME: Final = "open-data"
HOST: Final = "lists.example.org"
ADDRESS: Final = f"{NAME}@{HOST}"
LIST_ID: Final = f"{NAME}.{HOST}"
TAG: Final = f"[{NAME}]"
FOOTER: Final = (
    "_______________________________________________\n"
    f"{NAME} mailing list -- {ADDRESS}\n"
    f"To unsubscribe send an email to {NAME}-leave@{HOST}\n"
    f"Charter and archive: https://{HOST}/{NAME}\n"
)

_SUBSCRIBER: Final = "maria@example.org"
_WORDS: Final = {
    "host": HOST,
    "address": ADDRESS,
    "list_id": LIST_ID,
    "subscriber": _SUBSCRIBER,
    "bounce": f"{NAME}-bounces+{_SUBSCRIBER.replace('@', '=')}@{HOST}",
}
_REJECTING: Final = frozenset({"correo.example"})
"""Domains that forbid others to pass on mail in their name (DMARC p=reject): there the list writes in its own name."""

_FIELD: Final = re.compile(rb"([!-9;-~]+):((?:[^\r\n]|\r\n[ \t])*)\r\n")
_BOUNDARY: Final = re.compile(rb'boundary="([^"]+)"', re.IGNORECASE)


def list_copy(mail: bytes, received: int) -> bytes:
    """The mail as subscribers get it: tag before the subject, List-* fields, footer below a plain text.

    `mail` is a post as it was handed in, lines ending in CRLF; its Message-ID stays. `received` is when the list got
    it. Where the author's provider forbids passing its mail on, From becomes the list's, and X-Original-From and
    Reply-To name the author.
    """
    header, _, body = mail.partition(b"\r\n\r\n")
    fields = [(found[1].decode("ascii"), found[2].strip()) for found in _FIELD.finditer(header + b"\r\n")]
    values = {name.casefold(): value for name, value in fields}
    seed = values.get("message-id", mail)
    own = b"".join(_own_field(name, value) for name, value in fields if not name.casefold().startswith("list-"))
    return b"".join(
        (
            trail("delivery", seed, received, _WORDS),
            own,
            trail("list", seed, received, _WORDS),
            b"\r\n",
            _with_footer(values, body),
        )
    )


# --- header -------------------------------------------------------------------------------------------------------


def _own_field(name: str, value: bytes) -> bytes:
    """A field of the post itself, with its line end; changed where the list changes it."""
    if name.casefold() == "subject" and TAG not in decode_words(decode_value(value)):
        value = f"{TAG} ".encode("ascii") + value
    if name.casefold() == "from" and (person := _kept_out(value)):
        field = folded("From", [*phrase(f"{person[0]} via {NAME}"), f"<{ADDRESS}>"])
        author = b" ".join(value.split())
        return f"{field}\r\n".encode("ascii") + b"X-Original-From: %s\r\nReply-To: %s\r\n" % (author, author)
    return name.encode("ascii") + b": " + value + b"\r\n"


def _kept_out(value: bytes) -> tuple[str, str] | None:
    """Name and address of an author whose provider forbids the list to send in their name."""
    mailboxes = parse_mailboxes(quote_words(decode_value(b" ".join(value.split()))))
    for mailbox in mailboxes:
        if mailbox.address.rpartition("@")[2].casefold() in _REJECTING:
            return mailbox.name, mailbox.address
    return None


# --- footer -------------------------------------------------------------------------------------------------------


def _with_footer(values: dict[str, bytes], body: bytes) -> bytes:
    """A body with the footer: below a plain text, in a part of its own in a multipart/mixed, else nowhere."""
    kind = values.get("content-type", b"text/plain")
    if kind.lower().startswith(b"multipart/mixed") and (boundary := _BOUNDARY.search(kind)):
        return _with_footer_part(body, boundary[1])
    if not kind.lower().startswith(b"text/plain"):
        return body
    encoding = values.get("content-transfer-encoding", b"7bit").lower()
    footer = f"\n{FOOTER}".replace("\n", "\r\n").encode("ascii")
    if encoding == b"base64":
        return base64.encodebytes(_ended(base64.b64decode(body)) + footer).replace(b"\n", b"\r\n")
    if encoding == b"quoted-printable":
        footer = binascii.b2a_qp(footer)
    return _ended(body) + footer


def _ended(text: bytes) -> bytes:
    return text.rstrip(b"\r\n") + b"\r\n"


def _with_footer_part(body: bytes, boundary: bytes) -> bytes:
    before, closing, after = body.rpartition(b"--%s--" % boundary)
    part = f"Content-Type: text/plain; charset=us-ascii\r\nContent-Disposition: inline\r\n\r\n{FOOTER}"
    footer = b"--%s\r\n%s" % (boundary, part.replace("\r\n", "\n").replace("\n", "\r\n").encode("ascii"))
    return before + footer + closing + after
