"""Who a private answer goes to: one proven person, or nobody.

A private mail that reaches a list cannot be taken back. So every doubt refuses, in words, and the person decides.
"""

from __future__ import annotations

from collections.abc import Collection
from gettext import gettext as _

from listforum.errors import NoAddressError
from listforum.mail.address import is_address, same
from listforum.mail.list_address import ListIdentity, is_machine
from listforum.mail.safe import line
from listforum.model.mail import Header, Mailbox


def private_recipient(header: Header, list_addresses: Collection[str]) -> str:
    """The address of the one person a private answer to this mail goes to.

    Only an address that the header proves: the author's, or, where the list stands in From, the only other mailbox of
    Reply-To. Raises NoAddressError when there is none, or when it could be a list's or a machine's.
    """
    lists = ListIdentity((*list_addresses, *header.list_post), header.list_id)
    address = _proven_address(header, lists)
    reason = _doubt(address, lists)
    if reason:
        raise _refused(reason)
    return address


def answers_privately(header: Header, list_addresses: Collection[str]) -> bool:
    """Whether the mail came to the person alone: no list among To and Cc, and no List-Id or List-Post.

    An answer to such a mail must never go to the list without asking.
    """
    if header.list_id or header.list_post or header.read_only:
        return False
    return not any(_is_any(mailbox.address, list_addresses) for mailbox in (*header.to, *header.cc))


def _proven_address(header: Header, lists: ListIdentity) -> str:
    senders = [mailbox for mailbox in header.from_ if mailbox.address]
    if not senders:
        raise _refused(_("The mail gives no address of its sender that mail can be sent to."))
    if len(senders) > 1:
        raise _refused(_("The mail names several senders, so nobody is proven to have written it."))
    if header.author.address:
        return _consistent(header.author.address, header)
    sender = senders[0].address
    people = {box.address for box in header.reply_to if not lists.may_own(box.address)}
    if lists.may_own(sender) and len(people) == 1 and "" not in people:
        return people.pop()
    words = _("The mail shows only {sender} as its sender, which proves no person behind it.")
    raise _refused(words.format(sender=line(sender)))


def _consistent(address: str, header: Header) -> str:
    """The author's address, when the header field it is said to come from holds it and no list wrote that field."""
    evidence = header.author.evidence
    fields = {
        "from": header.from_,
        "reply-to": header.reply_to,
        "cc": header.cc,
        "x-original-from": (Mailbox("", address),),
        "list": (),
        "none": (),
    }
    munged = evidence == "from" and any(" via " in mailbox.name for mailbox in header.from_)
    if munged or not _is_any(address, [mailbox.address for mailbox in fields[evidence]]):
        raise _refused(_("The header of the mail leaves in doubt who wrote it."))
    return address


def _doubt(address: str, lists: ListIdentity) -> str:
    """Why an address must not be written to privately; "" when nothing speaks against it."""
    shown = line(address)
    if not is_address(address):
        return _("{address} is no address that mail can be sent to.").format(address=shown)
    if lists.may_own(address):
        return _("{address} could be a mailing list's: a private answer might reach everybody.").format(address=shown)
    if is_machine(address):
        return _("{address} is a machine's address: nobody would read the answer.").format(address=shown)
    if address.casefold().endswith(".invalid"):
        return _("{address} was made unusable by the list's server.").format(address=shown)
    return ""


def _refused(reason: str) -> NoAddressError:
    advice = _("Answer on the list, or ask the person there for an address.")
    return NoAddressError(_("{reason} {advice}").format(reason=reason, advice=advice))


def _is_any(address: str, addresses: Collection[str]) -> bool:
    return any(same(address, other) for other in addresses)
