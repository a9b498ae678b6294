"""Who wrote a post, where the list puts its own address into From to please DMARC (RFC 7960, 4.1.3.3).

What lists write there: `Ana via Talk <talk@...>` with Ana in Reply-To, or in Cc when answers go to the list (Mailman),
in X-Original-From (Google Groups, Sympa: `Ana (via Talk)`, Yahoo: `Ana [talk] <talk-noreply@...>`), or encoded in the
address (groups.io: `Ana via groups.io <ana=example.net@groups.io>`, IETF: `Ana <ana=40example.net@dmarc...>`). LISTSERV
gives each writer a lasting address of its own server, which is taken as theirs.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal

from listforum.mail.address import display_name, is_address, same
from listforum.mail.list_address import ListIdentity, is_answer_box
from listforum.model.mail import Author, Mailbox

_VIA = re.compile(r"(?<!\s)\s+via\s+\S.*\Z", re.IGNORECASE | re.DOTALL)
_IN_LANGUAGES: Final = (
    r"via|über|por|par|tramite|a través de|através de|por meio de|door|przez|через|经由|經由|عبر|از طریق"
)
# Lists write it in their own language; but only behind a list's own address are these words no part of a name.
_ADDED_BY_LISTS: Final = (
    re.compile(rf"(?<!\s)\s+\((?:[^\s()@]{{1,64}}@[^\s()]{{1,255}}\s+)?(?:{_IN_LANGUAGES})\s[^()]*\)\Z", re.IGNORECASE),
    re.compile(r"(?<!\s)\s+\([^\s()@]{1,64}@[^\s()]{1,255}\)\Z"),
    re.compile(r"(?<!\s)\s+\[[^\[\]]+\]\Z"),
    re.compile(rf"(?<!\s)\s+(?:{_IN_LANGUAGES})\s+\S.*\Z", re.IGNORECASE | re.DOTALL),
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
_ADDRESS_LIKE = re.compile(r"(?<![^\s<>()\"',;:])[^\s<>()\"',;:]+@[^\s<>()\"',;:]+")


def find_author(
    from_: Sequence[Mailbox],
    reply_to: Sequence[Mailbox],
    x_original_from: Sequence[Mailbox],
    list_: ListIdentity,
    cc: Sequence[Mailbox] = (),
) -> Author:
    """The person behind a post, with the address that a header field proves to be theirs, or None.

    Where From is the list's own address, names somebody "via" something, or holds somebody's address encoded, the
    person is the only mailbox in X-Original-From that is not the list's, else the only such one in Reply-To, else the
    only one of the same name in Cc, else who is encoded there for the list's own server. A name that holds somebody
    else's address gives way to the address that is proven.
    """
    sender = _only_sender(from_)
    if sender is None:
        return Author(_names(from_), None, "none")
    owned = list_.owns(sender.address)
    stated = display_name(sender.name)
    name = _without_list(stated) if owned else display_name(_VIA.sub("", stated))
    if name == stated and not owned and not _is_alias(sender.address, x_original_from, list_):
        return _proven(name, sender, "from")
    evidence: Literal["x-original-from", "reply-to", "cc"]
    namesakes = [] if name == stated else _namesakes(name, cc)
    for evidence, field in (("x-original-from", x_original_from), ("reply-to", reply_to), ("cc", namesakes)):
        person = _only_person(field, sender, list_)
        if person is not None:
            return _proven(name, person, evidence)
    if list_.is_served_by(sender.address) and (address := _encoded(sender.address)):
        return _proven(name, Mailbox("", address), "from")
    nobody: Literal["list", "none"] = "list" if owned and name == stated else "none"
    return Author(name.removesuffix(_HOST_CUT_OFF) or sender.address, None, nobody)


def claims_address(name: str, address: str) -> bool:
    """Whether a name holds an address that is not the writer's."""
    return any(not same(found, address) for found in _ADDRESS_LIKE.findall(name))


def _proven(name: str, person: Mailbox, evidence: Literal["from", "reply-to", "x-original-from", "cc"]) -> Author:
    names = (display_name(name), display_name(_VIA.sub("", person.name)), name.removesuffix(_HOST_CUT_OFF))
    honest = (
        text for text in names if text and not text.endswith(_HOST_CUT_OFF) and not claims_address(text, person.address)
    )
    return Author(next(honest, person.address), person.address, evidence)


def _without_list(name: str) -> str:
    """A name without what the list, whose address stands beside it, added to it."""
    if found := _ON_BEHALF.fullmatch(name):
        return display_name(found["name"])
    for added in _ADDED_BY_LISTS:
        name = added.sub("", name)
    return display_name(name)


def _is_alias(address: str, x_original_from: Sequence[Mailbox], list_: ListIdentity) -> bool:
    """Whether an address stands for another: one of X-Original-From, or any that the list's own server encoded."""
    encoded = _encoded(address)
    if not encoded:
        return False
    return list_.is_served_by(address) or any(same(encoded, mailbox.address) for mailbox in x_original_from)


def _encoded(address: str) -> str:
    """The address in the local part of another: `ana=example.net@host`, `ana=40example.net@host`; "" if none is."""
    local = address.rpartition("@")[0]
    found = local.replace("=40", "@") if "=40" in local else local.replace("=", "@")
    one = found.count("@") == 1 and "." in found.partition("@")[2] and "bounce" not in local.casefold()
    return found if one and is_address(found) else ""


def _namesakes(name: str, field: Sequence[Mailbox]) -> list[Mailbox]:
    """Who is called so; where a list had no name, it writes the address with its host cut off."""
    wanted = name.casefold()
    return [
        mailbox
        for mailbox in field
        if wanted in (mailbox.name.casefold(), mailbox.address.partition("@")[0].casefold() + _HOST_CUT_OFF)
    ]


def _only_sender(from_: Sequence[Mailbox]) -> Mailbox | None:
    """The one mailbox of From, its name bounded. `Doe, Jo <jo@example.org>` is one, its comma unquoted."""
    with_address = [mailbox for mailbox in from_ if mailbox.address]
    if len(with_address) != 1 or any("@" in mailbox.name for mailbox in from_ if not mailbox.address):
        return None
    name = ", ".join(mailbox.name for mailbox in from_ if mailbox.name)
    return Mailbox(name[:_MAX_NAME], with_address[0].address)


def _only_person(field: Sequence[Mailbox], sender: Mailbox, list_: ListIdentity) -> Mailbox | None:
    people = {
        mailbox.address.casefold(): Mailbox(mailbox.name[:_MAX_NAME], mailbox.address)
        for mailbox in field
        if not (same(mailbox.address, sender.address) or list_.owns(mailbox.address) or is_answer_box(mailbox.address))
    }
    return next(iter(people.values())) if len(people) == 1 and "" not in people else None


def _names(from_: Sequence[Mailbox]) -> str:
    """What can be said of a sender without a proven address."""
    names = []
    for mailbox in from_[:10]:
        match = _OBFUSCATED.fullmatch(mailbox.name[:_MAX_NAME])
        names.append(display_name(match[2] or match[1]) if match else mailbox.name or mailbox.address)
    return ", ".join(filter(None, names))[:_MAX_NAME]
