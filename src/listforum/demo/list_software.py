"""What the list does with a post on its way to a subscriber's folder.

Fields that say where a mail has been stand above the post's own, as on any real mail: several kilobytes that nobody
reads, and that a thrifty reader does not fetch.
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import shake_256
from typing import Final

from listforum.mail.address import parse_mailboxes
from listforum.mail.folding import folded, phrase
from listforum.mail.words import decode_value, decode_words, quote_words

NAME: Final = "open-data"
HOST: Final = "lists.example.org"
ADDRESS: Final = f"{NAME}@{HOST}"
LIST_ID: Final = f"{NAME}.{HOST}"
TAG: Final = f"[{NAME}]"
SUBSCRIBER: Final = "maria@example.org"
FOOTER: Final = (
    "_______________________________________________\n"
    f"{NAME} mailing list -- {ADDRESS}\n"
    f"To unsubscribe send an email to {NAME}-leave@{HOST}\n"
    f"Charter and archive: https://{HOST}/{NAME}\n"
)

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
            _delivery(seed, received).encode("ascii"),
            own,
            _list_fields(seed).encode("ascii"),
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


def _list_fields(seed: bytes) -> str:
    page = f"https://{HOST}/{NAME}"
    return "\r\n".join(
        (
            f"Message-ID-Hash: {_word(seed, 'hash', 32).upper()}",
            f"X-Message-ID-Hash: {_word(seed, 'hash', 32).upper()}",
            f"X-MailFrom: {_word(seed, 'from', 10)}@bounces.example.org",
            "X-Mailman-Rule-Misses: dmarc-mitigation; no-senders; approved; loop; banned-address; emergency;\r\n"
            " member-moderation; nonmember-moderation; administrivia; implicit-dest; max-recipients; max-size;\r\n"
            " news-moderation; no-subject; digests; suspicious-header",
            "X-Mailman-Version: 3.3.9",
            "Precedence: list",
            f"List-Id: Open data and the people who use it <{LIST_ID}>",
            f"Archived-At: <{page}/message/{_word(seed, 'hash', 32).upper()}/>",
            f"List-Archive: <{page}/>",
            f"List-Help: <mailto:{NAME}-request@{HOST}?subject=help>",
            f"List-Owner: <mailto:{NAME}-owner@{HOST}>",
            f"List-Post: <mailto:{ADDRESS}>",
            f"List-Subscribe: <mailto:{NAME}-join@{HOST}>",
            f"List-Unsubscribe: <mailto:{NAME}-leave@{HOST}>",
            "",
        )
    )


def _delivery(seed: bytes, received: int) -> str:
    """The way from the list's machine to the subscriber's folder, newest step first."""
    bounce = f"{NAME}-bounces+{SUBSCRIBER.replace('@', '=')}@{HOST}"
    results = (
        f"mx2.example.org; dkim=pass header.d={HOST} header.s=2024a header.b={_word(seed, 'b', 8)};\r\n"
        f" spf=pass (mx2.example.org: domain of {bounce} designates\r\n"
        f" 203.0.113.25 as permitted sender) smtp.mailfrom={bounce};\r\n"
        f" dmarc=pass (policy=none) header.from={HOST}; arc=pass (i=1)"
    )
    return "\r\n".join(
        (
            f"Return-Path: <{bounce}>",
            f"Delivered-To: {SUBSCRIBER}",
            f"Received: from mx2.example.org ([2001:db8:40::25])\r\n by store4.example.org with LMTP id "
            f"{_word(seed, 'lmtp', 22)}\r\n (envelope-from <{bounce}>)\r\n for <{SUBSCRIBER}>; {_stamp(received + 9)}",
            f"Received: from {HOST} ({HOST} [203.0.113.25])\r\n (using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 "
            f"(256/256 bits)\r\n key-exchange X25519 server-signature RSA-PSS (2048 bits) server-digest SHA256)\r\n"
            f" (No client certificate requested)\r\n by mx2.example.org (Postfix) with ESMTPS id "
            f"{_word(seed, 'mx', 14)}\r\n for <{SUBSCRIBER}>; {_stamp(received + 7)}",
            f"Authentication-Results: {results}",
            f"ARC-Seal: i=2; a=rsa-sha256; d=example.org; s=arc-20250311; t={received + 8}; cv=pass;\r\n"
            f" b={_signature(seed, 'seal')}",
            "ARC-Message-Signature: i=2; a=rsa-sha256; c=relaxed/relaxed; d=example.org; s=arc-20250311;\r\n"
            " h=list-unsubscribe:list-subscribe:list-post:list-owner:list-help:list-archive:archived-at\r\n"
            " :list-id:precedence:subject:to:from:date:message-id:mime-version:content-type;\r\n"
            f" bh={_base64(seed, 'hash', 32)};\r\n b={_signature(seed, 'arc')}",
            f"ARC-Authentication-Results: i=2; {results}",
            "X-Spam-Status: No, score=-1.4 required=5.0 tests=BAYES_00,DKIM_SIGNED,DKIM_VALID,\r\n"
            " DKIM_VALID_AU,MAILING_LIST_MULTI,RCVD_IN_DNSWL_NONE,SPF_HELO_NONE,SPF_PASS\r\n"
            " autolearn=ham autolearn_force=no version=4.0.1",
            f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/simple; d={HOST}; s=2024a;\r\n t={received + 5};"
            f" bh={_base64(seed, 'hash', 32)};\r\n"
            " h=Date:To:Subject:List-Id:Archived-At:List-Archive:List-Help:List-Owner:List-Post:\r\n"
            f" List-Subscribe:List-Unsubscribe:From;\r\n b={_signature(seed, 'list')}",
            f"Received: from {HOST} (localhost [127.0.0.1])\r\n by {HOST} (Postfix) with ESMTP id "
            f"{_word(seed, 'list', 14)}\r\n for <{SUBSCRIBER}>; {_stamp(received + 5)}",
            f"X-Original-To: {ADDRESS}",
            f"Received: by {HOST} (Postfix, from userid 110)\r\n id {_word(seed, 'queue', 14)}; {_stamp(received)}",
            "",
        )
    )


def _stamp(seconds: int) -> str:
    return format_datetime(datetime.fromtimestamp(seconds, UTC))


def _word(seed: bytes, purpose: str, length: int) -> str:
    """Letters and digits as machines name their queues."""
    return base64.b32encode(shake_256(seed + purpose.encode()).digest(length)).decode("ascii")[:length].lower()


def _base64(seed: bytes, purpose: str, octets: int) -> str:
    return base64.b64encode(shake_256(seed + purpose.encode()).digest(octets)).decode("ascii")


def _signature(seed: bytes, purpose: str) -> str:
    """The looks of a 2048-bit RSA signature, folded."""
    text = _base64(seed, purpose, 256)
    return "\r\n  ".join(text[at : at + 72] for at in range(0, len(text), 72))


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
