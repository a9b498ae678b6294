"""One client's IMAP session (RFC 3501): its commands, and which of them may be given in the state that it is in."""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from listforum.demo.imap_fetch import Item, read_items, uid
from listforum.demo.imap_folder import OpenFolder
from listforum.demo.imap_search import CharsetError, read_criteria
from listforum.demo.imap_words import CommandError, Words, string
from listforum.demo.mailbox import Mailbox

CAPABILITIES: Final = b"IMAP4rev1 LITERAL+ SASL-IR AUTH=PLAIN SPECIAL-USE UNSELECT IDLE"

_LOOK: Final = 0.2
"""Seconds after which it is looked whether mails have come, for somebody who waits for them."""

_TAG: Final = re.compile(rb'[^\x00-\x20(){%*+"\\\x7f-\xff]+')
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/]+={0,2}|=")


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that a session may open, and what it is for (RFC 6154), such as b"\\\\Sent"."""

    name: bytes
    mailbox: Mailbox
    special_use: bytes = b""


@dataclass(frozen=True, slots=True)
class Account:
    """Who may log in, and what they find. User and password are as they stand in a command."""

    user: bytes
    password: bytes = field(repr=False)
    folders: tuple[Folder, ...]


class Client(Protocol):
    """The other end of the connection."""

    async def send(self, octets: bytes) -> None:
        """Send responses, each with its line end."""

    async def receive(self) -> bytes:
        """One line of the client's, with its end."""


class RefusedError(Exception):
    """A command that is understood and refused; its text is what to say after NO."""


