"""Who answers whom, and which posts make up a topic."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import pytest

from listforum.model.forum import Edge, Evidence, Grounds, Reason, Verdict
from listforum.topics.evidence import CONVERSATION
from listforum.topics.forest import Forest, components, families, thread, touches
from listforum.topics.suggestions import Suggestion


def post(
    number: int,
    *,
    ids: str = "",
    replied: str = "",
    references: str = "",
    date: int | None = None,
    seniority: int | None = None,
    subject: str = "",
    burst: bool = False,
) -> Evidence:
    """A post known as `m<number>` unless told otherwise; ids are given as words, nearest first."""
    named = replied.split()
    return Evidence(
        number,
        tuple(ids.split()) or (f"m{number}",),
        (*named, *references.split()),
        len(named),
        number if date is None else date,
        (number if seniority is None else seniority, 0, ""),
        subject,
        burst=burst,
    )


def suggestion(child: int, parent: int, reason: Reason = "quote") -> Suggestion:
    return Suggestion(child, parent, reason, 0.9, Grounds(lines=2 if reason == "quote" else 0))


def parents(edges: dict[int, Edge]) -> dict[int, int | None]:
    return {child: edge.parent for child, edge in edges.items()}


def together(edges: dict[int, Edge]) -> set[frozenset[int]]:
    topics: dict[int, set[int]] = {}
    for number, topic in components(edges).items():
        topics.setdefault(topic, set()).add(number)
    return {frozenset(topic) for topic in topics.values()}


# --- the parent ---------------------------------------------------------------------------------------------------


def test_a_post_that_refers_to_nothing_is_a_root() -> None:
    assert thread([post(1)]) == {1: Edge(1, None, None, 1.0)}


def test_in_reply_to_names_the_parent() -> None:
    edges = thread([post(1), post(2, replied="m1")])
    assert edges[2] == Edge(2, 1, "in-reply-to", 1.0)


def test_the_nearest_reference_stands_in_for_in_reply_to() -> None:
    edges = thread([post(1), post(2, replied="m1"), post(3, references="m2 m1")])
    assert edges[3] == Edge(3, 2, "references", 0.9)


def test_a_farther_reference_stands_in_for_a_parent_that_is_not_here() -> None:
    edges = thread([post(1), post(3, replied="lost", references="m1")])
    assert edges[3] == Edge(3, 1, "references", 0.8, missing="lost")


def test_in_reply_to_wins_over_a_nearer_looking_reference() -> None:
    edges = thread([post(1), post(2), post(3, replied="m1", references="m2")])
    assert edges[3].parent == 1


def test_a_post_is_found_under_any_of_its_ids() -> None:
    edges = thread([post(1, ids="sent as-rewritten"), post(2, replied="sent"), post(3, replied="as-rewritten")])
    assert parents(edges) == {1: None, 2: 1, 3: 1}


def test_the_senior_of_two_posts_with_one_id_has_the_answers() -> None:
    genuine, copy = post(5, ids="x", seniority=1), post(4, ids="x", seniority=2)
    assert thread([copy, genuine, post(6, replied="x")])[6].parent == 5


def test_two_posts_with_one_id_and_no_difference_in_seniority_are_told_apart_by_number() -> None:
    edges = thread([post(4, ids="x", seniority=1), post(3, ids="x", seniority=1), post(6, replied="x")])
    assert edges[6].parent == 3


def test_a_post_is_never_its_own_parent() -> None:
    assert thread([post(1, replied="m1")])[1].parent is None


def test_a_post_told_of_twice_counts_once() -> None:
    once = [post(1), post(2, replied="m1")]
    assert thread([*once, *once]) == thread(once)


# --- absent parents -----------------------------------------------------------------------------------------------


def test_posts_whose_beginning_is_not_here_come_together_below_a_ghost() -> None:
    edges = thread([post(2, replied="a", references="start"), post(3, replied="b", references="start"), post(4)])
    assert edges[2] == Edge(2, None, None, 1.0, missing="a", ghost="start")
    assert edges[3] == Edge(3, None, None, 1.0, missing="b", ghost="start")
    assert together(edges) == {frozenset({2, 3}), frozenset({4})}


def test_a_late_parent_takes_its_answers_in() -> None:
    orphans = [post(2, replied="m9"), post(3, replied="m9")]
    edges = thread([*orphans, post(9)])
    assert parents(edges) == {2: 9, 3: 9, 9: None}
    assert edges[2].missing is None


def test_a_topic_is_named_by_its_smallest_post() -> None:
    edges = thread([post(9), post(2, replied="m9"), post(3, replied="m2"), post(4)])
    assert components(edges) == {9: 2, 2: 2, 3: 2, 4: 4}


# --- cycles -------------------------------------------------------------------------------------------------------


def test_a_cycle_is_cut_at_its_oldest_post() -> None:
    edges = thread([post(1, replied="m3", date=30), post(2, replied="m1", date=10), post(3, replied="m2", date=20)])
    assert parents(edges) == {1: 3, 2: None, 3: 2}
    assert edges[2] == Edge(2, None, None, 1.0)


def test_posts_of_one_date_in_a_cycle_are_told_apart_by_seniority() -> None:
    edges = thread([post(1, replied="m2", date=5, seniority=9), post(2, replied="m1", date=5, seniority=8)])
    assert parents(edges) == {1: 2, 2: None}


def test_what_hangs_below_a_cycle_stays_there() -> None:
    edges = thread([post(1, replied="m2"), post(2, replied="m1"), post(3, replied="m2"), post(4, replied="m3")])
    assert parents(edges) == {1: None, 2: 1, 3: 2, 4: 3}
    assert together(edges) == {frozenset({1, 2, 3, 4})}


def test_a_post_cut_out_of_a_cycle_still_tells_what_it_misses() -> None:
    edges = thread([post(1, replied="lost", references="m2"), post(2, replied="m1")])
    assert edges[1] == Edge(1, None, None, 1.0, missing="lost")


# --- the person's word --------------------------------------------------------------------------------------------


def test_a_join_outranks_the_headers() -> None:
    edges = thread([post(1), post(2), post(3, replied="m1")], [Verdict(3, 2)])
    assert edges[3] == Edge(3, 2, "person", 1.0)


def test_a_joined_post_misses_nothing() -> None:
    edges = thread([post(1), post(2, replied="lost")], [Verdict(2, 1)])
    assert edges[2] == Edge(2, 1, "person", 1.0)


def test_a_split_post_begins_a_topic_and_takes_its_answers_along() -> None:
    edges = thread([post(1), post(2, replied="m1"), post(3, replied="m2")], [Verdict(2, None)])
    assert edges[2] == Edge(2, None, None, 1.0)
    assert together(edges) == {frozenset({1}), frozenset({2, 3})}


def test_a_split_post_leaves_its_ghost() -> None:
    edges = thread([post(2, replied="lost"), post(3, replied="lost")], [Verdict(3, None)])
    assert together(edges) == {frozenset({2}), frozenset({3})}


def test_the_last_word_on_a_post_counts() -> None:
    posts = [post(1), post(2), post(3)]
    assert thread(posts, [Verdict(3, 1), Verdict(3, 2)])[3].parent == 2


def test_a_join_below_an_own_answer_cuts_the_headers() -> None:
    posts = [post(1), post(2, replied="m1"), post(3, replied="m2")]
    assert parents(thread(posts, [Verdict(1, 3)])) == {1: 3, 2: None, 3: 2}


def test_a_cycle_of_verdicts_is_cut_at_its_oldest_post() -> None:
    posts = [post(1, date=20), post(2, date=10)]
    assert parents(thread(posts, [Verdict(1, 2), Verdict(2, 1)])) == {1: 2, 2: None}


@pytest.mark.parametrize("verdict", [Verdict(2, 99), Verdict(99, 1), Verdict(99, None), Verdict(2, 2)])
def test_a_verdict_that_makes_no_sense_counts_for_nothing(verdict: Verdict) -> None:
    posts = [post(1), post(2, replied="m1")]
    assert thread(posts, [verdict]) == thread(posts)


# --- what a post bears on -----------------------------------------------------------------------------------------


def test_a_post_touches_its_own_ids_and_those_it_refers_to() -> None:
    assert touches(post(1, ids="a b", replied="c", references="d e")) == {"a", "b", "c", "d", "e"}


# --- hostile sizes ------------------------------------------------------------------------------------------------

MANY = 100_000


def chain() -> list[Evidence]:
    return [post(number, replied=f"m{number - 1}") for number in range(1, MANY)]


def chain_backwards() -> list[Evidence]:
    return [post(number, replied=f"m{number + 1}") for number in range(1, MANY)]


def star() -> list[Evidence]:
    return [post(0), *(post(number, replied="m0") for number in range(1, MANY))]


def star_around_a_ghost() -> list[Evidence]:
    return [post(number, replied="lost") for number in range(1, MANY)]


def ring() -> list[Evidence]:
    return [post(number, replied=f"m{(number + 1) % MANY}") for number in range(MANY)]


def one_id_for_all() -> list[Evidence]:
    return [post(number, ids="same", references="same other") for number in range(MANY)]


@pytest.mark.parametrize("bomb", [chain, chain_backwards, star, star_around_a_ghost, ring, one_id_for_all])
def test_a_thread_bomb_is_one_topic_within_seconds(bomb: Callable[[], list[Evidence]]) -> None:
    posts = bomb()
    started = time.perf_counter()
    topics = components(thread(posts))
    assert time.perf_counter() - started < 30
    assert len(set(topics.values())) == 1


# --- what words suggest -------------------------------------------------------------------------------------------


def test_a_suggestion_places_a_post_that_no_header_places() -> None:
    edges = thread([post(1), post(2)], suggestions=[suggestion(2, 1)])
    assert edges[2] == Edge(2, 1, "quote", 0.9, grounds=Grounds(lines=2))


def test_a_header_that_leads_to_a_post_outranks_it() -> None:
    edges = thread([post(1), post(2), post(3, replied="m1")], suggestions=[suggestion(3, 2)])
    assert edges[3].reason == "in-reply-to"


def test_a_header_that_leads_nowhere_does_not_and_stays_told() -> None:
    edges = thread([post(1), post(3, replied="gone")], suggestions=[suggestion(3, 1)])
    assert (edges[3].parent, edges[3].missing) == (1, "gone")


def test_the_person_outranks_it() -> None:
    edges = thread([post(1), post(2)], [Verdict(2, None)], [suggestion(2, 1)])
    assert edges[2] == Edge(2, None, None, 1.0)


def test_a_suggestion_that_leads_to_no_post_counts_for_nothing() -> None:
    assert thread([post(1)], suggestions=[suggestion(1, 7), suggestion(7, 1)]) == thread([post(1)])


def test_a_cycle_is_cut_at_a_suggestion() -> None:
    edges = thread([post(1), post(2, replied="m1")], suggestions=[suggestion(1, 2)])
    assert parents(edges) == {1: None, 2: 1}


def test_a_subject_alone_parts_no_posts_that_share_a_missing_parent() -> None:
    orphans = [post(2, replied="gone"), post(3, replied="gone")]
    assert together(thread([post(1), *orphans], suggestions=[suggestion(2, 1, "subject")])) == {
        frozenset({1}),
        frozenset({2, 3}),
    }
    assert thread([post(1), orphans[0]], suggestions=[suggestion(2, 1, "subject")])[2].parent == 1


def test_quotes_part_them_but_they_are_threaded_together() -> None:
    edges = thread([post(1), post(2, replied="gone"), post(3, replied="gone")], suggestions=[suggestion(2, 1)])
    assert together(edges) == {frozenset({1, 2}), frozenset({3})}
    assert len({*families(edges).values()}) == 1


def test_who_has_a_parent_by_header_or_by_the_persons_word_is_told() -> None:
    posts = [post(1), post(2, replied="m1"), post(3), post(4), post(5)]
    assert Forest(posts, [Verdict(3, None), Verdict(4, 1)]).told() == {2: 1, 3: None, 4: 1}


def test_whom_the_person_placed_waits_with_nobody() -> None:
    orphans = [post(2, replied="gone"), post(3, replied="gone")]
    assert thread([post(1), *orphans], [Verdict(3, None)], [suggestion(2, 1, "subject")])[2].parent == 1


def test_an_id_that_was_lost_is_not_taken_by_who_comes_long_after() -> None:
    answer = replace(post(2, replied="gone", references="m1"), arrived=1_000)
    thief = replace(post(9, ids="gone"), arrived=1_000 + 8 * 86_400)
    edges = thread([post(1), answer, thief])
    assert (edges[2].parent, edges[2].missing) == (1, "gone")
    assert thread([post(1), answer, replace(thief, arrived=90_000)])[2].parent == 9


# --- branches -----------------------------------------------------------------------------------------------------

HARVEST, TRIP = "The harvest figures", "Who drives to the meeting in Porto?"


def test_a_subject_that_changed_begins_a_topic_that_keeps_its_parent() -> None:
    edges = thread(
        [post(1, subject=HARVEST), post(2, replied="m1", subject=TRIP), post(3, replied="m2", subject=f"Re: {TRIP}")]
    )
    assert (edges[2].parent, edges[2].branch, edges[3].branch) == (1, True, False)
    assert together(edges) == {frozenset({1}), frozenset({2, 3})}
    assert families(edges) == {1: 1, 2: 1, 3: 1}


def test_a_prefix_changes_no_subject() -> None:
    edges = thread([post(1, subject=HARVEST), post(2, replied="m1", subject=f"AW: Re[2]: {HARVEST.upper()}")])
    assert not edges[2].branch


def test_the_persons_word_is_no_branch() -> None:
    edges = thread([post(1, subject=HARVEST), post(2, subject=TRIP)], [Verdict(2, 1)])
    assert together(edges) == {frozenset({1, 2})}


# --- Outlook's conversations, and digests --------------------------------------------------------------------------


def test_a_place_in_a_conversation_stands_in_where_no_message_id_is_here() -> None:
    begun = post(1, ids=f"m1 a{CONVERSATION}")
    edges = thread([begun, post(2, replied="gone", references=f"b{CONVERSATION} a{CONVERSATION}"), post(3)])
    assert edges[2] == Edge(2, 1, "thread-index", 0.6, missing="gone")
    assert thread([begun, post(2, references=f"a{CONVERSATION}")])[2] == Edge(2, 1, "thread-index", 0.8)


def test_a_place_in_a_conversation_is_never_told_as_a_missing_post() -> None:
    edges = thread([post(2, references=f"a{CONVERSATION}"), post(3, references=f"a{CONVERSATION}")])
    assert edges[2].missing is None
    assert together(edges) == {frozenset({2, 3})}


def test_a_digest_whose_mails_are_posts_is_nobodys_parent() -> None:
    digest = post(1, burst=True)
    edges = thread([digest, post(2, replied="m1"), post(3, replied="m1")])
    assert edges[2] == Edge(2, None, None, 1.0)
    assert together(edges) == {frozenset({1}), frozenset({2}), frozenset({3})}
