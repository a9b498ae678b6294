"""What speaks for a parent that no header names: quoted words, attributions, subjects; and how much."""

from __future__ import annotations

import pytest

from listforum.mail.claims import Claim, claim
from listforum.model.forum import Grounds
from listforum.topics.suggestions import DAY, Known, Subject, Suggestion, same_subject, source, suggest, weighed
from listforum.topics.wording import NOBODY, Passage

MONDAY = 1_772_438_400
"""2026-03-02, 8:00 UTC."""


def known(
    number: int,
    *,
    hours: float = 0,
    author: str = "Maria Silva",
    base: str = "the harvest figures",
    answers: bool = False,
    anonymous: bool = False,
    arrived: float | None = None,
) -> Known:
    """A post, written `hours` after Monday morning."""
    date = int(MONDAY + hours * 3600)
    return Known(
        post=number,
        date=date,
        arrived=None if arrived is None else int(MONDAY + arrived * 3600),
        message_id=f"m{number}",
        sent=date,
        author=author,
        address=None,
        anonymous=anonymous,
        base=base,
        prefixed=answers,
        quotes=False,
        lists=frozenset({1}),
    )


def passage(*shingles: int, said: Claim = NOBODY) -> Passage:
    return Passage(0, 3, said, shingles)


def found(post: Known, quoted: Passage, bearers: dict[int, list[int]], *candidates: Known) -> Suggestion | None:
    return suggest(post, [quoted], candidates, [weighed(quoted, bearers)], frozenset())


class TestQuotes:
    def test_whose_words_are_quoted_is_the_parent(self) -> None:
        one, other = known(1), known(2, base="pumps")
        found_one = found(known(9, hours=5, base="x"), passage(11, 12, 13), {11: [2], 12: [2], 13: [2]}, one, other)
        assert found_one == Suggestion(9, 2, "quote", 0.75, Grounds(3, False, False, False))

    def test_words_that_several_have_count_for_each_in_part(self) -> None:
        assert weighed(passage(11, 12), {11: [1, 2], 12: [2]}) == {1: 0.5, 2: 1.5}

    def test_words_that_many_have_count_for_nobody(self) -> None:
        assert weighed(passage(11), {11: [1, 2, 3, 4, 5, 6, 7]}) == {}

    def test_the_newest_of_equals_is_the_parent(self) -> None:
        bearers = {n: [1, 2] for n in (11, 12, 13, 14)}
        first, again = known(1, base="x"), known(2, hours=1, base="x")
        suggestion = found(known(9, hours=300, base="y"), passage(*bearers), bearers, again, first)
        assert suggestion is not None and suggestion.parent == 2

    def test_one_sample_of_many_proves_nothing(self) -> None:
        many = passage(*range(11, 41))
        assert found(known(9, hours=5, base="x"), many, {11: [1]}, known(1)) is None

    @pytest.mark.parametrize(
        ("said", "parent"),
        [
            ("On Mon, Mar 2, 2026 at 8:00 AM Maria Silva wrote:", 1),
            ("On 02/03/2026 13:30, somebody wrote:", 1),
            ("Le lun. 2 mars 2026 à 18:45, Ana Moreno a écrit :", 2),
            ("Ana Moreno wrote:", 2),
        ],
    )
    def test_an_attribution_tells_which_of_a_topic_is_answered(self, said: str, parent: int) -> None:
        maria, ana = known(1), known(2, hours=9.75, author="Ana Moreno", answers=True)
        suggestion = found(known(9, hours=30, answers=True), passage(said=claim(said)), {}, maria, ana)
        assert suggestion is not None
        assert (suggestion.parent, suggestion.reason) == (parent, "quote")

    def test_nothing_newer_can_be_quoted(self) -> None:
        assert found(known(1), passage(11), {11: [2]}, known(2, hours=1)) is None
        assert found(known(1, hours=5, arrived=6), passage(11), {11: [2]}, known(2, arrived=7)) is None

    def test_a_digests_mail_is_told_as_such(self) -> None:
        quoted = passage(11, 12, 13)
        hits = [weighed(quoted, {11: [2], 12: [2], 13: [2]})]
        suggestion = suggest(known(9, hours=5), [quoted], [known(2)], hits, frozenset({2, 3}))
        assert suggestion is not None and suggestion.reason == "digest"


CANDIDATES = {1: known(1), 2: known(2, hours=1, author="Ana Moreno")}


class TestSources:
    def test_a_passage_comes_from_whoever_has_its_words(self) -> None:
        assert source(passage(11, 12), {2: 2.0}, CANDIDATES, CANDIDATES[1]) == 2

    def test_the_parent_comes_before_others_that_have_them_too(self) -> None:
        assert source(passage(11, 12), {1: 1.0, 2: 1.0}, CANDIDATES, CANDIDATES[1]) == 1

    def test_too_short_a_passage_comes_from_the_parent_that_the_attribution_names(self) -> None:
        quoted = passage(said=claim("Ana Moreno wrote:"))
        assert source(quoted, {}, CANDIDATES, CANDIDATES[2]) == 2
        assert source(quoted, {}, CANDIDATES, CANDIDATES[1]) is None


class TestSubjects:
    def test_an_answer_stands_where_its_topic_is_young(self) -> None:
        first, later = known(1), known(2, hours=5, answers=True)
        assert same_subject(known(9, hours=24 * 29, answers=True), Subject([first, later], False), frozenset()) == [
            first,
            later,
        ]
        assert same_subject(known(9, hours=24 * 31, answers=True), Subject([later], True), frozenset()) == []

    def test_a_subject_of_one_word_holds_for_a_week(self) -> None:
        hello = known(1, base="hello")
        soon, late = (known(9, hours=24 * days, base="hello", answers=True) for days in (6, 8))
        assert same_subject(soon, Subject([hello], False), frozenset()) == [hello]
        assert same_subject(late, Subject([hello], False), frozenset()) == []

    def test_answers_to_a_post_that_is_not_here_stand_together(self) -> None:
        other = known(1, answers=True)
        assert same_subject(known(9, hours=5, answers=True), Subject([other], False), frozenset()) == [other]

    def test_nobody_answers_themselves_without_saying_so(self) -> None:
        first = known(1)
        assert same_subject(known(9, hours=5), Subject([first], False), frozenset()) == []
        assert same_subject(known(9, hours=5, author="Jo Lind"), Subject([first], False), frozenset()) == [first]
        unnamed = known(9, hours=5, anonymous=True)
        assert same_subject(unnamed, Subject([first], False), frozenset()) == [first]

    def test_without_prefixes_a_subject_tells_no_answer(self) -> None:
        assert same_subject(known(9, hours=5, author="Jo Lind"), Subject([known(1)], False), frozenset({1})) == []

    def test_the_subject_alone_is_weak(self) -> None:
        suggestion = suggest(known(9, hours=24 * 29, answers=True), [], [known(1)], [], frozenset())
        assert suggestion == Suggestion(9, 1, "subject", 0.65, Grounds(same_subject=True))
        assert DAY == 24 * 3600
