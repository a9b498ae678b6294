"""Finds out what became of mails that were sent: the list's copy, an answer to it, or the Sent folder tells."""

from __future__ import annotations

from typing import Final

from listforum.archive.archive import Archive
from listforum.model import OutboxItem
from listforum.wire.imap import ImapSession

_ECHO_SECONDS: Final = 3 * 24 * 3600


def settle_by_archive(archive: Archive) -> None:
    """Settles what the archive itself can tell."""
    with archive.transaction():
        archive.outbox.seen()
        for item in archive.outbox.in_states("sent", "uncertain"):
            if item.post is not None and item.public:
                for echo in archive.outbox.echoes(item.item, _ECHO_SECONDS)[:1]:
                    archive.posts.merge(item.post, echo)
        archive.outbox.seen()


def settle_by_sent_folder(archive: Archive, account: str, session: ImapSession) -> None:
    """Settles doubtful items whose copy the provider keeps in the Sent folder: it took them."""
    doubtful = [item for item in archive.outbox.in_states("uncertain") if item.account == account]
    if not doubtful:
        return
    sent = next((folder.name for folder in session.folders() if folder.special_use == "\\Sent"), None)
    if sent is None:
        return
    session.examine(sent)
    for item in doubtful:
        if _lies_here(session, item):
            archive.outbox.move(item.item, "sent")


def _lies_here(session: ImapSession, item: OutboxItem) -> bool:
    return any(
        session.uids_with_header(field, item.message_id) for field in ("Message-ID", "X-Microsoft-Original-Message-ID")
    )
