"""Who wrote a post, where the list puts its own address into From to please DMARC (RFC 7960, 4.1.3.3).

What lists write there: `Ana via Talk <talk@...>` with Ana in Reply-To, or in Cc when answers go to the list (Mailman), in
X-Original-From (Google Groups, Sympa: `Ana (via Talk)`, Yahoo: `Ana [talk] <talk-noreply@...>`), or encoded in the address
(groups.io: `Ana via groups.io <ana=example.net@groups.io>`; IETF: `Ana <ana=40example.net@dmarc...>`). LISTSERV gives each
writer a lasting address of the list's server, which is taken as theirs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal

from listforum.mail.address import display_name, is_address, same
from listforum.mail.list_address import ListIdentity, is_machine
from listforum.model.mail import Author, Mailbox

_VIA = re.compile(r"\s+via\s+\S.*\Z", re.IGNORECASE | re.DOTALL)
_IN_LANGUAGES: Final = r"via|über|por|par|tramite|a través de|através de|por meio de|door|przez|через|经由|經由|عبر|از طریق"
# Lists write it in their own language; but only behind a list's own address are these words no part of a name.
_ADDED_BY_LISTS: Final = (
    re.compile(rf"\s+(?:{_IN_LANGUAGES})\s+\S.*\Z", re.IGNORECASE | re.DOTALL),
    re.compile(rf"\s+\((?:\S+@\S+\s+)?(?:{_IN_LANGUAGES})\s[^()]*\)\Z", re.IGNORECASE),
    re.compile(r"\s+\(\S+@\S+\)\Z"),
    re.compile(r"\s+\[[^\[\]]+\]\Z"),
)
_ON_BEHALF = re.compile(
    r"[^()]+\((?:on behalf of|im auftrag von|de la part de|en nombre de|em nome de|per conto di|namens|от имени)\s+"
    r"(?P<name>[^()]+)\)",
    re.IGNORECASE,
)
_HOST_CUT_OFF: Final = "---"
_MAX_NAME: Final = 500
# Pipermail writes "at" in the language of the list, and the name as a comment behind.
_OBFUSCATED = re.compile(r"(\S+ \S{1,6} [\w-]+(?:\.[\w-]+)+)(?: ?\(([^()]*)\))?")
_ADDRESS_LIKE = re.compile(r"[^\s<>()\"',;:]+@[^\s<>()\"',;:]+")


def find_author(
    from_: Sequence[Mailbox],
    reply_to: Sequence[Mailbox],
    x_original_from: Sequence[Mailbox],
    list_: ListIdentity,
    cc: Sequence[Mailbox] = (),
) -> Author:
    """The person behind a post, with the address that a header field proves to be theirs, or None.

    Where From is the list's own address, names somebody "via" something, or holds somebody's address encoded, the person
    is the only mailbox in X-Original-From that is not the list's, else the only such one in Reply-To, else the only one
    of the same name in Cc, else who is encoded there for the list's own server. A name that holds somebody else's
    address gives way to the address that is proven.
    """
    sender = _only_sender(from_)
    if sender is None:
        return Author(_names(from_), None, "none")
    name = _as_written(sender.name, owned=list_.owns(sender.address))
    if name == sender.name and not _is_alias(sender.address, x_original_from, list_):
        return _proven(name, Mailbox(sender.name, sender.address), "from")
    evidence: Literal["x-original-from", "reply-to", "cc"]
    people = (("x-original-from", x_original_from), ("reply-to", reply_to), ("cc", _of_name(name, cc)))
    for evidence, field in people:
        person = _only_person(field, sender, list_)
        if person is not None:
            return _proven(name, person, evidence)
    encoded = _encoded(sender.address) if list_.is_served_by(sender.address) else ""
    if encoded:
        return _proven(name, Mailbox("", encoded), "from")
    return Author(name.removesuffix(_HOST_CUT_OFF) or sender.address, None, "none")
