"""Finds out what became of mails that were sent: the list's copy, an answer to it, or the Sent folder tells."""

from __future__ import annotations

import re
import time
from collections.abc import Collection
from gettext import gettext as _
from typing import Final

from listforum.archive.archive import Archive
from listforum.archive.outbox import Copy
from listforum.mail.subject import bare_subject
from listforum.model.outgoing import OutboxItem
from listforum.wire.folder import Folder
from listforum.wire.imap import ImapSession

WAITING_SECONDS: Final = 24 * 3600
"""How long a mail may be in doubt before the person is asked."""

_COPIES_SECONDS: Final = 30 * 24 * 3600
"""How long after it was handed over a changed copy of a mail is looked for."""

_RESTAMPED_SECONDS: Final = 3600
"""How long after it was handed over a provider that writes its own Date may have dated a mail."""

_CLOCKS_APART: Final = 300

_SENT_FOLDERS: Final = frozenset(
    {
        *("sent", "sent items", "sent messages", "sent mail", "sent-mail", "sentmail", "outbox.sent"),
        *("enviados", "elementos enviados", "mensajes enviados", "correo enviado", "itens enviados", "enviadas"),
        *("envoyés", "éléments envoyés", "messages envoyés", "gesendet", "gesendete objekte", "gesendete elemente"),
        *("posta inviata", "inviati", "отправленные", "отправленное", "надіслані", "已发送", "已发送邮件", "已傳送"),
        *("寄件備份", "送信済み", "ارسال شده", "ارسال‌شده", "پیام‌های ارسالی", "المرسلة", "العناصر المرسلة"),
    }
)
_LEVEL: Final = re.compile(r"[/.\\]")


def settle_by_archive(archive: Archive) -> None:
    """Settles what the archive itself can tell."""
    with archive.transaction():
        archive.outbox.seen()
        oldest = time.time() - _COPIES_SECONDS
        for item in archive.outbox.in_states("queued", "uncertain", "sent", "failed"):
            if item.post is not None and (item.state == "uncertain" or (item.tried or item.queued) > oldest):
                _join_copies(archive, item, item.post)
        archive.outbox.seen()


def settle_by_sent_folder(archive: Archive, account: str, session: ImapSession) -> None:
    """Settles doubtful items whose copy the provider keeps in the Sent folder: it took them.

    Called when all of an account's lists have been read: what is in doubt for a day by now is asked of the person.
    """
    settle_by_archive(archive)
    doubtful = [item for item in archive.outbox.in_states("uncertain") if item.account == account]
    sent = sent_folder(session.folders()) if doubtful else None
    if sent is not None:
        session.examine(sent)
        for item in doubtful:
            if _lies_here(session, item):
                archive.outbox.move(item.item, "sent")
    ask_the_person(archive, account, int(time.time()))


def ask_the_person(archive: Archive, account: str, now: int) -> None:
    """Says of an account's items that were in doubt for a day that nothing more is to be expected."""
    for item in archive.outbox.in_states("uncertain"):
        if item.account == account and now - (item.tried or item.queued) >= WAITING_SECONDS:
            archive.outbox.note(item.item, _in_doubt(item))


def _in_doubt(item: OutboxItem) -> str:
    if item.public:
        words = _(
            "It was seen neither on the list nor in an answer for a day or longer. Look whether it arrived, in the "
            "list's own archive or with your provider, and say so: listforum outbox {item} --settle sent, or resend, "
            "or drop."
        )
    else:
        words = _(
            "It was seen neither in the Sent folder nor in an answer for a day or longer. Look whether it arrived, in "
            "the list's own archive or with your provider, and say so: listforum outbox {item} --settle sent, or "
            "resend, or drop."
        )
    return words.format(item=item.item)


def sent_folder(folders: Collection[Folder]) -> str | None:
    """The folder a provider keeps sent mail in: by its special use (RFC 6154), else by a name such folders have."""
    usable = [folder for folder in folders if folder.selectable]
    marked = [folder.name for folder in usable if folder.special_use == "\\Sent"]
    named = [folder.name for folder in usable if _LEVEL.split(folder.name)[-1].casefold() in _SENT_FOLDERS]
    return next(iter([*marked, *named]), None)


def is_copy(own: Copy, other: Copy, handed_over: int | None) -> bool:
    """Whether another post is what a list or provider made of a mail of one's own.

    Only the same words are the same mail. They are enough with the same Message-ID; where a provider gave a new one,
    author, subject and date must agree too, and the date may be that of the handing over instead.
    """
    if own.digest is None or own.digest != other.digest:
        return False
    if other.same_id:
        return True
    same_subject = bare_subject(own.subject) == bare_subject(other.subject)
    return same_subject and _same_author(own, other) and _same_time(own, other, handed_over)


def _join_copies(archive: Archive, item: OutboxItem, post: int) -> None:
    copies = archive.outbox.copies(item.item)
    for other in copies[1:]:
        if is_copy(copies[0], other, item.tried):
            archive.posts.merge(post, other.post)


def _same_author(own: Copy, other: Copy) -> bool:
    if own.address and other.address:
        return own.address.casefold() == other.address.casefold()
    return own.author.casefold() == other.author.casefold()


def _same_time(own: Copy, other: Copy, handed_over: int | None) -> bool:
    if own.sent is None or other.sent is None:
        return False
    if own.sent == other.sent:
        return True
    return handed_over is not None and -_CLOCKS_APART <= other.sent - handed_over <= _RESTAMPED_SECONDS


def _lies_here(session: ImapSession, item: OutboxItem) -> bool:
    return any(
        session.uids_with_header(field, item.message_id) for field in ("Message-ID", "X-Microsoft-Original-Message-ID")
    )
