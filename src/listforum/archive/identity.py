"""When two mails are one post, as far as their parts can tell."""

from __future__ import annotations

import hashlib

from listforum.mail.structure import attachment_parts
from listforum.model.mail import Part, Received


def parts_agree(kept: Received, other: Received) -> bool:
    """Whether mails that have no id of their own consist of the same parts.

    Line ends may differ between an imported mail and the same mail on a server, and sizes with them.
    """
    if kept.raw is not None and other.raw is not None:
        return list(map(_contents, kept.parts)) == list(map(_contents, other.parts))
    if kept.raw is not None or other.raw is not None:
        return [(p.section, p.type) for p in kept.parts] == [(p.section, p.type) for p in other.parts]
    return [(p.section, p.type, p.size) for p in kept.parts] == [(p.section, p.type, p.size) for p in other.parts]


def attachments_agree(kept: Received, other: Received) -> bool:
    """Whether one of two whole mails has every attachment of the other: a list may strip them, but invents none."""
    if kept.raw is None or other.raw is None:
        return True
    ours, theirs = _attachments(kept), _attachments(other)
    return ours <= theirs or theirs <= ours


def has_more_attachments(other: Received, kept: Received) -> bool:
    """Whether a whole mail has attachments that another lacks."""
    return other.raw is not None and kept.raw is not None and _attachments(other) > _attachments(kept)


def _attachments(received: Received) -> frozenset[tuple[str, bytes]]:
    return frozenset(map(_contents, attachment_parts(received.parts)))


def _contents(part: Part) -> tuple[str, bytes]:
    content = (part.content or b"").replace(b"\r\n", b"\n").rstrip(b"\n")
    return part.type, hashlib.sha256(content).digest()
