"""Whether an address is a mailing list's: surely, by what the list says of itself, or possibly, by any sign at all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from listforum.mail.address import same

_ROBOT_SUFFIXES: Final = (
    *("-request", "-bounces", "-bounce", "-owner", "-errors", "-confirm", "-join", "-leave"),
    *("-subscribe", "-unsubscribe"),
)
_MACHINES: Final = frozenset(
    {
        *("noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "nobody", "mailer-daemon", "postmaster"),
        *("bounce", "bounces", "majordomo", "listserv", "mailman", "listmaster", "sympa", "undisclosed-recipients"),
    }
)
_MACHINE_PREFIXES: Final = ("bounce-", "bounces-", "noreply-", "no-reply-")
# reply+0123456789abcdef@...
_KEYED: Final = re.compile(r"(?:reply|replies|incoming|notifications?)[+-][0-9a-z]{12,}", re.IGNORECASE)
_LIST_HOSTS: Final = ("googlegroups.com", "yahoogroups.com", "groups.io", "freelists.org")
_LIST_HOST_NAMES: Final = frozenset(
    {
        *("list", "lists", "listas", "lista", "liste", "listes", "listen", "lijst", "lijsten", "listserv", "listman"),
        *("mailman", "mailinglist", "mailinglists", "ml", "sympa", "groups", "dmarc"),
    }
)


def is_machine(address: str) -> bool:
    """Whether a program, and no person, reads what is sent to an address."""
    local = address.rpartition("@")[0].casefold()
    return local.split("+")[0] in _MACHINES or local.startswith(_MACHINE_PREFIXES) or is_answer_box(address)


def is_answer_box(address: str) -> bool:
    """Whether a forum takes the answers to one post at an address."""
    return _KEYED.fullmatch(address.rpartition("@")[0]) is not None


@dataclass(frozen=True, slots=True)
class ListIdentity:
    """The addresses a list, or several, take posts at, and the List-Id of a mail (RFC 2919)."""

    post: tuple[str, ...] = ()
    id: str = ""

    def owns(self, address: str) -> bool:
        """Whether an address is surely the list's own: one it takes posts at, or one its List-Id is made of."""
        if any(same(address, own) for own in self.post):
            return True
        local, _, domain = address.casefold().rpartition("@")
        list_id = self.id.casefold()
        if not local or not list_id:
            return False
        local = local.removesuffix("-bounces").removesuffix("-noreply")
        name, _, host = list_id.partition(".")
        return f"{local}.{domain}" == list_id or (local == name and _related(domain, host))

    def is_served_by(self, address: str) -> bool:
        """Whether an address is at the list's own server, or at one it is named after."""
        domain = address.rpartition("@")[2].casefold()
        hosts = (self.id.casefold().partition(".")[2], *(own.rpartition("@")[2].casefold() for own in self.post))
        return any(_related(domain, host) for host in hosts)

    def may_own(self, address: str) -> bool:
        """Whether an address could be a list's, this one or any other, or a robot's of one: for who must be certain.

        Everything the list owns is among them, its name at any host, its name with a tail, and every list host.
        """
        local, at, domain = address.casefold().rpartition("@")
        if not at:
            return False
        if self.owns(address) or any(_is_variant(local, domain, own) for own in (*self.post, self._id_as_address())):
            return True
        return _is_robot(local) or _is_list_host(domain)

    def _id_as_address(self) -> str:
        return self.id.replace(".", "@", 1)


def _is_variant(local: str, domain: str, own: str) -> bool:
    """Whether an address is the list `own`, its name at any host, or its name with a tail (VERP, robot) at its host."""
    list_local, _, list_domain = own.casefold().rpartition("@")
    if not list_local or not local.startswith(list_local):
        return False
    return local == list_local or (local[len(list_local)] in "-+=._" and _related(domain, list_domain))


def _is_robot(local: str) -> bool:
    return local.endswith(_ROBOT_SUFFIXES) or local.startswith("owner-") or "=" in local


def _is_list_host(domain: str) -> bool:
    return any(_related(domain, host) for host in _LIST_HOSTS) or bool(_LIST_HOST_NAMES & set(domain.split(".")[:-2]))


def _related(domain: str, other: str) -> bool:
    """Whether one domain is the other or lies below it."""
    if not domain or not other:
        return False
    return domain == other or domain.endswith(f".{other}") or other.endswith(f".{domain}")
