"""When two mails are one post."""

from __future__ import annotations

import hashlib
from typing import Final

from listforum.archive.arrival import Arrival, is_derived, understand
from listforum.archive.contents import Contents
from listforum.archive.database import Database
from listforum.archive.digests import Digests
from listforum.mail.header import read_header
from listforum.mail.structure import attachment_parts, shown_parts
from listforum.mail.subject import bare_subject
from listforum.model.mail import Header, Part, Received

_MOST_OF_A_MOMENT: Final = 200


class Identity:
    """Answers which post a mail is."""

    def __init__(self, database: Database, contents: Contents, digests: Digests) -> None:
        self._database = database
        self._contents = contents
        self._digests = digests

    def known(self, arrival: Arrival) -> int | None:
        """The post that a mail is; None when it is none yet."""
        header = arrival.header
        for message_id in filter(None, (header.message_id, header.original_message_id)):
            for (post,) in self._database.rows(
                """SELECT post.id FROM known_as JOIN post ON post.id = known_as.post
                   WHERE known_as.message_id = ? AND (sent IS ? AND base = ?
                       OR EXISTS (SELECT 1 FROM outbox WHERE outbox.post = post.id))
                   ORDER BY post.id""",
                (message_id, header.date, bare_subject(header.subject)),
            ):
                if self._same(post, arrival):
                    return int(post)
        return self._known_by_words(arrival)

    def twin(self, post: int) -> int | None:
        """The post that turns out to be the same mail as this one, whose text just came; None for most."""
        rows = self._database.rows(
            """SELECT DISTINCT other.id FROM known_as AS own JOIN known_as USING (message_id)
               JOIN post AS other ON other.id = known_as.post JOIN post ON post.id = own.post
               WHERE own.post = ? AND other.id <> post.id AND other.digest = post.digest AND other.sent IS post.sent
                   AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.post IN (post.id, other.id)) ORDER BY other.id""",
            (post,),
        )
        if not rows or self._contents.unfinished(post):
            return None
        arrival = understand(self._contents.received(post))
        for (other,) in rows:
            kept = self._contents.received(other)
            if self._same(other, arrival) and _described(kept) == _described(arrival.received):
                return int(other)
        return None

    def _lies_beside(self, post: int, arrival: Arrival) -> bool:
        """Whether a mail lies in one folder with a post that it seems to be, came the same way, and differs in size.

        Of two folders each may hold the mail with the footer of another list; and a copy that did not pass the list
        has none.
        """
        if arrival.place is None or arrival.received.raw is not None:
            return False
        place = arrival.place
        found = self._database.row(
            "SELECT max(uid = ?) FROM place WHERE post = ? AND account = ? AND folder = ? AND uidvalidity = ?",
            (place.uid, post, place.account, place.folder, place.uidvalidity),
        )
        if found != (0,):
            return False
        kept = self._contents.received(post)
        if kept.raw is not None or read_header(kept.header).list_id != arrival.header.list_id:
            return False
        return [p.size for p in shown_parts(kept.parts)] != [p.size for p in shown_parts(arrival.received.parts)]

    def _known_by_words(self, arrival: Arrival) -> int | None:
        """Of a mail and its twin in a digest one may have no id of its own: then their moment leads to each other."""
        header, digest = arrival.header, arrival.digest
        if header.date is None or not (arrival.in_digest or self._digests.has_any_alone()):
            return None
        found = self._of_a_moment("1", arrival) if digest is None else self._of_a_moment("digest = ?2", arrival)
        if digest is not None:
            found += self._of_a_moment("digest IS NULL", arrival)
        for post, message_id in found:
            nameless = is_derived(message_id) or is_derived(header.message_id)
            if nameless and self._same(post, arrival):
                return int(post)
        return None

    def _of_a_moment(self, words: str, arrival: Arrival) -> list[tuple[int, str]]:
        """Posts of the same Date and base subject, with their ids: any for a mail in a digest, else those of digests.

        Of a moment of which there are very many, as a broken archive may have them, only some are looked at.
        """
        rows = self._database.rows(
            f"""SELECT id, message_id FROM (
                    SELECT id, message_id, base FROM post
                    WHERE sent = ?1 AND {words} AND NOT burst LIMIT {_MOST_OF_A_MOMENT})
                WHERE base = ?3 AND (?4 OR EXISTS (SELECT 1 FROM member WHERE member.post = id AND alone))
                ORDER BY id""",  # noqa: S608 - all conditions stand above
            (arrival.header.date, arrival.digest, bare_subject(arrival.header.subject), arrival.in_digest),
        )
        return [(post, message_id) for post, message_id in rows]

    def _same(self, post: int, arrival: Arrival) -> bool:
        found = self._database.row(
            "SELECT sent, subject, author, address, anonymous, digest FROM post WHERE id = ?", (post,)
        )
        if found is None:
            return False
        sent, subject, author, address, anonymous, digest = found
        alone = self._digests.is_alone(post)
        if alone:  # what a digest tells proves no address, but tells one mail from another
            address = read_header(self._contents.received(post).header).author.address
        header = arrival.header
        if digest is not None and arrival.digest is not None and digest != arrival.digest:
            return False
        own = self._database.row("SELECT 1 FROM outbox WHERE post = ?", (post,)) is not None
        if own and arrival.digest is not None:
            return True  # our own id and our own words, whatever a list made of From and Subject
        same_heading = sent == header.date and bare_subject(subject) == bare_subject(header.subject)
        told_by_nobody = anonymous or header.author.evidence == "list"
        if not (same_heading and (own or told_by_nobody or _same_author((author, address), header))):
            return False
        if arrival.in_digest or alone:
            return True  # a digest leaves attachments out, and wraps each text in its own way
        beside = None in (digest, arrival.digest) and self._lies_beside(post, arrival)
        agree = parts_agree if is_derived(header.message_id) else attachments_agree
        return not beside and agree(self._contents.received(post), arrival.received)


