"""The parents that listforum finds in mail with whole headers, beside those of Dovecot's THREAD=REFS.

REFS is REFERENCES (RFC 5256) without its merging by subject. Where the parents differ, a rule of ours must be the
reason; the rules are tried in the order of `REASONS`, and each asks for what it says in the headers themselves, so that
a difference without a rule is seen: it is "unexplained", and its mails are named by their positions in the file.
"""

from __future__ import annotations

import re
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from imapclient import IMAPClient  # type: ignore[attr-defined]  # typings/ describe what listforum uses
from topics_found import Found, by_import
from topics_mailbox import carriers_of, named_by, read, understood

from listforum.mail.fields import read_fields
from listforum.model.mail import Header
from listforum.topics.evidence import MOST_REFERRED
from servers.certificates import Authority
from servers.dovecot import Dovecot

WORDS: Final = frozenset({"quote", "subject", "thread-index", "digest"})
MOST_NAMED: Final = 20

_STRICT: Final = re.compile(rb"<([^<>\s]+@[^<>\s]+)>")


@dataclass(frozen=True)
class Difference:
    """A mail for which we found another parent than Dovecot did."""

    mail: int
    raw: bytes
    ours: Found
    theirs: int | None
    headers: Sequence[Header]
    carriers: Mapping[str, tuple[int, ...]]
    their_parents: Sequence[int | None]

    @property
    def header(self) -> Header:
        return self.headers[self.mail]

    @cached_property
    def named(self) -> frozenset[int]:
        """The mails that this one names itself."""
        return frozenset(mail for named in named_by(self.header) for mail in self.carriers.get(named, ()))

    def carried_by(self, ids: Sequence[str]) -> frozenset[int]:
        return frozenset(mail for named in ids for mail in self.carriers.get(named, ()))


def _has_copies(one: Difference) -> bool:
    """An id that counts here is carried by several mails: RFC 5256 knows only the first by it, we the oldest."""
    ids = (one.header.message_id, *named_by(one.header))
    return any(len(one.carriers.get(carried, ())) > 1 for carried in ids)


def _by_words(one: Difference) -> bool:
    """No header names a parent that is here; what the mail's words say does."""
    return one.ours.reason in WORDS and not one.named


def _by_in_reply_to(one: Difference) -> bool:
    """In-Reply-To names one parent, References end with another: RFC 5256 looks at References only."""
    return one.ours.reason == "in-reply-to" and bool(one.ours.parents & one.carried_by(one.header.in_reply_to))


def _by_anothers_references(one: Difference) -> bool:
    """The mail does not name their parent: RFC 5256 takes it from the References of others, where anyone may write."""
    return one.theirs is not None and one.theirs not in one.named


def _in_a_circle(one: Difference) -> bool:
    """The parent that we found stands below this mail in their tree, so that they could not take it."""
    for parent in one.ours.parents:
        above: int | None = parent
        while above is not None and above != one.mail:
            above = one.their_parents[above]
        if above is not None:
            return True
    return False


def _by_an_id_read_by_us(one: Difference) -> bool:
    """The id of our parent stands bare, in prose or broken by a relay: no strict reader of the field would find it."""
    strict = {found[1].strip().decode("utf-8", "replace") for found in _STRICT.finditer(_naming_fields(one.raw))}
    read_strictly = one.carried_by([named for named in named_by(one.header) if named in strict])
    return bool(one.ours.parents) and one.ours.parents.isdisjoint(read_strictly)


def _naming_fields(raw: bytes) -> bytes:
    fields = read_fields(raw).fields
    return b"\n".join(field.value for field in fields if field.name in {"in-reply-to", "references"})


def _beyond_the_cap(one: Difference) -> bool:
    """More ids are named than we keep."""
    return len(named_by(one.header)) > MOST_REFERRED


REASONS: Final[Mapping[str, Callable[[Difference], bool]]] = {
    "several mails carry an id that counts here": _has_copies,
    "found by the words, where no header helps": _by_words,
    "an id that a strict reader would not find": _by_an_id_read_by_us,
    "In-Reply-To before References": _by_in_reply_to,
    "named by another mail's References only": _by_anothers_references,
    "a circle, cut elsewhere": _in_a_circle,
    "more ids than we keep": _beyond_the_cap,
}


def print_agreement(mbox: Path) -> int:
    """Prints how many parents are the same, and each class of difference; answers how many are unexplained."""
    raws = read(mbox)
    arrivals = understood(raws)
    headers = [arrival.header for arrival in arrivals]
    found, carriers, theirs = by_import(arrivals).found, carriers_of(headers), _parents_by_dovecot(raws)
    classes: defaultdict[str, list[int]] = defaultdict(list)
    for mail, ours in enumerate(found):
        if _is_same(ours, theirs[mail]):
            continue
        one = Difference(mail, raws[mail], ours, theirs[mail], headers, carriers, theirs)
        classes[next((reason for reason, holds in REASONS.items() if holds(one)), "UNEXPLAINED")].append(mail)
    differing = sum(map(len, classes.values()))
    print(f"\n{mbox.name}: {len(raws)} mails, {len(raws) - differing} with the same parent as THREAD=REFS")
    print(f"  {sum(ours.branch for ours in found):>6}  of all begin a topic of their own: their subject changed")
    for reason in (*REASONS, "UNEXPLAINED"):
        print(f"  {len(classes[reason]):>6}  {reason}")
    for mail in classes["UNEXPLAINED"][:MOST_NAMED]:
        ours, other = found[mail], theirs[mail]
        below = [parent + 1 for parent in ours.parents] or "nothing"
        print(f"          mail {mail + 1}: {below} by {ours.reason or 'nothing'}, theirs {other and other + 1}")
    return len(classes["UNEXPLAINED"])


def _is_same(ours: Found, theirs: int | None) -> bool:
    return not ours.attached if theirs is None else theirs in ours.parents


def _parents_by_dovecot(raws: Sequence[bytes]) -> list[int | None]:
    """The parent of each mail by `UID THREAD REFS`; None at the top, and below a mail that is not here."""
    with tempfile.TemporaryDirectory(prefix="lf-") as name:
        directory = Path(name)
        directory.chmod(0o755)
        (directory / "dovecot").mkdir()
        with Dovecot(directory / "dovecot", Authority(directory)) as dovecot:
            user = dovecot.add_user()
            dovecot.append_all(user, "INBOX", [(raw, 1_600_000_000 + nth) for nth, raw in enumerate(raws)])
            client = IMAPClient(dovecot.host, port=dovecot.imap_port, ssl=False)
            client.login(user.name, user.password)
            client.select_folder("INBOX", readonly=True)
            threads = client.thread("REFS", "ALL", "UTF-8")
            client.logout()
    parents: list[int | None] = [None] * len(raws)
    waiting: list[tuple[object, int | None]] = [(thread, None) for thread in threads]
    while waiting:
        thread, above = waiting.pop()
        assert isinstance(thread, tuple)
        for each in thread:
            if isinstance(each, int):
                parents[each - 1], above = above, each - 1
            else:
                waiting.append((each, above))
    return parents
