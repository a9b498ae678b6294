"""Edges, verdicts and the topics that follow from them; all but the verdicts can be worked out again at any time."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from gettext import gettext as _

from listforum.archive.changes import Changes
from listforum.archive.database import Database
from listforum.archive.quoting import Quoting
from listforum.archive.topic_rows import TopicRows
from listforum.errors import UnknownItem, UsageError
from listforum.model.forum import Edge, Evidence, Grounds, Verdict
from listforum.topics.forest import Forest, components, families, thread, touches


class Threads:
    """Threads posts again where new ones touch them."""

    def __init__(self, database: Database, quoting: Quoting, rows: TopicRows) -> None:
        self._database = database
        self._quoting = quoting
        self.rows = rows

    def rethread(self, posts: Collection[int]) -> None:
        """Threads these posts, which are new or of which more is known, together with every topic they touch.

        For headers and the person's verdicts this is the same as threading everything; of what quotes and subjects
        suggest, it looks at these posts and at those near them in time (see `Quoting.affected`).
        """
        if not posts:
            return
        with self._database.transaction():
            affected = self._quoting.affected(posts)
            placed = self._hang(posts) | self._with_a_parent(affected)
            self._quoting.suggest(placed.keys(), placed)
            self._thread_near((set(posts) | affected) - placed.keys())

    def rebuild(self) -> None:
        """Threads everything from the evidence and the person's verdicts."""
        with self._database.transaction():
            self._database.run("DELETE FROM topic")
            everyone = {post for (post,) in self._database.rows("SELECT id FROM post")}
            forest = Forest(self._evidence(everyone), self._verdicts(everyone))
            self._quoting.suggest(everyone, forest.told())
            self._place(forest.edges(self._quoting.suggestions(everyone)))

    def join(self, post: int, parent: int, now: int) -> None:
        """The person's word: `post` answers `parent`. Raises UnknownItem, or UsageError for a circle."""
        self._must_exist(post)
        self._must_exist(parent)
        if post == parent:
            raise UsageError(_("Post {post} cannot stand below itself.").format(post=post))
        if post in self._ancestors(parent):
            raise UsageError(
                _("Post {parent} already stands below post {post}: joining them would go in a circle.").format(
                    parent=parent, post=post
                )
            )
        self._decide(post, parent, now)

    def split(self, post: int, now: int) -> None:
        """The person's word: `post` begins a topic of its own. Raises UnknownItem."""
        self._must_exist(post)
        self._decide(post, None, now)

    def unjoin(self, post: int) -> bool:
        """Takes the person's word on a post back; answers whether there was one."""
        self._must_exist(post)
        with self._database.transaction():
            found = self._database.row("SELECT parent FROM verdict WHERE post = ?", (post,))
            if found is None:
                return False
            self._database.run("DELETE FROM verdict WHERE post = ?", (post,))
            self.rethread([post])
            return True

    def forget(self, post: int) -> None:
        """Removes a post of the person's own that was never sent; its answers find their next parent."""
        with self._database.transaction():
            topic, _family = self._placed([post]).get(post, (0, 0))
            left = self._families_of([post]) - {post}
            self._database.run("DELETE FROM post WHERE id = ?", (post,))
            self._database.run("INSERT INTO gone VALUES (?, ?)", (post, Changes(self._database).next()))
            self.rows.refresh({topic})
            self.rethread(left)

    # --- threading ------------------------------------------------------------------------------------------------

    def _thread_near(self, posts: set[int]) -> None:
        """Threads these posts together with every family that they touch, now and once words were asked."""
        if not posts:
            return
        everyone = posts | self._families_of(posts) | self._touched(self._evidence(posts))
        everyone = self._with_families(everyone, {word.parent for word in self._verdicts(everyone)})
        forest = Forest(self._evidence(everyone), self._verdicts(everyone))
        told = forest.told()
        loosened = self._with_a_parent(everyone).keys() - told.keys()
        self._quoting.suggest(posts | loosened, told)
        suggested = self._quoting.suggestions(everyone)
        with_parents = self._with_families(everyone, {one.parent for one in suggested})
        if with_parents != everyone:
            forest = Forest(self._evidence(with_parents), self._verdicts(with_parents))
            suggested = self._quoting.suggestions(with_parents)
        self._place(forest.edges(suggested))

    def _with_families(self, everyone: set[int], named: set[int | None]) -> set[int]:
        """Everyone, and the families of the posts that they were told to stand under."""
        strangers = {post for post in named if post is not None} - everyone
        return everyone | strangers | self._families_of(strangers)

    def _place(self, edges: Mapping[int, Edge]) -> None:
        topics, together = components(edges), families(edges)
        self._write_edges(edges.values())
        before = self._placed(edges.keys())
        moved = [
            (topics[post], together[post], post)
            for post, was in before.items()
            if was != (topics[post], together[post])
        ]
        self._database.run_many("UPDATE post SET topic = ?, family = ? WHERE id = ?", moved)
        self.rows.refresh({topic for topic, _family in before.values()} | set(topics.values()))

    def _hang(self, posts: Collection[int]) -> dict[int, int | None]:
        """Hangs new posts below the parents that their headers name, when that moves nobody; answers these parents.

        Such a post changes nothing but the topic it comes to, however large that is. As its number is larger than all
        that have a place, the topic and the family keep theirs.
        """
        leaves = self._leaves(posts)
        edges = {known.post: edge for known in self._evidence(leaves) if (edge := self._edge(known)) is not None}
        places = self._placed({edge.parent for edge in edges.values() if edge.parent is not None} | leaves)
        hung: dict[int, Edge] = {}
        waiting: defaultdict[int, list[Edge]] = defaultdict(list)
        ready: list[Edge] = []
        for edge in edges.values():
            if edge.parent is not None:
                (ready if places[edge.parent][1] else waiting[edge.parent]).append(edge)
        while ready:
            edge = ready.pop()
            topic, family = places[edge.parent or 0]
            places[edge.child] = (edge.child if edge.branch else topic, family)
            hung[edge.child] = edge
            ready += waiting.pop(edge.child, ())
        self._write_edges(hung.values())
        self._database.run_many(
            "UPDATE post SET topic = ?, family = ? WHERE id = ?", [(*places[post], post) for post in hung]
        )
        self.rows.refresh({places[post][0] for post in hung})
        return {post: edge.parent for post, edge in hung.items()}

    def _edge(self, known: Evidence) -> Edge | None:
        """The edge that a post's header gives it; None when it gives none."""
        edge = thread([known, *self._evidence(self._carriers(known))])[known.post]
        return None if edge.parent is None else edge

    def _leaves(self, posts: Collection[int]) -> set[int]:
        """Those of the posts that are new, have their ids for themselves, and are named by none that has a place."""
        rows = self._database.rows(
            """SELECT id FROM post WHERE id IN (SELECT value FROM json_each(?)) AND family = 0 AND NOT burst
                   AND NOT EXISTS (SELECT 1 FROM verdict WHERE verdict.post = id)
                   AND NOT EXISTS (SELECT 1 FROM known_as AS own JOIN referred USING (message_id)
                                   JOIN post AS other ON other.id = referred.post
                                   WHERE own.post = post.id AND other.family <> 0)
                   AND NOT EXISTS (SELECT 1 FROM known_as AS own JOIN known_as AS other USING (message_id)
                                   WHERE own.post = post.id AND other.post <> post.id)""",
            (json.dumps(sorted(posts)),),
        )
        return {post for (post,) in rows}

    def _carriers(self, known: Evidence) -> set[int]:
        """The posts that carry an id which this one names."""
        rows = self._database.rows(
            "SELECT post FROM known_as WHERE message_id IN (SELECT value FROM json_each(?))",
            (json.dumps(known.referred),),
        )
        return {post for (post,) in rows}

    def _with_a_parent(self, posts: Collection[int]) -> dict[int, int | None]:
        """The parents of those posts whose header, or whose reader, names one: no words move them."""
        rows = self._database.rows(
            """SELECT child, parent FROM edge JOIN post AS above ON above.id = parent
               WHERE grounds IS NULL AND NOT above.burst AND child IN (SELECT value FROM json_each(?))""",
            (json.dumps(sorted(posts)),),
        )
        return dict(rows)

    def _write_edges(self, edges: Iterable[Edge]) -> None:
        self._database.run_many(
            """INSERT INTO edge VALUES (?, ?, ?, ?, ?, ?, ?, ?)
               ON CONFLICT (child) DO UPDATE SET parent = excluded.parent, reason = excluded.reason,
                   confidence = excluded.confidence, missing = excluded.missing, ghost = excluded.ghost,
                   branch = excluded.branch, grounds = excluded.grounds""",
            [
                (e.child, e.parent, e.reason, e.confidence, e.missing, e.ghost, e.branch, _grounds(e.grounds))
                for e in edges
            ],
        )

    def _touched(self, fresh: Collection[Evidence]) -> set[int]:
        """The posts that have to be threaded again together with these (see `topics.forest.touches`)."""
        ids = json.dumps(sorted(frozenset().union(*map(touches, fresh))))
        rows = self._database.rows(
            """SELECT id FROM post WHERE family <> 0 AND family IN (SELECT family FROM post WHERE id IN (
                   SELECT post FROM known_as WHERE message_id IN (SELECT value FROM json_each(?1))
                   UNION SELECT post FROM referred WHERE message_id IN (SELECT value FROM json_each(?1))
                   UNION SELECT child FROM edge WHERE ghost IN (SELECT value FROM json_each(?1))))""",
            (ids,),
        )
        return {post for (post,) in rows}

    def _families_of(self, posts: Collection[int]) -> set[int]:
        """All posts of the families that these stand in."""
        rows = self._database.rows(
            """SELECT id FROM post WHERE family <> 0 AND family IN (
                   SELECT family FROM post WHERE id IN (SELECT value FROM json_each(?)))""",
            (json.dumps(sorted(posts)),),
        )
        return {post for (post,) in rows}

    def _placed(self, posts: Collection[int]) -> dict[int, tuple[int, int]]:
        """The topic and the family of each post; 0 while it has none."""
        among = json.dumps(sorted(posts))
        rows = self._database.rows(
            "SELECT id, topic, family FROM post WHERE id IN (SELECT value FROM json_each(?))", (among,)
        )
        return {post: (topic, family) for post, topic, family in rows}

    def _evidence(self, posts: Collection[int]) -> list[Evidence]:
        among = json.dumps(sorted(posts))
        ids: defaultdict[int, list[str]] = defaultdict(list)
        referred: defaultdict[int, list[str]] = defaultdict(list)
        for post, message_id in self._database.rows(
            "SELECT post, message_id FROM known_as WHERE post IN (SELECT value FROM json_each(?))", (among,)
        ):
            ids[post].append(message_id)
        for post, message_id in self._database.rows(
            "SELECT post, message_id FROM referred WHERE post IN (SELECT value FROM json_each(?)) ORDER BY post, nth",
            (among,),
        ):
            referred[post].append(message_id)
        return [
            Evidence(
                post=post,
                ids=tuple(ids[post]),
                referred=tuple(told for told in referred[post] if told not in ids[post]),
                replied=sum(told not in ids[post] for told in referred[post][:replied]),
                date=date,
                seniority=(date if arrived is None else arrived, date, f"{message_id}\0{author}\0{subject}"),
                subject=subject,
                base=base,
                burst=bool(burst),
                arrived=arrived,
            )
            for post, replied, date, arrived, message_id, author, subject, base, burst in self._database.rows(
                """SELECT id, replied, date, arrived, message_id, author, subject, base, burst FROM post
                   WHERE id IN (SELECT value FROM json_each(?))""",
                (among,),
            )
        ]

    def _verdicts(self, posts: Collection[int]) -> list[Verdict]:
        among = json.dumps(sorted(posts))
        return [
            Verdict(post, parent)
            for post, parent in self._database.rows(
                "SELECT post, parent FROM verdict WHERE post IN (SELECT value FROM json_each(?))", (among,)
            )
        ]

    # --- the person's word ----------------------------------------------------------------------------------------

    def _decide(self, post: int, parent: int | None, now: int) -> None:
        with self._database.transaction():
            self._database.run("INSERT OR REPLACE INTO verdict VALUES (?, ?, ?)", (post, parent, now))
            self.rethread([post] if parent is None else [post, parent])

    def _must_exist(self, post: int) -> None:
        if not self._database.row("SELECT 1 FROM post WHERE id = ?", (post,)):
            raise UnknownItem(_("There is no post {post}.").format(post=post))

    def _ancestors(self, post: int) -> set[int]:
        seen: set[int] = set()
        current: int | None = post
        while current is not None and current not in seen:
            seen.add(current)
            found = self._database.row("SELECT parent FROM edge WHERE child = ?", (current,))
            current = found[0] if found else None
        return seen


def _grounds(grounds: Grounds | None) -> str | None:
    return json.dumps(asdict(grounds)) if grounds else None