def _same_author(known: tuple[str, str | None], header: Header) -> bool:
    name, address = known
    if address and header.author.address:
        return address.casefold() == header.author.address.casefold()
    return name.casefold() == header.author.name.casefold()


def parts_agree(kept: Received, other: Received) -> bool:
    """Whether mails that have no id of their own consist of the same parts.

    Line ends may differ between an imported mail and the same mail on a server, and sizes with them.
    """
    if kept.raw is not None and other.raw is not None:
        return list(map(_contents, kept.parts)) == list(map(_contents, other.parts))
    if kept.raw is not None or other.raw is not None:
        return [(p.section, p.type) for p in kept.parts] == [(p.section, p.type) for p in other.parts]
    return [(p.section, p.type, p.size) for p in kept.parts] == [(p.section, p.type, p.size) for p in other.parts]


def attachments_agree(kept: Received, other: Received) -> bool:
    """Whether one of two whole mails has every attachment of the other: a list may strip them, but invents none."""
    if kept.raw is None or other.raw is None:
        return True
    ours, theirs = _attachments(kept), _attachments(other)
    return ours <= theirs or theirs <= ours


def tells_the_same(kept: Received, header: Header) -> bool:
    """Whether two headers, whatever lists added to them, name the same writer, moment, mail and mails answered."""
    return _told(read_header(kept.header)) == _told(header)


def _told(header: Header) -> tuple[object, ...]:
    message_id = "" if is_derived(header.message_id) else header.message_id
    named = message_id, header.original_message_id, header.in_reply_to, header.references, header.thread_index
    return *named, header.date, header.from_, header.author.address


def has_more_attachments(other: Received, kept: Received) -> bool:
    """Whether a whole mail has attachments that another lacks."""
    return other.raw is not None and kept.raw is not None and _attachments(other) > _attachments(kept)


def _described(received: Received) -> list[tuple[str, int]]:
    return [(part.type, part.size) for part in attachment_parts(received.parts)]


def _attachments(received: Received) -> frozenset[tuple[str, bytes]]:
    return frozenset(map(_contents, attachment_parts(received.parts)))


def _contents(part: Part) -> tuple[str, bytes]:
    content = (part.content or b"").replace(b"\r\n", b"\n").rstrip(b"\n")
    return part.type, hashlib.sha256(content).digest()
