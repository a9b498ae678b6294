"""What posts quote, where it comes from, and the parents that words suggest; all of it can be worked out again."""

from __future__ import annotations

import json
import struct
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from itertools import chain, islice
from typing import Final

from listforum.archive.database import Database, Row
from listforum.mail.claims import Claim
from listforum.model.forum import Grounds
from listforum.topics.comparison import Comparison
from listforum.topics.suggestions import WINDOW, Known, Subject, Suggestion
from listforum.topics.wording import NOBODY, Passage, Wording

AT_ONCE: Final = 500
"""Posts that are compared at a time."""

NEIGHBOURHOOD: Final = 1_000
"""Passages of later posts that are compared with a post that comes late, the nearest in time first."""

_MOST_LOOKED_AT: Final = 40
"""Posts that are looked at for one shingle: whoever repeats words without end does not hide who said them first."""

_MOST_OF_A_SUBJECT: Final = 50

_MOMENTS: Final = 10

_DATES: Final = "SELECT date FROM post WHERE id IN (SELECT value FROM json_each(?)) ORDER BY date"
_KNOWN: Final = """
    SELECT id, date, arrived, message_id, coalesce(sent, date), author, address, anonymous, base, reply_like,
           EXISTS (SELECT 1 FROM passage WHERE passage.post = id),
           (SELECT group_concat(list) FROM post_list WHERE post_list.post = id)
    FROM post
"""


