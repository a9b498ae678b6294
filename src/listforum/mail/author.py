"""Who wrote a post, where the list puts its own address into From to please DMARC (RFC 7960, 4.1.3.3)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal

from listforum.mail.address import display_name, same
from listforum.mail.list_address import ListIdentity
from listforum.model.mail import Author, Mailbox

_VIA = re.compile(r"\s+via\s+\S.*\Z", re.IGNORECASE | re.DOTALL)
# Lists write it in their own language; but only behind a list's own address are these words no part of a name.
_VIA_OF_LISTS = re.compile(
    r"\s+(?:via|über|por|par|tramite|a través de|através de|por meio de|door|przez|через|经由|經由|عبر|از طریق)"
    r"\s+\S.*\Z",
    re.IGNORECASE | re.DOTALL,
)
_MAX_NAME: Final = 500
# Pipermail writes "at" in the language of the list, and the name as a comment behind.
_OBFUSCATED = re.compile(r"(\S+ \S{1,6} [\w-]+(?:\.[\w-]+)+)(?: ?\(([^()]*)\))?")


def find_author(
    from_: Sequence[Mailbox], reply_to: Sequence[Mailbox], x_original_from: Sequence[Mailbox], list_: ListIdentity
) -> Author:
    """The person behind a post, with the address that a header field proves to be theirs, or None.

    Where From is the list's own address, or names somebody "via" something, the person is the only mailbox in
    X-Original-From that is not the list's, else the only such one in Reply-To.
    """
    sender = _only_sender(from_)
    if sender is None:
        return Author(_names(from_), None, "none")
    owned = list_.owns(sender.address)
    name = display_name((_VIA_OF_LISTS if owned else _VIA).sub("", sender.name))
    if name == sender.name and not owned:
        return Author(name or sender.address, sender.address, "from")
    evidence: Literal["x-original-from", "reply-to"]
    for evidence, field in (("x-original-from", x_original_from), ("reply-to", reply_to)):
        person = _only_person(field, sender, list_)
        if person is not None:
            return Author(name or display_name(_VIA.sub("", person.name)) or person.address, person.address, evidence)
    return Author(name or sender.address, None, "none")


def _only_sender(from_: Sequence[Mailbox]) -> Mailbox | None:
    """The one mailbox of From, its name bounded. `Doe, Jo <jo@example.org>` is one, its comma unquoted."""
    with_address = [mailbox for mailbox in from_ if mailbox.address]
    if len(with_address) != 1 or any("@" in mailbox.name for mailbox in from_ if not mailbox.address):
        return None
    name = ", ".join(mailbox.name for mailbox in from_ if mailbox.name)
    return Mailbox(name[:_MAX_NAME], with_address[0].address)


def _only_person(field: Sequence[Mailbox], sender: Mailbox, list_: ListIdentity) -> Mailbox | None:
    people = [
        Mailbox(mailbox.name[:_MAX_NAME], mailbox.address)
        for mailbox in field
        if not (same(mailbox.address, sender.address) or list_.owns(mailbox.address))
    ]
    return people[0] if len(people) == 1 and people[0].address else None


def _names(from_: Sequence[Mailbox]) -> str:
    """What can be said of a sender without a proven address."""
    names = []
    for mailbox in from_[:10]:
        match = _OBFUSCATED.fullmatch(mailbox.name[:_MAX_NAME])
        names.append(display_name(match[2] or match[1]) if match else mailbox.name or mailbox.address)
    return ", ".join(filter(None, names))[:_MAX_NAME]
