"""Writing: replies and posts are frozen into the outbox; sending is another matter."""

from __future__ import annotations

import secrets
import time
from typing import Final

from listforum.archive.archive import Archive
from listforum.archive.arrival import understand
from listforum.archive.outbox import Outgoing
from listforum.config import Account, Config
from listforum.errors import ConfigError, NoAddressError, UnknownItem, UsageError
from listforum.mail import safe
from listforum.mail.compose import Draft, attribution, compose, message_id, references_for, reply_subject
from listforum.mail.header import read_header
from listforum.mail.quotes import quoted
from listforum.mail.readable import readable_text
from listforum.mail.recipients import answers_privately, private_recipient
from listforum.mail.structure import split
from listforum.model import Header, OutboxItem

_MOST_TEXT: Final = 1_000_000


class Writing:
    """Composes mails and queues them."""

    def __init__(self, archive: Archive, config: Config) -> None:
        self._archive = archive
        self._config = config

    def reply_to_list(self, post: int, text: str) -> OutboxItem:
        """Queues an answer to everyone on the list that a post came from.

        Raises UnknownItem, NoAddressError when the list's address is not known, takes no posts, or the post was itself
        sent privately.
        """
        header = self._header(post)
        name = self._list_of(post)
        to = self.posting_address(name)
        if answers_privately(header, self._list_addresses()) and not self._was_on_a_list(post):
            raise NoAddressError(
                f"Post {post} was sent to you and not to the list: answering it in public would show it to everyone. "
                "Use --private, or write a new post."
            )
        return self._queue(name, self._draft(name, (to,), text, header), public=True)

    def reply_privately(self, post: int, text: str) -> OutboxItem:
        """Queues an answer to the one person who wrote a post. Raises NoAddressError when no header proves who."""
        header = self._header(post)
        name = self._list_of(post)
        to = private_recipient(header, self._list_addresses())
        return self._queue(name, self._draft(name, (to,), text, header), public=False)

    def post(self, list_name: str, subject: str, text: str) -> OutboxItem:
        """Queues the first post of a new topic. Raises UnknownItem, NoAddressError."""
        if not safe.line(subject):
            raise UsageError("A new post needs a subject.")
        draft = Draft(
            sender=self._account(list_name).address,
            to=(self.posting_address(list_name),),
            subject=safe.line(subject),
            text=_checked(text),
        )
        return self._queue(list_name, draft, public=True)

    def quote(self, post: int) -> str:
        """The text of a post as a reply quotes it. Raises UnknownItem."""
        received = self._archive.contents.received(post)
        record = self._archive.topics.post(post)
        text = safe.body(readable_text(received.parts).text or "")
        return quoted(text, attribution(safe.line(record.author)))

    def posting_address(self, list_name: str) -> str:
        """Where posts to a list go. Raises NoAddressError in words that say how to set it."""
        settings = self._config.lists.get(list_name)
        if settings is not None and settings.address:
            return settings.address
        address, read_only = self._archive.lists.posting_address(list_name)
        if read_only:
            raise NoAddressError(f"The list “{list_name}” takes no posts: its mails say so (List-Post: NO).")
        if not address:
            raise NoAddressError(
                f"No mail of “{list_name}” says where to post. If you know the address, set it in the config: "
                f'address = "…" under [lists.{list_name}].'
            )
        return address

    # --- composing ------------------------------------------------------------------------------------------------

    def _draft(self, name: str, to: tuple[str, ...], text: str, parent: Header) -> Draft:
        return Draft(
            sender=self._account(name).address,
            to=to,
            subject=reply_subject(safe.line(parent.subject)),
            text=_checked(text),
            in_reply_to=parent.message_id,
            references=references_for(parent),
        )

    def _queue(self, name: str, draft: Draft, *, public: bool) -> OutboxItem:
        now = int(time.time()) // 60 * 60
        own_id = message_id(secrets.token_bytes(16), draft.sender.address)
        mail = compose(draft, own_id, now)
        outgoing = Outgoing(
            account=self._account(name).name,
            list=name,
            sender=draft.sender.address,
            recipients=draft.to,
            public=public,
            subject=draft.subject,
            message_id=own_id,
            mail=mail,
        )
        with self._archive.transaction():
            self._archive.lists.ensure(name)
            post = self._archive.posts.add_own(name, understand(split(mail)), now) if public else None
            return self._archive.outbox.queue(outgoing, post, now)

    def _header(self, post: int) -> Header:
        header = read_header(self._archive.contents.received(post).header)
        if header.message_id:
            return header
        return understand(self._archive.contents.received(post)).header

    def _list_of(self, post: int) -> str:
        lists = self._archive.topics.lists_of(post)
        configured = [name for name in lists if name in self._config.lists]
        if not lists:
            raise UnknownItem(f"There is no post {post}.")
        if not configured:
            raise ConfigError(
                f"The list “{lists[0]}” has no account to write from: add [lists.{lists[0]}] with account and folder "
                "to the config."
            )
        return configured[0]

    def _was_on_a_list(self, post: int) -> bool:
        """A list's own copy, or an imported archive of one: everyone has seen it."""
        return not self._archive.posts.places(post)

    def _account(self, list_name: str) -> Account:
        settings = self._config.lists.get(list_name)
        if settings is None:
            raise UnknownItem(f"There is no [lists.{list_name}] in the config.")
        return self._config.accounts[settings.account]

    def _list_addresses(self) -> frozenset[str]:
        """Every address that is known to reach a whole list."""
        configured = {settings.address for settings in self._config.lists.values() if settings.address}
        return self._archive.lists.addresses() | configured


def _checked(text: str) -> str:
    if not text.strip():
        raise UsageError("The text is empty.")
    if len(text) > _MOST_TEXT:
        raise UsageError(f"The text is longer than {_MOST_TEXT} characters.")
    return safe.body(text)