class Session:
    """What a client asks, and is told. `over` is true once it has said goodbye."""

    def __init__(self, account: Account, client: Client) -> None:
        self._account = account
        self._client = client
        self._logged_in = False
        self._folder: OpenFolder | None = None
        self.over = False

    async def perform(self, command: bytes) -> None:
        """Do what one command says, its literals in it, and answer it."""
        words = Words(command)
        tag = b"*"
        try:
            tag = words.word(_TAG, "a tag")[0]
            words.space()
            end = "OK " + await self._handler(words.atom())(self, words)
        except CommandError as error:
            end = f"BAD {error}"
        except RefusedError as error:
            end = f"NO {error}"
        news = self._folder.news() if self._folder else b""
        await self._client.send(news + tag + b" " + end.encode("ascii", "replace") + b"\r\n")

    def _handler(self, name: str) -> Handler:
        known = [_ALWAYS, _LOGGED_IN if self._logged_in else _STRANGERS]
        if self._folder:
            known.append(_OPENED)
        for handlers in known:
            if name in handlers:
                return handlers[name]
        raise CommandError(f"{name} is not understood, or not now")

    # --- in every state -------------------------------------------------------------------------------------------

    async def capability(self, words: Words) -> str:
        words.end()
        await self._client.send(b"* CAPABILITY " + CAPABILITIES + b"\r\n")
        return "that is all"

    async def noop(self, words: Words) -> str:
        words.end()
        return "nothing done"

    async def logout(self, words: Words) -> str:
        words.end()
        self.over = True
        await self._client.send(b"* BYE until next time\r\n")
        return "goodbye"

    # --- logging in -----------------------------------------------------------------------------------------------

    async def login(self, words: Words) -> str:
        words.space()
        user = words.astring()
        words.space()
        password = words.astring()
        words.end()
        return self._let_in(user, password)

    async def authenticate(self, words: Words) -> str:
        words.space()
        if words.atom() != "PLAIN":
            raise RefusedError("only PLAIN is known here")
        if not words.take(b" "):
            words.end()
            await self._client.send(b"+ \r\n")
            words = Words(await self._client.receive())
        response = words.word(_BASE64, "base64")[0]
        words.end()
        try:
            _, user, password = base64.b64decode(response, validate=True).split(b"\0")
        except (binascii.Error, ValueError):
            raise CommandError("these are no words of PLAIN") from None
        return self._let_in(user, password)

    def _let_in(self, user: bytes, password: bytes) -> str:
        if (user, password) != (self._account.user, self._account.password):
            raise RefusedError("[AUTHENTICATIONFAILED] user or password is wrong")
        self._logged_in = True
        return f"[CAPABILITY {CAPABILITIES.decode('ascii')}] welcome"

    # --- folders --------------------------------------------------------------------------------------------------

    async def list_folders(self, words: Words) -> str:
        words.space()
        reference = words.astring()
        words.space()
        name = words.list_mailbox()
        words.end()
        if not name:
            await self._client.send(b'* LIST (\\Noselect) "/" ""\r\n')
        pattern = _pattern(reference + name)
        for folder in self._account.folders:
            if pattern.fullmatch(folder.name):
                attributes = b" ".join(filter(None, [b"\\HasNoChildren", folder.special_use]))
                await self._client.send(b"* LIST (" + attributes + b') "/" ' + string(folder.name) + b"\r\n")
        return "that is all"

    async def open_folder(self, words: Words) -> str:
        words.space()
        name = words.astring()
        words.end()
        self._folder = None
        name = b"INBOX" if name.upper() == b"INBOX" else name
        mailbox = next((folder.mailbox for folder in self._account.folders if folder.name == name), None)
        if mailbox is None:
            raise RefusedError("[NONEXISTENT] there is no such folder")
        self._folder = OpenFolder(mailbox)
        await self._client.send(
            b"* FLAGS ()\r\n* OK [PERMANENTFLAGS ()] no mail is ever marked here\r\n"
            b"* %d EXISTS\r\n* 0 RECENT\r\n"
            % self._folder.exists
            + b"* OK [UIDVALIDITY %d] UIDs last\r\n" % self._folder.uidvalidity
            + b"* OK [UIDNEXT %d] the next UID\r\n" % self._folder.uidnext
        )
        return "[READ-ONLY] opened"

    async def close_folder(self, words: Words) -> str:
        words.end()
        self._folder = None
        return "closed"

    async def idle(self, words: Words) -> str:
        """Tells of mails as they come (RFC 2177), until the client says DONE."""
        words.end()
        folder = self._opened()
        await self._client.send(b"+ idling\r\n")
        said = asyncio.ensure_future(self._client.receive())
        try:
            while not said.done():
                if news := folder.news():
                    await self._client.send(news)
                await asyncio.wait({said}, timeout=_LOOK)
        finally:
            said.cancel()
        if (await said).strip().upper() != b"DONE":
            raise CommandError("nothing but DONE ends it")
        return "that was all"

    # --- mails ----------------------------------------------------------------------------------------------------

    async def fetch(self, words: Words) -> str:
        folder = self._opened()
        words.space()
        numbers = words.sequence_set().among(folder.uids())
        words.space()
        return await self._answer_fetch(numbers, words)

    async def search(self, words: Words) -> str:
        return await self._answer_search(words, lambda number, _: number)

    async def by_uid(self, words: Words) -> str:
        words.space()
        name = words.atom()
        if name == "SEARCH":
            return await self._answer_search(words, lambda _, its_uid: its_uid)
        if name != "FETCH":
            raise CommandError(f"UID {name} is not understood")
        words.space()
        uids = self._opened().uids()
        wanted = words.sequence_set().among(uids.values())
        words.space()
        return await self._answer_fetch({number for number, its in uids.items() if its in wanted}, words, uid)

    async def _answer_fetch(self, numbers: frozenset[int] | set[int], words: Words, *always: Item) -> str:
        asked = read_items(words)
        words.end()
        items = (*(item for item in always if item not in asked), *asked)
        for number in sorted(numbers):
            mail = self._opened().asked(number)
            answer = b" ".join(item(mail) for item in items)
            await self._client.send(b"* %d FETCH (" % number + answer + b")\r\n")
        return "that is all"

    async def _answer_search(self, words: Words, telling: Callable[[int, int], int]) -> str:
        folder = self._opened()
        words.space()
        try:
            criterion = read_criteria(words, folder.uids())
        except CharsetError:
            raise RefusedError("[BADCHARSET (US-ASCII UTF-8)] this charset is not known here") from None
        words.end()
        found = [telling(mail.number, mail.uid) for mail in folder.candidates() if criterion(mail)]
        await self._client.send(b"* SEARCH" + b"".join(b" %d" % number for number in found) + b"\r\n")
        return "that is all"

    def _opened(self) -> OpenFolder:
        if self._folder is None:
            raise CommandError("no folder is open")
        return self._folder


Handler = Callable[[Session, Words], Awaitable[str]]
"""Does a command from the word after its name on, and answers what to say after OK."""

_ALWAYS: Final[Mapping[str, Handler]] = {
    "CAPABILITY": Session.capability,
    "NOOP": Session.noop,
    "LOGOUT": Session.logout,
}
_STRANGERS: Final[Mapping[str, Handler]] = {"LOGIN": Session.login, "AUTHENTICATE": Session.authenticate}
_LOGGED_IN: Final[Mapping[str, Handler]] = {
    "LIST": Session.list_folders,
    "SELECT": Session.open_folder,
    "EXAMINE": Session.open_folder,
}
_OPENED: Final[Mapping[str, Handler]] = {
    "CHECK": Session.noop,
    "CLOSE": Session.close_folder,
    "UNSELECT": Session.close_folder,
    "FETCH": Session.fetch,
    "IDLE": Session.idle,
    "SEARCH": Session.search,
    "UID": Session.by_uid,
}


def _pattern(name: bytes) -> re.Pattern[bytes]:
    """A LIST pattern (6.3.8): "*" matches anything, "%" anything but the next level."""
    parts = ({b"*": b".*", b"%": b"[^/]*"}.get(part, re.escape(part)) for part in re.split(rb"([*%])", name))
    return re.compile(b"".join(parts), re.IGNORECASE | re.DOTALL)
