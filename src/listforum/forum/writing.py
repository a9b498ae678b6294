"""Writing: replies and posts are frozen into the outbox; sending is another matter."""

from __future__ import annotations

import secrets
import time
from gettext import gettext as _
from typing import Final

from listforum.archive.archive import Archive
from listforum.archive.arrival import is_derived, understand
from listforum.archive.outbox import Outgoing
from listforum.config import Account, Config
from listforum.errors import ConfigError, NoAddressError, UnknownItem, UsageError
from listforum.mail import safe
from listforum.mail.address import same
from listforum.mail.compose import Draft, attribution, compose, message_id, references_for, reply_subject
from listforum.mail.quotes import quoted
from listforum.mail.readable import readable_text
from listforum.mail.recipients import answers_privately, private_recipient
from listforum.mail.structure import shown_parts, split
from listforum.model import Header, OutboxItem

MOST_TEXT: Final = 1_000_000
"""Bytes of the longest text that is sent, in UTF-8."""


class Writing:
    """Composes mails and queues them."""

    def __init__(self, archive: Archive, config: Config) -> None:
        self._archive = archive
        self._config = config

    def reply_to_list(self, post: int, text: str, list_name: str | None = None) -> OutboxItem:
        """Queues an answer to everyone on the list that a post came from; `list_name` tells which of several.

        Raises UnknownItem, ConfigError when the list has no account, UsageError for a text that cannot be sent, and
        NoAddressError when the list's address is not known, takes no posts, or the post was itself sent privately.
        """
        header = self._header(post)
        name = self._list_of(post, list_name)
        to = self.posting_address(name)
        self._must_have_come_from(name, to, post, header)
        if self._was_private(post, header):
            raise NoAddressError(
                _(
                    "Post {post} was sent to you and not to the list: answering it in public would show it to "
                    "everyone. Use --private, or write a new post."
                ).format(post=post)
            )
        return self._queue(name, self._draft(name, (to,), text, header), public=True, parent=post)

    def reply_privately(self, post: int, text: str, list_name: str | None = None) -> OutboxItem:
        """Queues an answer to the one person who wrote a post, from the account of the list it was read in.

        Raises as `reply_to_list` does, NoAddressError when no header proves who wrote it.
        """
        header = self._header(post)
        name = self._list_of(post, list_name)
        to = private_recipient(header, self._list_addresses())
        if to.casefold() in self._own_addresses():
            raise NoAddressError(
                _("Post {post} is your own: there is nobody else to answer privately.").format(post=post)
            )
        return self._queue(name, self._draft(name, (to,), text, header), public=False)

    def post(self, list_name: str, subject: str, text: str) -> OutboxItem:
        """Queues the first post of a new topic. Raises as `reply_to_list` does."""
        if not safe.line(subject):
            raise UsageError(_("A new post needs a subject."))
        draft = Draft(
            sender=self._account(list_name).address,
            to=(self.posting_address(list_name),),
            subject=safe.line(subject),
            text=sendable(text),
        )
        return self._queue(list_name, draft, public=True)

    def with_quote(self, post: int, text: str) -> str:
        """A reply's text below the text it answers, quoted. Raises UnknownItem, and UsageError for an empty text."""
        received = self._archive.contents.received(post)
        record = self._archive.topics.post(post)
        own = sendable(text)
        answered = readable_text(received.parts).text if shown_parts(received.parts) else ""
        if answered is None:
            raise UsageError(
                _("The text of post {post} has not been fetched: listforum fetch post:{post}").format(post=post)
            )
        if not answered.strip():
            return own
        return f"{quoted(safe.body(answered), attribution(safe.line(record.author)))}\n\n{own}"

    def posting_address(self, list_name: str) -> str:
        """Where posts to a list go. Raises NoAddressError in words that say how to set it."""
        settings = self._config.lists.get(list_name)
        if settings is not None and settings.address:
            return settings.address
        address, read_only = self._learned_address(list_name)
        if read_only:
            raise NoAddressError(
                _("The list “{list}” takes no posts: its mails say so (List-Post: NO).").format(list=list_name)
            )
        if not address:
            raise NoAddressError(
                _(
                    "No mail of “{list}” says where to post. If you know the address, set it in the config: address "
                    '= "…" under [lists.{list}].'
                ).format(list=list_name)
            )
        return address

    def _learned_address(self, list_name: str) -> tuple[str | None, bool]:
        try:
            return self._archive.lists.posting_address(list_name)
        except UnknownItem:  # it stands in the config, and nothing of it was read yet
            return None, False

    # --- composing ------------------------------------------------------------------------------------------------

    def _draft(self, name: str, to: tuple[str, ...], text: str, parent: Header) -> Draft:
        return Draft(
            sender=self._account(name).address,
            to=to,
            subject=reply_subject(safe.line(parent.subject)),
            text=sendable(text),
            in_reply_to="".join(_told((parent.message_id,))),
            references=_told(references_for(parent)),
        )

    def _queue(self, name: str, draft: Draft, *, public: bool, parent: int | None = None) -> OutboxItem:
        now = int(time.time())
        outgoing = self._outgoing(name, draft, public, now)
        with self._archive.transaction():
            self._archive.lists.ensure(name)
            post = self._archive.posts.add_own(name, understand(split(outgoing.mail)), now) if public else None
            if post is not None and parent is not None and not draft.in_reply_to:
                self._archive.threads.join(post, parent, now)  # the parent has no id that a header could name
            return self._archive.outbox.queue(outgoing, post, now)

    def _outgoing(self, name: str, draft: Draft, public: bool, now: int) -> Outgoing:
        own_id = message_id(secrets.token_bytes(16), draft.sender.address)
        try:
            mail = compose(draft, own_id, now)
        except ValueError as error:
            raise NoAddressError(_("This cannot be sent: {error}.").format(error=error)) from error
        return Outgoing(
            account=self._account(name).name,
            list=name,
            sender=draft.sender.address,
            recipients=draft.to,
            public=public,
            subject=draft.subject,
            message_id=own_id,
            mail=mail,
        )

    def _header(self, post: int) -> Header:
        return understand(self._archive.contents.received(post)).header

    def _list_of(self, post: int, list_name: str | None) -> str:
        """The list whose account an answer is written from: never guessed where accounts differ."""
        lists = self._archive.topics.lists_of(post)
        if not lists:
            raise UnknownItem(_("There is no post {post}.").format(post=post))
        if list_name is not None:
            if list_name not in lists:
                raise UsageError(
                    _("Post {post} was not seen in “{list}”, but in: {lists}.").format(
                        post=post, list=list_name, lists=", ".join(lists)
                    )
                )
            return list_name
        configured = [name for name in lists if name in self._config.lists]
        if len({self._config.lists[name].account for name in configured}) > 1:
            raise UsageError(
                _(
                    "Post {post} was seen in lists of different accounts ({lists}): say with --list which one you "
                    "answer in, and so who you are there."
                ).format(post=post, lists=", ".join(configured))
            )
        return configured[0] if configured else lists[0]

    def _must_have_come_from(self, name: str, to: str, post: int, header: Header) -> None:
        """A folder may hold mails of several lists: an answer goes to none that its post never came from."""
        settings = self._config.lists.get(name)
        if settings is not None and settings.address:
            return
        own = self._archive.lists.list_id(name).casefold()
        foreign = header.list_id.casefold() != own if header.list_id else bool(header.list_post)
        named = {*header.list_post, *(mailbox.address for mailbox in (*header.to, *header.cc))}
        if foreign and not any(same(to, one) for one in named):
            raise NoAddressError(
                _(
                    "Post {post} came from another list ({other}) than the one that “{list}” posts to ({to}). Give "
                    "each list of the folder its own [lists.NAME] with list_id; or, if the list has moved, set "
                    'address = "…" under [lists.{list}].'
                ).format(post=post, other=header.list_id or ", ".join(header.list_post), list=name, to=to)
            )

    def _was_private(self, post: int, header: Header) -> bool:
        """Whether only the person got this mail.

        An imported archive often keeps no List-Id, and names an address its list no longer has: there a mail counts
        as private only when it is addressed to the person.
        """
        if not answers_privately(header, self._list_addresses()):
            return False
        if self._archive.posts.places(post):
            return True
        own = self._own_addresses()
        return any(mailbox.address.casefold() in own for mailbox in (*header.to, *header.cc))

    def _own_addresses(self) -> frozenset[str]:
        return frozenset(account.address.address.casefold() for account in self._config.accounts.values())

    def _account(self, list_name: str) -> Account:
        settings = self._config.lists.get(list_name)
        if settings is not None:
            return self._config.accounts[settings.account]
        try:
            self._archive.lists.id_of(list_name)
        except UnknownItem:
            known = ", ".join(self._config.lists) or _("none")
            raise UnknownItem(
                _("There is no list “{list}”. The config knows: {known}.").format(list=list_name, known=known)
            ) from None
        raise ConfigError(
            _(
                "The list “{list}” has no account to write from: add [lists.{list}] with account and folder to the "
                "config."
            ).format(list=list_name)
        )

    def _list_addresses(self) -> frozenset[str]:
        """Every address that is known to reach a whole list."""
        configured = {settings.address for settings in self._config.lists.values() if settings.address}
        named = {settings.list_id for settings in self._config.lists.values() if settings.list_id}
        return self._archive.lists.addresses() | configured | {one.replace(".", "@", 1) for one in named}


def sendable(text: str) -> str:
    """A text as it goes out: nothing in it steers a terminal or turns text round, but tabs stay, for patches need them.

    Raises UsageError when nothing is left of it, or too much.
    """
    clean = "\t".join(safe.body(piece) for piece in text.replace("\r\n", "\n").split("\t"))
    if not clean.strip():
        raise UsageError(_("The text is empty."))
    if len(clean.encode()) > MOST_TEXT:
        raise UsageError(
            _("The text is too long: {size} bytes, and at most {most} are sent.").format(
                size=len(clean.encode()), most=MOST_TEXT
            )
        )
    return clean


def _told(ids: tuple[str, ...]) -> tuple[str, ...]:
    """Without the stand-ins for ids that mails came without: nobody else knows them."""
    return tuple(one for one in ids if not is_derived(one))
