"""What posts quote, where it comes from, and the parents that words suggest; all of it can be worked out again."""

from __future__ import annotations

import json
import struct
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, astuple
from itertools import islice
from typing import Final

from listforum.archive.database import Database, Row
from listforum.mail.claims import Claim
from listforum.model.forum import Grounds
from listforum.topics.suggestions import (
    WINDOW,
    Known,
    Subject,
    Suggestion,
    same_subject,
    source,
    suggest,
    weighed,
)
from listforum.topics.wording import NOBODY, Passage, Wording

AT_ONCE: Final = 500
"""Posts that are compared at a time."""

NEIGHBOURHOOD: Final = 1_000
"""Passages of later posts that are compared with a post that comes late, the nearest in time first."""

_MOST_LOOKED_AT: Final = 40
"""A shingle that so many posts have proves nothing, whichever of them are earlier."""

_MOST_OF_A_SUBJECT: Final = 200

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
        self._database.run("INSERT OR REPLACE INTO sample VALUES (?, ?)", (post, _packed(wording.own)))
        self._database.run_many(
            "INSERT OR IGNORE INTO shingle VALUES (?, ?)", [(hashed, post) for hashed in wording.own]
        )
        self._database.run("DELETE FROM passage WHERE post = ?", (post,))
        self._database.run_many(
            "INSERT INTO passage (post, nth, line, lines, claim, shingles) VALUES (?, ?, ?, ?, ?, ?)",
            [
                (post, nth, one.line, one.lines, _claim_text(one.claim), _packed(one.shingles))
                for nth, one in enumerate(wording.passages)
            ],
        )

    def affected(self, posts: Collection[int]) -> set[int]:
        """The later posts for which these may be what they quote, or what their subject answers."""
        among = json.dumps(sorted(posts))
        found = self._database.row("SELECT min(date) FROM post WHERE id IN (SELECT value FROM json_each(?))", (among,))
        if found is None or found[0] is None:
            return set()
        own = self._sampled(posts)
        later = self._database.rows(
            """SELECT passage.post, shingles FROM post JOIN passage ON passage.post = post.id
               WHERE post.date >= ? AND post.id NOT IN (SELECT value FROM json_each(?)) ORDER BY post.date LIMIT ?""",
            (found[0], among, NEIGHBOURHOOD),
        )
        quoting = {post for post, hashes in later if not own.isdisjoint(_unpacked(hashes))}
        return quoting | self._with_the_same_subject(among)

    def suggest(self, posts: Collection[int], told: Mapping[int, int | None]) -> None:
        """Works out anew where these posts' quotes come from, and which parent to suggest for those not `told` one."""
        remaining = iter(sorted(posts))
        while some := list(islice(remaining, AT_ONCE)):
            self._suggest(some, told)

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

    def _suggest(self, posts: Sequence[int], told: Mapping[int, int | None]) -> None:
        passages = self._passages(posts)
        loose = self._known([post for post in posts if post not in told])
        alike = {post: self._of_the_same_subject(one) for post, one in loose.items()}
        digested = self._digested(list(loose))
        without_prefixes = self._without_prefixes()
        bearers = self._bearers({hashed for some in passages.values() for one in some for hashed in one.shingles})
        named = {post for found in bearers.values() for post in found}
        named.update(*digested.values(), (above for post in posts if (above := told.get(post)) is not None))
        known = {**self._known(named | set(posts)), **{one.post: one for found in alike.values() for one in found.near}}
        sources: list[tuple[int | None, int, int]] = []
        made: list[Suggestion] = []
        for post in (post for post in posts if post in known):
            quoted = passages.get(post, [])
            hits = [weighed(one, _earlier(bearers, known, known[post], one)) for one in quoted]
            parent = known.get(told.get(post) or 0)
            sources += [
                (source(p, h, known, parent), post, n) for n, (p, h) in enumerate(zip(quoted, hits, strict=True))
            ]
            if post in loose:
                young = same_subject(known[post], alike[post], without_prefixes)
                likely = {one for found in hits for one in found} | digested[post] | {one.post for one in young}
                candidates = [known[one] for one in likely if one in known]
                found = suggest(known[post], quoted, candidates, hits, digested[post])
                made += [found] if found else []
        self._write(posts, sources, made)

    def _write(
        self, posts: Sequence[int], sources: Sequence[tuple[int | None, int, int]], made: Iterable[Suggestion]
    ) -> None:
        self._database.run_many(
            "UPDATE passage SET source = ?1 WHERE post = ?2 AND nth = ?3 AND source IS NOT ?1", sources
        )
        self._database.run(
            "DELETE FROM suggestion WHERE child IN (SELECT value FROM json_each(?))", (json.dumps(list(posts)),)
        )
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
        rows = self._database.rows(
            "SELECT shingles FROM sample WHERE post IN (SELECT value FROM json_each(?))", (json.dumps(sorted(posts)),)
        )
        return {hashed for (shingles,) in rows for hashed in _unpacked(shingles)}

    def _bearers(self, hashes: Collection[int]) -> dict[int, list[int]]:
        """The posts whose own words each shingle stands for; not those of which too many have it."""
        return {
            hashed: found
            for hashed, posts in self._database.rows(
                """SELECT value, (SELECT group_concat(post) FROM
                                  (SELECT post FROM shingle WHERE hash = value LIMIT ?)) FROM json_each(?)""",
                (_MOST_LOOKED_AT, json.dumps(list(hashes))),
            )
            if posts is not None and len(found := [int(post) for post in posts.split(",")]) < _MOST_LOOKED_AT
        }

    def _known(self, posts: Collection[int]) -> dict[int, Known]:
        rows = self._database.rows(
            f"{_KNOWN} WHERE id IN (SELECT value FROM json_each(?)) AND NOT burst",  # noqa: S608 - a constant
            (json.dumps(sorted(posts)),),
        )
        return {row[0]: _as_known(row) for row in rows}

    def _of_the_same_subject(self, post: Known) -> Subject:
        lists = json.dumps(sorted(post.lists))
        rows = self._database.rows(
            f"""{_KNOWN} WHERE base = ? AND base <> '' AND date BETWEEN ? AND ? AND NOT burst AND id <> ?
                ORDER BY date DESC LIMIT ?""",
            (post.base, post.date - WINDOW, post.date, post.post, _MOST_OF_A_SUBJECT),
        )
        older = self._database.row(
            """SELECT EXISTS (SELECT 1 FROM post AS older JOIN post_list ON post_list.post = older.id
                              WHERE base = ? AND base <> '' AND date < ? AND NOT burst
                                    AND list IN (SELECT value FROM json_each(?)))""",
            (post.base, post.date - WINDOW, lists),
        )
        near = [known for row in rows if not (known := _as_known(row)).lists.isdisjoint(post.lists)]
        return Subject(near, is_older=bool(older and older[0]))

    def _with_the_same_subject(self, among: str) -> set[int]:
        rows = self._database.rows(
            """SELECT other.id FROM post AS new JOIN post AS other ON other.base = new.base
               WHERE new.id IN (SELECT value FROM json_each(?1)) AND other.base <> ''
                     AND other.date BETWEEN new.date AND new.date + ?2 LIMIT ?3""",
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


def _earlier(
    bearers: Mapping[int, Sequence[int]], known: Mapping[int, Known], post: Known, passage: Passage
) -> dict[int, list[int]]:
    """Of the posts that bear a passage's shingles those that are older than the post that quotes it."""
    return {
        hashed: [bearer for bearer in bearers[hashed] if bearer in known and known[bearer].precedes(post)]
        for hashed in passage.shingles
        if hashed in bearers
    }


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
    return json.dumps([claim.names, claim.addresses, claim.moments], ensure_ascii=False) if any(astuple(claim)) else ""


def _claim(told: str) -> Claim:
    return Claim(*map(tuple, json.loads(told))) if told else NOBODY