class Quoting:
    """Keeps samples of posts' words, and compares them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, post: int, wording: Wording) -> None:
        """Stores the sample of a post's own words, and what it quotes, in place of what was there."""
        gone = self._sampled([post]) - set(wording.own)
        self._database.run_many("DELETE FROM shingle WHERE hash = ? AND post = ?", [(hashed, post) for hashed in gone])
        self._database.run("DELETE FROM passage WHERE post = ?", (post,))
        self.add(post, wording)

    def add(self, post: int, wording: Wording) -> None:
        """The same of a post of which nothing was stored yet."""
        self._database.run("INSERT OR REPLACE INTO sample VALUES (?, ?)", (post, _packed(wording.own)))
        self._database.run_many(
            "INSERT OR IGNORE INTO shingle VALUES (?, ?)", [(hashed, post) for hashed in wording.own]
        )
        self._database.run_many(
            "INSERT INTO passage (post, nth, line, lines, claim, shingles) VALUES (?, ?, ?, ?, ?, ?)",
            [
                (post, nth, one.line, one.lines, _claim_text(one.claim), _packed(one.shingles))
                for nth, one in enumerate(wording.passages)
            ],
        )

    def affected(self, posts: Collection[int]) -> set[int]:
        """The other posts for which these may be what they quote, what their subject answers, or the digest's mail."""
        among = json.dumps(sorted(posts))
        quoting = self._quoting_later(among, self._sampled(posts))
        return (quoting | self._with_the_same_subject(among) | self._answers_to_the_digest(among)) - set(posts)

    def _quoting_later(self, among: str, own: set[int]) -> set[int]:
        """Later posts that quote some of these words: from several moments on, so that one old post hides no other."""
        dates = [date for (date,) in self._database.rows(_DATES, (among,))]
        moments = dates[:: max(1, -(-len(dates) // _MOMENTS))]
        return {
            post
            for moment in moments
            for post, hashes in self._database.rows(
                """SELECT passage.post, shingles FROM post JOIN passage ON passage.post = post.id
                   WHERE post.date >= ? ORDER BY post.date LIMIT ?""",
                (moment, NEIGHBOURHOOD // len(moments)),
            )
            if not own.isdisjoint(_unpacked(hashes))
        }

    def _answers_to_the_digest(self, among: str) -> set[int]:
        rows = self._database.rows(
            """SELECT referred.post FROM member JOIN known_as ON known_as.post = digest JOIN referred USING (message_id)
               WHERE member.post IN (SELECT value FROM json_each(?))""",
            (among,),
        )
        return {post for (post,) in rows}

    def suggest(self, posts: Collection[int], told: Mapping[int, int | None]) -> None:
        """Works out anew where these posts' quotes come from, and which parent to suggest for those not told one."""
        remaining = iter(sorted(posts))
        while some := list(islice(remaining, AT_ONCE)):
            self._write(some, self._loaded(some, told))

    def suggestions(self, posts: Collection[int]) -> list[Suggestion]:
        """What was suggested for these posts."""
        return [
            Suggestion(child, parent, reason, confidence, Grounds(**json.loads(grounds)))
            for child, parent, reason, confidence, grounds in self._database.rows(
                """SELECT child, parent, reason, confidence, grounds FROM suggestion
                   WHERE child IN (SELECT value FROM json_each(?))""",
                (json.dumps(sorted(posts)),),
            )
        ]

    # --- comparing ------------------------------------------------------------------------------------------------

    def _loaded(self, posts: Sequence[int], told: Mapping[int, int | None]) -> Comparison:
        """Everything that these posts are compared with."""
        passages = self._passages(posts)
        loose = self._known([post for post in posts if post not in told])
        near = {post: self._near(one) for post, one in loose.items()}
        digested = self._digested(list(loose))
        bearers = self._bearers({hashed for some in passages.values() for one in some for hashed in one.shingles})
        parents = {post: parent for post in passages if (parent := told.get(post)) is not None}
        known = loose | self._known(
            {*passages, *parents.values(), *chain(*bearers.values(), *digested.values(), *near.values())} - loose.keys()
        )
        subjects = {
            post: Subject(
                [other for one in near[post] if (other := known.get(one)) and not other.lists.isdisjoint(this.lists)],
                is_older=this.answers and self._is_older(this),
            )
            for post, this in loose.items()
        }
        bare = {post for post, this in loose.items() if near[post] and not this.answers}
        samples = self._samples({*bare, *chain(*(near[post] for post in bare))})
        lost = self._without_prefixes()
        return Comparison(known, passages, parents, bearers, subjects, digested, loose.keys(), samples, lost)

    def _write(self, posts: Sequence[int], compared: Comparison) -> None:
        here = [post for post in posts if post in compared.known]
        self._database.run_many(
            "UPDATE passage SET source = ?1 WHERE post = ?2 AND nth = ?3 AND source IS NOT ?1",
            [(source, post, nth) for post in here for nth, source in enumerate(compared.sources(post))],
        )
        self._database.run(
            "DELETE FROM suggestion WHERE child IN (SELECT value FROM json_each(?))", (json.dumps(list(posts)),)
        )
        made = [found for post in here if (found := compared.suggestion(post)) is not None]
        self._database.run_many(
            "INSERT INTO suggestion VALUES (?, ?, ?, ?, ?)",
            [(one.child, one.parent, one.reason, one.confidence, json.dumps(asdict(one.grounds))) for one in made],
        )

    def _passages(self, posts: Sequence[int]) -> dict[int, list[Passage]]:
        found: defaultdict[int, list[Passage]] = defaultdict(list)
        for post, line, lines, told, hashes in self._database.rows(
            """SELECT post, line, lines, claim, shingles FROM passage
               WHERE post IN (SELECT value FROM json_each(?)) ORDER BY post, nth""",
            (json.dumps(list(posts)),),
        ):
            found[post].append(Passage(line, lines, _claim(told), _unpacked(hashes)))
        return found

    def _sampled(self, posts: Collection[int]) -> set[int]:
        """The shingles of these posts' own words."""
        return set(chain(*self._samples(posts).values()))

    def _samples(self, posts: Collection[int]) -> dict[int, frozenset[int]]:
        rows = self._database.rows(
            "SELECT post, shingles FROM sample WHERE post IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(posts)),),
        )
        return {post: frozenset(_unpacked(shingles)) for post, shingles in rows}

    def _bearers(self, hashes: Collection[int]) -> dict[int, list[int]]:
        """The posts whose own words each shingle stands for; of very many, those that came first."""
        return {
            hashed: [int(post) for post in posts.split(",")]
            for hashed, posts in self._database.rows(
                """SELECT value, (SELECT group_concat(post) FROM
                                  (SELECT post FROM shingle WHERE hash = value ORDER BY post LIMIT ?))
                   FROM json_each(?)""",
                (_MOST_LOOKED_AT, json.dumps(list(hashes))),
            )
            if posts is not None
        }

    def _known(self, posts: Collection[int]) -> dict[int, Known]:
        rows = self._database.rows(
            f"{_KNOWN} WHERE id IN (SELECT value FROM json_each(?)) AND NOT burst",  # noqa: S608 - a constant
            (json.dumps(sorted(posts)),),
        )
        return {row[0]: _as_known(row) for row in rows}

    def _near(self, post: Known) -> list[int]:
        """The newest of the posts with the same subject that were written shortly before."""
        rows = self._database.rows(
            """SELECT id FROM post WHERE base = ? AND base <> '' AND date BETWEEN ? AND ? AND id <> ?
               ORDER BY date DESC LIMIT ?""",
            (post.base, post.date - WINDOW, post.date, post.post, _MOST_OF_A_SUBJECT),
        )
        return [one for (one,) in rows]

    def _is_older(self, post: Known) -> bool:
        """Whether the subject of a post stood in one of its lists before that."""
        return bool(
            self._database.row(
                """SELECT 1 FROM post AS older JOIN post_list ON post_list.post = older.id
                   WHERE base = ? AND base <> '' AND date < ? AND NOT burst
                         AND list IN (SELECT value FROM json_each(?)) LIMIT 1""",
                (post.base, post.date - WINDOW, json.dumps(sorted(post.lists))),
            )
        )

    def _with_the_same_subject(self, among: str) -> set[int]:
        """Later posts with the same subject for which no header speaks, the nearest in time first."""
        rows = self._database.rows(
            """SELECT other.id FROM post AS new JOIN post AS other ON other.base = new.base
                                JOIN edge ON child = other.id
               WHERE new.id IN (SELECT value FROM json_each(?1)) AND other.base <> ''
                     AND other.date BETWEEN new.date AND new.date + ?2 AND (parent IS NULL OR grounds IS NOT NULL)
               ORDER BY other.date LIMIT ?3""",
            (among, WINDOW, NEIGHBOURHOOD),
        )
        return {post for (post,) in rows}

    def _without_prefixes(self) -> frozenset[int]:
        """The lists whose answers have lost their prefixes."""
        return frozenset(row for (row,) in self._database.rows("SELECT id FROM list WHERE prefixes = 'lost'"))

    def _digested(self, posts: Sequence[int]) -> dict[int, frozenset[int]]:
        """For each post the mails of the digests that its header names."""
        found: defaultdict[int, set[int]] = defaultdict(set)
        for post, member in self._database.rows(
            """SELECT referred.post, member.post FROM referred
               JOIN known_as ON known_as.message_id = referred.message_id JOIN member ON digest = known_as.post
               WHERE referred.post IN (SELECT value FROM json_each(?))""",
            (json.dumps(list(posts)),),
        ):
            found[post].add(member)
        return {post: frozenset(found[post]) for post in posts}


def _as_known(row: Row) -> Known:
    post, date, arrived, message_id, sent, author, address, anonymous, base, prefixed, quotes, lists = row
    rows = frozenset(map(int, lists.split(","))) if lists else frozenset[int]()
    return Known(
        post=post,
        date=date,
        arrived=arrived,
        message_id=message_id,
        sent=sent,
        author=author,
        address=address,
        anonymous=bool(anonymous),
        base=base,
        prefixed=bool(prefixed),
        quotes=bool(quotes),
        lists=rows,
    )


def _packed(hashes: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(hashes)}I", *hashes)


def _unpacked(hashes: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(hashes) // 4}I", hashes)


def _claim_text(claim: Claim) -> str:
    """As JSON, or "" where nothing is claimed."""
    told = (claim.names, claim.addresses, claim.moments)
    return json.dumps(told, ensure_ascii=False) if any(told) else ""


def _claim(told: str) -> Claim:
    return Claim(*map(tuple, json.loads(told))) if told else NOBODY
