"""The forest of posts: who answers whom, and which posts make up a topic.

The forest is a function of the set of posts, the suggestions and the person's verdicts: it does not matter in which
order, or in how many batches, they came. What headers say comes before what words suggest; subjects alone only split.
And it is local: what a new post changes lies within the families it touches (see `touches`), so the archive threads
those again and nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from listforum.model.forum import Edge, Evidence, Verdict
from listforum.topics.evidence import CONVERSATION
from listforum.topics.subjects import changed
from listforum.topics.suggestions import Suggestion

SURE = 1.0
NEAREST_REFERENCE = 0.9
FARTHER_REFERENCE = 0.8
OUTLOOKS_WORD = 0.8
OUTLOOKS_WORD_OF_AN_ANCESTOR = 0.6

LONGEST_DELAY = 7 * 86_400
"""Seconds that a post may arrive after an answer to it: moderators sleep, and mails lie in queues."""


def touches(evidence: Evidence) -> frozenset[str]:
    """The ids by which a post bears on others: its own, and those it refers to.

    Every family that holds a post which carries one of them, refers to one of them, or has one as its ghost, must be
    threaded again, whole, together with this post. That is more than enough. Exactly enough are the families of posts
    that carry an id of `evidence.referred`, that refer to an id of `evidence.ids`, or whose ghost is the last of
    `evidence.referred`. The same holds when a verdict on the post is withdrawn; when one is given, or a suggestion
    made, the families of the post and of the parent it names are enough. When a post is taken away, every post left of
    its family counts as new, for its answers may now find their parent in another one.
    """
    return frozenset((*evidence.ids, *evidence.referred))


class Forest:
    """What headers and the person say of some posts, each of them given once; then also what words suggest.

    The parent is the post that carries the first id of `referred` that any post carries; of several posts that carry
    it, the one of smallest seniority, never the post itself, nor one that arrived much later. Confidence is 1.0 for
    In-Reply-To, the person's word and roots; 0.9 for a reference when the post names nothing nearer, 0.8 when what is
    nearer is not here, and for the place right above its own in an Outlook conversation; 0.6 for one farther up.
    `missing` is the nearest Message-ID when no post carries it. A post of which no referred id is here has a `ghost`,
    the oldest of them: the posts of a thread whose beginning is not here have it in common.

    A verdict outranks the rest, and its post has neither `missing` nor `ghost`; of several on a post the last one
    counts; one that names an unknown post, or a post as its own parent, counts for nothing.
    """

    def __init__(self, evidence: Iterable[Evidence], verdicts: Iterable[Verdict] = ()) -> None:
        self._posts = {known.post: known for known in evidence}
        self._decided = _from_verdicts(verdicts, self._posts)
        self._edges = _from_headers(self._posts) | self._decided

    def told(self) -> dict[int, int | None]:
        """The parent that a header, or the person, names for each post.

        None is the person's word that it has none. A post of which nobody says anything is missing: a suggestion may
        place it.
        """
        return {
            post: edge.parent for post, edge in self._edges.items() if edge.parent is not None or post in self._decided
        }

    def edges(self, suggestions: Iterable[Suggestion] = ()) -> dict[int, Edge]:
        """The place of every post.

        A root takes the parent that a suggestion names among the posts; but only words that were found there move it
        away from others that share its ghost. A cycle is cut where the smallest (date, seniority) stands, which becomes
        a root: suggestions are cut first, the person's word last. An edge to a parent whose subject was another one is
        a branch, unless the person made it.
        """
        edges = self._edges | _from_suggestions(
            (one for one in suggestions if one.child not in self._decided), self._edges
        )
        for cycle in _cycles(edges):
            cut = _weakest(cycle, self._posts, edges)
            edges[cut] = Edge(cut, None, None, SURE, missing=edges[cut].missing, ghost=edges[cut].ghost)
        return {post: _branching(edge, self._posts) for post, edge in edges.items()}


def thread(
    evidence: Iterable[Evidence], verdicts: Iterable[Verdict] = (), suggestions: Iterable[Suggestion] = ()
) -> dict[int, Edge]:
    """The place of every post given; see `Forest`."""
    return Forest(evidence, verdicts).edges(suggestions)


def families(edges: Mapping[int, Edge]) -> dict[int, int]:
    """What has to be threaded together: as `components`, but branches stay with what they branched off, and posts that
    share a ghost stay together wherever suggestions put them.
    """
    return _held_together(edges, ((edge.child, tie) for edge in edges.values() for tie in (edge.parent, edge.ghost)))


def components(edges: Mapping[int, Edge]) -> dict[int, int]:
    """The topic of every post: the smallest post id among all that edges, or a ghost that roots share, hold together.

    A branch begins a topic of its own. Every parent that an edge names must have an edge of its own among them.
    """
    held = (edge for edge in edges.values() if not edge.branch)
    return _held_together(edges, ((edge.child, edge.ghost if edge.parent is None else edge.parent) for edge in held))


def _held_together(posts: Iterable[int], ties: Iterable[tuple[int, int | str | None]]) -> dict[int, int]:
    """The smallest of all posts that ties hold together; a post may be tied to another post, or to a ghost."""
    smallest = {post: post for post in posts}

    def find(post: int) -> int:
        while smallest[post] != post:
            smallest[post] = smallest[smallest[post]]
            post = smallest[post]
        return post

    ghosts: dict[str, int] = {}
    for post, tie in ties:
        if tie is not None:
            other = ghosts.setdefault(tie, post) if isinstance(tie, str) else tie
            first, second = sorted((find(post), find(other)))
            smallest[second] = first
    return {post: find(post) for post in smallest}


def _owners(posts: Iterable[Evidence]) -> dict[str, Evidence]:
    """Who owns each id: the senior of the posts that carry it."""
    owners: dict[str, Evidence] = {}
    for known in sorted(posts, key=lambda known: (known.seniority, known.post)):
        for carried in known.ids:
            owners.setdefault(carried, known)
    return owners


def _from_headers(posts: Mapping[int, Evidence]) -> dict[int, Edge]:
    owners = _owners(known for known in posts.values() if not known.burst)
    burst = {carried for known in posts.values() if known.burst for carried in known.ids} - owners.keys()
    return {post: _from_header(known, owners, burst) for post, known in posts.items()}


def _from_header(known: Evidence, owners: Mapping[str, Evidence], burst: Collection[str]) -> Edge:
    wanted = [named for named in known.referred if named not in burst]
    mails = [named for named in wanted if not named.endswith(CONVERSATION)]
    missing = mails[0] if mails and not _answers(known, owners.get(mails[0])) else None
    for distance, named in enumerate(known.referred):
        owner = owners.get(named, known)
        if owner is known or not _answers(known, owner):
            continue
        if named.endswith(CONVERSATION):
            nearest = not (distance and known.referred[distance - 1].endswith(CONVERSATION))
            sure = OUTLOOKS_WORD if nearest else OUTLOOKS_WORD_OF_AN_ANCESTOR
            return Edge(known.post, owner.post, "thread-index", sure, missing)
        if distance < known.replied:
            return Edge(known.post, owner.post, "in-reply-to", SURE, missing)
        sure = FARTHER_REFERENCE if distance else NEAREST_REFERENCE
        return Edge(known.post, owner.post, "references", sure, missing)
    return Edge(known.post, None, None, SURE, missing, ghost=(mails or wanted)[-1] if wanted else None)


def _answers(known: Evidence, owner: Evidence | None) -> bool:
    """Whether a post can answer the owner of an id that it names.

    An id that nobody knows can be taken by anybody who sees it named: who arrives long after the answer took it.
    """
    if owner is None:
        return False
    return known.arrived is None or owner.arrived is None or owner.arrived - known.arrived <= LONGEST_DELAY


def _from_suggestions(suggestions: Iterable[Suggestion], edges: Mapping[int, Edge]) -> dict[int, Edge]:
    sharers = Counter(edge.ghost for edge in edges.values() if edge.ghost is not None)
    placed: dict[int, Edge] = {}
    for one in suggestions:
        edge = edges.get(one.child)
        if edge is None or edge.parent is not None or one.parent not in edges or one.parent == one.child:
            continue
        if not one.grounds.lines and edge.ghost is not None and sharers[edge.ghost] > 1:
            continue
        placed[one.child] = replace(
            edge, parent=one.parent, reason=one.reason, confidence=one.confidence, grounds=one.grounds
        )
    return placed


def _branching(edge: Edge, posts: Mapping[int, Evidence]) -> Edge:
    if edge.parent is None or edge.reason == "person":
        return edge
    child, parent = posts[edge.child], posts[edge.parent]
    alike = child.subject == parent.subject or child.base == parent.base != ""
    return edge if alike or not changed(child.subject, parent.subject) else replace(edge, branch=True)


def _from_verdicts(verdicts: Iterable[Verdict], posts: Mapping[int, Evidence]) -> dict[int, Edge]:
    edges: dict[int, Edge] = {}
    for verdict in verdicts:
        post, parent = verdict.post, verdict.parent
        if post not in posts:
            continue
        if parent is None:
            edges[post] = Edge(post, None, None, SURE)
        elif parent in posts and parent != post:
            edges[post] = Edge(post, parent, "person", SURE)
    return edges


def _cycles(edges: Mapping[int, Edge]) -> list[list[int]]:
    """The cycles among posts that have at most one parent each: no two of them share a post."""
    cycles: list[list[int]] = []
    walked_from: dict[int, int] = {}
    for start in edges:
        path: list[int] = []
        post: int | None = start
        while post is not None and post not in walked_from:
            walked_from[post] = start
            path.append(post)
            post = edges[post].parent
        if post is not None and walked_from[post] == start:
            cycles.append(path[path.index(post) :])
    return cycles


def _weakest(cycle: list[int], posts: Mapping[int, Evidence], edges: Mapping[int, Edge]) -> int:
    suggested = [post for post in cycle if edges[post].grounds is not None]
    by_headers = [post for post in cycle if edges[post].reason != "person"]
    return min(suggested or by_headers or cycle, key=lambda post: (posts[post].date, posts[post].seniority, post))
