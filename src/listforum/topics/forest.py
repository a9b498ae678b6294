"""The forest of posts: who answers whom, and which posts make up a topic.

The forest is a function of the set of posts: it does not matter in which order, or in how many batches, they came. Only
Message-IDs join posts, never subjects. And it is local: what a new post changes lies within the topics it touches (see
`touches`), so the archive threads those again and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from listforum.model.forum import Edge, Evidence, Verdict

SURE = 1.0
NEAREST_REFERENCE = 0.9
FARTHER_REFERENCE = 0.8


def touches(evidence: Evidence) -> frozenset[str]:
    """The ids by which a post bears on others: its own, and those it refers to.

    Every topic that holds a post which carries one of them, refers to one of them, or has one as its ghost, must be
    threaded again, whole, together with this post. That is more than enough. Exactly enough are the topics of posts
    that carry an id of `evidence.referred`, that refer to an id of `evidence.ids`, or whose ghost is the last of
    `evidence.referred`. The same holds when a verdict on the post is withdrawn; when one is given, the topics of the
    post and of the parent it names are enough. When a post is taken away, every post left of its topic counts as new,
    for its answers may now find their parent in another topic.
    """
    return frozenset((*evidence.ids, *evidence.referred))


def thread(evidence: Iterable[Evidence], verdicts: Iterable[Verdict] = ()) -> dict[int, Edge]:
    """The place of every post given.

    The parent is the post that carries the first id of `referred` that any post carries; of several posts that carry
    it, the one of smallest seniority, never the post itself. Confidence is 1.0 for In-Reply-To, the person's word and
    roots; 0.9 for a reference when the post names nothing nearer, 0.8 when what is nearer is not here. `missing` is the
    nearest id when no post carries it. A post of which no referred id is here is a root with a `ghost`, the oldest of
    them: the posts of a thread whose beginning is not here have it in common.

    A verdict outranks the headers, and its post has neither `missing` nor `ghost`; of several on a post the last one
    counts; one that names an unknown post, or a post as its own parent, counts for nothing. A cycle is cut where the
    smallest (date, seniority) stands, which becomes a root; edges from headers are cut before the person's.
    """
    posts = {known.post: known for known in evidence}
    owners = _owners(posts.values())
    edges = {post: _from_headers(known, owners) for post, known in posts.items()}
    edges.update(_from_verdicts(verdicts, posts))
    for cycle in _cycles(edges):
        cut = _weakest(cycle, posts, edges)
        edges[cut] = Edge(cut, None, None, SURE, missing=edges[cut].missing)
    return edges


def components(edges: Mapping[int, Edge]) -> dict[int, int]:
    """The topic of every post: the smallest post id among all that edges, or a shared ghost, hold together.

    Every parent that an edge names must have an edge of its own among them.
    """
    smallest = {post: post for post in edges}

    def find(post: int) -> int:
        while smallest[post] != post:
            smallest[post] = smallest[smallest[post]]
            post = smallest[post]
        return post

    def join(one: int, other: int) -> None:
        first, second = sorted((find(one), find(other)))
        smallest[second] = first

    ghosts: dict[str, int] = {}
    for post, edge in edges.items():
        if edge.parent is not None:
            join(post, edge.parent)
        elif edge.ghost is not None:
            join(post, ghosts.setdefault(edge.ghost, post))
    return {post: find(post) for post in edges}


def _owners(posts: Iterable[Evidence]) -> dict[str, int]:
    """Who owns each id: the senior of the posts that carry it."""
    owners: dict[str, int] = {}
    for known in sorted(posts, key=lambda known: (known.seniority, known.post)):
        for carried in known.ids:
            owners.setdefault(carried, known.post)
    return owners


def _from_headers(known: Evidence, owners: Mapping[str, int]) -> Edge:
    missing = known.referred[0] if known.referred and known.referred[0] not in owners else None
    for distance, named in enumerate(known.referred):
        parent = owners.get(named, known.post)
        if parent == known.post:
            continue
        if distance < known.replied:
            return Edge(known.post, parent, "in-reply-to", SURE, missing)
        return Edge(known.post, parent, "references", FARTHER_REFERENCE if distance else NEAREST_REFERENCE, missing)
    return Edge(known.post, None, None, SURE, missing, ghost=known.referred[-1] if known.referred else None)


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
    by_headers = [post for post in cycle if edges[post].reason != "person"]
    return min(by_headers or cycle, key=lambda post: (posts[post].date, posts[post].seniority, post))
