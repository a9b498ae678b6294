"""The forest is a function of the set of posts, and what a new post changes is near it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.model.forum import Edge, Evidence, Grounds, Reason, Verdict
from listforum.topics.forest import components, families, thread, touches
from listforum.topics.suggestions import Suggestion

IDS = "abcdefghij"
SUBJECTS = ["Opening hours", "Re: Opening hours", "The harvest festival"]
POSTS = range(1, 9)
law = settings(deadline=None, max_examples=150)


@st.composite
def forged(draw: st.DrawFn, number: int) -> Evidence:
    """A post of whose header nothing can be trusted: it may claim the ids of others, or refer to its own."""
    ids = draw(st.lists(st.sampled_from(IDS), max_size=2, unique=True))
    referred = draw(st.lists(st.sampled_from(IDS), max_size=4, unique=True))
    replied = draw(st.integers(0, min(1, len(referred))))
    seniority = (draw(st.integers(0, 2)), 0, "")
    subject = draw(st.sampled_from(SUBJECTS))
    return Evidence(number, tuple(ids), tuple(referred), replied, draw(st.integers(0, 3)), seniority, subject)


@st.composite
def some_posts(draw: st.DrawFn) -> list[Evidence]:
    numbers = draw(st.lists(st.sampled_from(POSTS), min_size=1, unique=True))
    return [draw(forged(number)) for number in numbers]


words = st.lists(
    st.builds(Verdict, st.sampled_from(POSTS), st.none() | st.sampled_from(POSTS)),
    max_size=3,
    unique_by=lambda v: v.post,
)


def suggested(child: int, parent: int, reason: Reason) -> Suggestion:
    return Suggestion(child, parent, reason, 0.7, Grounds(same_subject=True))


hints = st.lists(
    st.builds(
        suggested, st.sampled_from(POSTS), st.sampled_from(POSTS), st.sampled_from(list[Reason](["quote", "subject"]))
    ),
    max_size=4,
    unique_by=lambda one: one.child,
)


class Archive:
    """Keeps a forest by threading again only what a change touches."""

    def __init__(self, touched: Callable[[Evidence, Evidence, Edge], bool]) -> None:
        self.touched = touched
        self.posts: dict[int, Evidence] = {}
        self.verdicts: dict[int, Verdict] = {}
        self.suggestions: dict[int, Suggestion] = {}
        self.edges: dict[int, Edge] = {}
        self.families: dict[int, int] = {}
        self.topics: dict[int, int] = {}

    def add(self, batch: Iterable[Evidence]) -> None:
        new = {known.post: known for known in batch if known.post not in self.posts}
        near = self.near(new.values())
        self.posts |= new
        self.thread_again(near | {*new})

    def judge(self, verdict: Verdict) -> None:
        if verdict.post not in self.posts or (verdict.parent is not None and verdict.parent not in self.posts):
            return
        self.verdicts[verdict.post] = verdict
        self.thread_again({verdict.post} if verdict.parent is None else {verdict.post, verdict.parent})

    def suggest(self, suggestion: Suggestion) -> None:
        if suggestion.child in self.posts and suggestion.parent in self.posts:
            self.suggestions[suggestion.child] = suggestion
            self.thread_again({suggestion.child, suggestion.parent})

    def withdraw(self, post: int) -> None:
        if self.verdicts.pop(post, None):
            self.thread_again(self.near([self.posts[post]]) | {post})

    def remove(self, post: int) -> None:
        del self.posts[post], self.edges[post]
        del self.topics[post]
        family = self.families.pop(post)
        self.verdicts = {number: word for number, word in self.verdicts.items() if post not in (number, word.parent)}
        self.suggestions = {number: one for number, one in self.suggestions.items() if post not in (number, one.parent)}
        left = {number for number in self.posts if self.families[number] == family}
        self.thread_again(self.near(self.posts[number] for number in left) | left)

    def near(self, changed: Iterable[Evidence]) -> set[int]:
        return {
            number
            for known in changed
            for number, other in self.posts.items()
            if self.touched(known, other, self.edges[number])
        }

    def thread_again(self, near: set[int]) -> None:
        among = {self.families[number] for number in near if number in self.families}
        whole = near | {number for number, family in self.families.items() if family in among}
        edges = thread(
            (self.posts[number] for number in sorted(whole)),
            [verdict for verdict in self.verdicts.values() if verdict.post in whole],
            [suggestion for suggestion in self.suggestions.values() if suggestion.child in whole],
        )
        self.edges |= edges
        self.families |= families(edges)
        self.topics |= components(edges)

    def agrees_with_threading_everything(self) -> bool:
        edges = thread(self.posts.values(), self.verdicts.values(), self.suggestions.values())
        return (self.edges, self.topics, self.families) == (edges, components(edges), families(edges))


def widely(new: Evidence, other: Evidence, edge: Edge) -> bool:
    ids = touches(new)
    return not ids.isdisjoint(other.ids) or not ids.isdisjoint(other.referred) or edge.ghost in ids


def narrowly(new: Evidence, other: Evidence, edge: Edge) -> bool:
    carries = not {*new.referred}.isdisjoint(other.ids)
    refers = not {*new.ids}.isdisjoint(other.referred)
    return carries or refers or (edge.ghost is not None and edge.ghost in new.referred[-1:])


ways = st.sampled_from([widely, narrowly])


@law
@given(posts=some_posts(), verdicts=words, data=st.data())
def test_the_order_of_arrival_does_not_matter(
    posts: list[Evidence], verdicts: list[Verdict], data: st.DataObject
) -> None:
    arrived = data.draw(st.permutations([*posts, *posts]))
    assert thread(arrived, verdicts) == thread(posts, verdicts)


@law
@given(posts=some_posts(), verdicts=words, suggestions=hints)
def test_it_is_a_forest_of_all_the_posts(
    posts: list[Evidence], verdicts: list[Verdict], suggestions: list[Suggestion]
) -> None:
    edges = thread(posts, verdicts, suggestions)
    assert {*edges} == {known.post for known in posts}
    for number in edges:
        ancestors = [number]
        while (parent := edges[ancestors[-1]].parent) is not None:
            assert parent not in ancestors
            ancestors.append(parent)


@law
@given(posts=some_posts(), verdicts=words, way=ways, data=st.data())
def test_threading_the_touched_topics_again_is_threading_everything(
    posts: list[Evidence],
    verdicts: list[Verdict],
    way: Callable[[Evidence, Evidence, Edge], bool],
    data: st.DataObject,
) -> None:
    arrived = data.draw(st.permutations([*posts, *posts[:3]]))
    archive = Archive(way)
    while arrived:
        size = data.draw(st.integers(1, len(arrived)))
        archive.add(arrived[:size])
        arrived = arrived[size:]
        assert archive.agrees_with_threading_everything()
        a_word_is_given: bool = data.draw(st.booleans())
        if verdicts and a_word_is_given:
            archive.judge(verdicts.pop())
            assert archive.agrees_with_threading_everything()
    for number in [*archive.verdicts]:
        archive.withdraw(number)
        assert archive.agrees_with_threading_everything()


@law
@given(posts=some_posts(), suggestions=hints, way=ways, data=st.data())
def test_a_suggestion_changes_only_the_families_of_its_posts(
    posts: list[Evidence],
    suggestions: list[Suggestion],
    way: Callable[[Evidence, Evidence, Edge], bool],
    data: st.DataObject,
) -> None:
    archive = Archive(way)
    arrived = data.draw(st.permutations(posts))
    while arrived or suggestions:
        if arrived:
            archive.add([arrived.pop()])
        if suggestions:
            archive.suggest(suggestions.pop())
        assert archive.agrees_with_threading_everything()


@law
@given(posts=some_posts(), suggestions=hints)
def test_who_has_a_parent_by_header_is_not_moved_by_what_words_suggest(
    posts: list[Evidence], suggestions: list[Suggestion]
) -> None:
    plain, suggested_too = thread(posts), thread(posts, [], suggestions)
    by_header = {number for number, edge in plain.items() if edge.parent is not None}
    assert {n: suggested_too[n] for n in by_header} == {n: plain[n] for n in by_header}


@law
@given(posts=some_posts(), verdicts=words, way=ways, data=st.data())
def test_what_a_post_taken_away_changes_is_near_what_is_left_of_its_topic(
    posts: list[Evidence],
    verdicts: list[Verdict],
    way: Callable[[Evidence, Evidence, Edge], bool],
    data: st.DataObject,
) -> None:
    archive = Archive(way)
    archive.add(posts)
    for verdict in verdicts:
        archive.judge(verdict)
    for known in data.draw(st.permutations(posts)):
        archive.remove(known.post)
        assert archive.agrees_with_threading_everything()


@law
@given(posts=some_posts(), data=st.data())
def test_a_post_moves_no_other_but_those_that_refer_to_it(posts: list[Evidence], data: st.DataObject) -> None:
    intruder = data.draw(forged(max(POSTS) + 1))
    before, after = thread(posts), thread([*posts, intruder])
    moved = {known.post for known in posts if after[known.post] != before[known.post]}
    refer = {known.post for known in posts if not {*known.referred}.isdisjoint(intruder.ids)}
    assert moved - refer <= bound_by(posts, refer) | bound_by([*posts, intruder], refer | {intruder.post})


def bound_by(posts: list[Evidence], movers: set[int]) -> set[int]:
    """The members of cycles, before any is cut, that hold a post of `movers`."""
    uncut = {known.post: parent_before_cuts(known, posts) for known in posts}
    bound: set[int] = set()
    for mover in movers & {*uncut}:
        path = [mover]
        while (parent := uncut[path[-1]]) is not None and parent not in path:
            path.append(parent)
        if uncut[path[-1]] == mover:
            bound |= {*path}
    return bound


def parent_before_cuts(known: Evidence, posts: list[Evidence]) -> int | None:
    for named in known.referred:
        owners = [(other.seniority, other.post) for other in posts if named in other.ids]
        if owners and min(owners)[1] != known.post:
            return min(owners)[1]
    return None
