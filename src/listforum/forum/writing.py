"""Writing: replies and posts are frozen into the outbox; sending is another matter."""

from __future__ import annotations

import secrets
import time
from gettext import gettext as _
from typing import Final

from listforum.archive.archive import Archive
from listforum.archive.arrival import is_derived, understand
from listforum.archive.outbox import Outgoing
from listforum.config import Config
from listforum.errors import NoAddressError, UsageError
from listforum.forum.addressing import Addressing, Envelope
from listforum.mail import safe
from listforum.mail.compose import Draft, attribution, compose, message_id, references_for, reply_subject
from listforum.mail.quotes import quoted
from listforum.mail.readable import readable_text
from listforum.mail.structure import shown_parts, split
from listforum.model.mail import Mailbox
from listforum.model.outgoing import Destination, OutboxItem

MOST_TEXT: Final = 1_000_000
"""Bytes of the longest text that is sent, in UTF-8."""


class Writing:
    """Composes mails and queues them."""

    def __init__(self, archive: Archive, config: Config) -> None:
        self._archive = archive
        self._addressing = Addressing(archive, config)

    def reply_to_list(self, post: int, text: str, list_name: str | None = None) -> OutboxItem:
        """Queues an answer to everyone on the list that a post came from; `list_name` tells which of several.

        Raises UnknownItem, ConfigError when the list has no account, UsageError for a text that cannot be sent, and
        NoAddressError when the list's address is not known, takes no posts, or the post was itself sent privately.
        """
        envelope = self._addressing.to_list(post, list_name)
        return self._queue(envelope, self._draft(envelope, self.reply_subject_of(post), sendable(text)))

    def reply_privately(self, post: int, text: str, list_name: str | None = None) -> OutboxItem:
        """Queues an answer to the one person who wrote a post, from the account of the list it was read in.

        Raises as `reply_to_list` does, NoAddressError when no header proves who wrote it.
        """
        envelope = self._addressing.to_author(post, list_name)
        return self._queue(envelope, self._draft(envelope, self.reply_subject_of(post), sendable(text)))

    def post(self, list_name: str, subject: str, text: str) -> OutboxItem:
        """Queues the first post of a new topic. Raises as `reply_to_list` does."""
        if not safe.line(subject):
            raise UsageError(_("A new post needs a subject."))
        envelope = self._addressing.new_topic(list_name)
        return self._queue(envelope, self._draft(envelope, safe.line(subject), sendable(text)))

    # --- before anything is written -------------------------------------------------------------------------------

    def reply_destination(self, post: int, list_name: str | None = None) -> Destination:
        """Where an answer to the list would go. Raises what `reply_to_list` would, but for its text."""
        return self._destination(self._addressing.to_list(post, list_name))

    def private_destination(self, post: int, list_name: str | None = None) -> Destination:
        """Where a private answer would go. Raises what `reply_privately` would, but for its text."""
        return self._destination(self._addressing.to_author(post, list_name))

    def post_destination(self, list_name: str) -> Destination:
        """Where a new topic would go. Raises what `post` would, but for its subject and text."""
        return self._destination(self._addressing.new_topic(list_name))

    def reply_subject_of(self, post: int) -> str:
        """The subject that an answer to a post has. Raises UnknownItem."""
        return reply_subject(safe.line(self._addressing.header(post).subject))

    def quote(self, post: int) -> str:
        """What an answer begins with: the own words of a post, quoted, below a line that says whose they are.

        What the post itself quotes is left out, where it has words of its own, and so are its signature and the list's
        footer; "" when the text is blank. Raises UnknownItem, and UsageError when the text is not here.
        """
        received = self._archive.contents.received(post)
        record = self._archive.topics.post(post)
        answered = readable_text(received.parts).text if shown_parts(received.parts) else ""
        if answered is None:
            raise UsageError(
                _("The text of post {post} has not been fetched: listforum fetch post:{post}").format(post=post)
            )
        return quoted(safe.body(answered), attribution(safe.line(record.author)))

    def with_quote(self, post: int, text: str) -> str:
        """A reply's text below the text it answers, quoted. Raises UnknownItem, and UsageError for an empty text."""
        self._archive.topics.post(post)
        own = sendable(text)
        quote = self.quote(post)
        return f"{quote}\n\n{own}" if quote else own

    def posting_address(self, list_name: str) -> str:
        """Where posts to a list go. Raises NoAddressError in words that say how to set it."""
        return self._addressing.posting_address(list_name)

    # --- composing ------------------------------------------------------------------------------------------------

    def _draft(self, envelope: Envelope, subject: str, text: str) -> Draft:
        header = envelope.header
        return Draft(
            sender=envelope.account.address,
            to=(envelope.to,),
            subject=subject,
            text=text,
            in_reply_to="" if header is None else "".join(_told((header.message_id,))),
            references=() if header is None else _told(references_for(header)),
        )

    def _destination(self, envelope: Envelope) -> Destination:
        self._outgoing(envelope, self._draft(envelope, ".", "."), int(time.time()))
        return Destination(
            list=envelope.list,
            to=envelope.to,
            public=envelope.public,
            sender=_named(envelope.account.address),
            changes_class=envelope.changes_class,
        )

    def _queue(self, envelope: Envelope, draft: Draft) -> OutboxItem:
        now = int(time.time())
        name, parent = envelope.list, envelope.answered
        outgoing = self._outgoing(envelope, draft, now)
        with self._archive.transaction():
            self._archive.lists.ensure(name)
            post = self._archive.posts.add_own(name, understand(split(outgoing.mail)), now) if envelope.public else None
            if post is not None and parent is not None and not draft.in_reply_to:
                self._archive.threads.join(post, parent, now)  # the parent has no id that a header could name
            return self._archive.outbox.queue(outgoing, post, now)

    def _outgoing(self, envelope: Envelope, draft: Draft, now: int) -> Outgoing:
        own_id = message_id(secrets.token_bytes(16), draft.sender.address)
        try:
            mail = compose(draft, own_id, now)
        except ValueError as error:
            raise NoAddressError(_("This cannot be sent: {error}.").format(error=error)) from error
        return Outgoing(
            account=envelope.account.name,
            list=envelope.list,
            sender=draft.sender.address,
            recipients=draft.to,
            public=envelope.public,
            subject=draft.subject,
            message_id=own_id,
            mail=mail,
            answered=envelope.answered,
        )


def _named(sender: Mailbox) -> str:
    return safe.line(f"{sender.name} <{sender.address}>" if sender.name else sender.address)


def sendable(text: str) -> str:
    """A text as it goes out: nothing in it steers a terminal or turns text round, but tabs stay, for patches need them.

    Raises UsageError when nothing is left of it, or too much.
    """
    clean = safe.written(text.replace("\r\n", "\n"))
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
