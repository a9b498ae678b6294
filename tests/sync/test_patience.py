"""Which mail is to blame when some do not come, whatever the server is like: the rules alone, without a server."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.errors import BudgetError, LinkError, ServerError
from listforum.sync import costs
from listforum.sync.endurance import TRIES
from listforum.sync.patience import Asked, Patience
from listforum.sync.search import search

uid_sets = st.sets(st.integers(1, 400), min_size=1, max_size=120)


def answers(uids: Sequence[int], bad: Collection[int], failure: Exception) -> Iterator[int]:
    """A server that answers in the order of UIDs until it fails."""
    for uid in sorted(uids):
        if uid in bad:
            raise failure
        yield uid


def ask(uids: Sequence[int], bad: Collection[int], failure: Exception) -> Asked:
    asked = Asked.of_mails(sorted(uids))
    for uid in asked.watched(answers(uids, bad, failure)):
        asked.came(uid)
    return asked


@dataclass(slots=True)
class Worked:
    """What a run of work came to."""

    here: set[int] = field(default_factory=set)
    aside: set[int] = field(default_factory=set)


def work_through(uids: Collection[int], bad: Collection[int], *, keeps_link: bool) -> Worked:
    """All sessions that it takes, the newest mails first."""
    worked, patience = Worked(), Patience(costs.HEADERS_AT_ONCE)
    for _ in range(3 * len(uids) + 10):
        left = sorted(set(uids) - worked.here - worked.aside)[-patience.most :]
        if not left:
            break
        failure = ServerError("refused") if keeps_link else LinkError("dead")
        asked = ask(left, bad, failure)
        verdict = asked.verdict(patience, connected=keeps_link)
        worked.here |= set(left) - set(asked.missing)
        worked.aside |= set(verdict.blamed)
        assert set(verdict.blamed) <= set(asked.missing)
    return worked


@given(uid_sets, st.data())
@settings(deadline=None, max_examples=60)
def test_where_the_link_dies_at_a_mail_exactly_the_bad_ones_are_set_aside(uids: set[int], data: st.DataObject) -> None:
    bad = data.draw(st.sets(st.sampled_from(sorted(uids))))
    worked = work_through(uids, bad, keeps_link=False)
    assert (worked.here, worked.aside) == (uids - bad, bad)


@given(uid_sets, st.data())
@settings(deadline=None, max_examples=60)
def test_where_a_command_is_refused_exactly_the_bad_ones_are_set_aside(uids: set[int], data: st.DataObject) -> None:
    bad = data.draw(st.sets(st.sampled_from(sorted(uids)), max_size=3))
    worked = work_through(uids, bad, keeps_link=True)
    assert (worked.here, worked.aside) == (uids - bad, bad)


def test_what_is_refused_again_and_again_without_a_mail_between_is_not_blamed_on_mails() -> None:
    patience = Patience(200)
    errors = []
    for uid in range(20, 0, -1):
        verdict = ask([uid], {uid}, ServerError("no")).verdict(patience, connected=True)
        errors.append(verdict.error)
        assert bool(verdict.blamed) is (verdict.error is None)
    assert errors[:4] == [None] * 4
    assert all(errors[4:])


def test_all_is_well_where_all_came_before_the_refusal() -> None:
    asked = ask([1, 2], {3}, ServerError("no"))
    verdict = asked.verdict(Patience(200), connected=True)
    assert (verdict.blamed, verdict.left, verdict.error) == ((), (), None)


def test_nobody_is_blamed_where_the_person_stops_it() -> None:
    asked = Asked.of_mails([1, 2])
    stream = asked.watched(answers([1, 2], (), LinkError("dead")))
    asked.came(next(stream))
    verdict = asked.verdict(Patience(200), connected=True)
    assert (verdict.blamed, verdict.left, verdict.error, asked.ended) == ((), (2,), None, False)


def test_the_part_that_was_to_come_next_tells_the_mail_though_others_miss_parts_too() -> None:
    asked = Asked([(1, "1"), (2, "1"), (3, "1"), (1, "2"), (2, "2")])
    failing = answers([1, 2, 3], {3}, LinkError("dead"))
    for uid in asked.watched(failing):
        asked.came(uid, "1")
    patience = Patience(200)
    assert asked.verdict(patience, connected=False).left == (3, 1, 2)
    asked = Asked([(3, "1"), (1, "2"), (2, "2")])
    assert not list(asked.watched(answers([3], {3}, LinkError("dead"))))
    assert asked.verdict(patience, connected=False).blamed == (3,)


@pytest.mark.parametrize("failure", [ServerError("nonsense"), LinkError("dead"), BudgetError("spent")])
def test_what_ended_the_session_is_told_as_a_link_or_a_budget_that_ended(failure: Exception) -> None:
    error = ask([1, 2], {2}, failure).verdict(Patience(200), connected=False).error
    assert isinstance(error, BudgetError if isinstance(failure, BudgetError) else LinkError)
    assert str(error) == str(failure)


def test_a_link_that_dies_is_tried_again_ever_more_slowly_until_it_is_given_up() -> None:
    patience = Patience(200)
    patience.link.logged_in()
    pauses = [patience.link.pause(0.5) for _ in range(TRIES)]
    assert pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, None]


def test_a_link_that_falls_silent_is_given_up_sooner() -> None:
    patience = Patience(200)
    patience.link.logged_in()
    tried = 0
    while patience.link.pause(0.5) is not None:
        patience.link.waited_long()
        tried += 1
    assert tried < TRIES / 2


def test_what_was_never_reached_is_not_tried_again() -> None:
    assert Patience(200).link.pause(0.5) is None


@given(st.floats(0, 1))
def test_programs_that_lost_the_same_server_come_back_at_different_moments(chance: float) -> None:
    patience = Patience(200)
    patience.link.logged_in()
    pause = patience.link.pause(chance)
    assert pause is not None
    assert 0.25 <= pause <= 0.75


def test_a_link_that_brings_something_each_time_is_never_given_up() -> None:
    patience = Patience(200)
    patience.link.logged_in()
    for uid in range(1, 50):
        asked = ask([uid, uid + 1], {uid + 1}, LinkError("dead"))
        patience.moved_on()
        asked.verdict(patience, connected=False)
        assert patience.link.pause(0.5) == 0.5


def test_what_comes_in_each_session_and_is_not_kept_is_nothing_new() -> None:
    patience = Patience(200)
    patience.link.logged_in()
    blamed = []
    for _ in range(TRIES):
        blamed.append(ask([1, 2, 3], {2}, LinkError("dead")).verdict(patience, connected=False).blamed)
        pause = patience.link.pause(0.5)
    assert blamed[:2] == [(), (2,)]
    assert pause is None


def test_a_link_that_outlives_others_by_far_is_asked_for_all_there_is() -> None:
    patience = Patience(200)
    for _ in range(2):
        patience.link.begins(10_000)
        patience.link.broke(14_000)
        patience.link.pause(0.5)
    patience.link.begins(14_000)
    assert patience.link.at_once(15_000) == 2_000
    assert patience.link.at_once(18_500) == 500
    assert patience.link.at_once(22_000) is None


def test_a_piece_of_a_text_is_something_too() -> None:
    patience = Patience(200)
    patience.link.logged_in()
    for _ in range(20):
        ask([7], {7}, LinkError("dead"))
        patience.moved_on()
        assert patience.link.pause(0.5) == 0.5


def test_one_broken_link_puts_the_blame_on_no_mail() -> None:
    patience = Patience(200)
    verdict = ask([1, 2, 3], {2}, LinkError("dead")).verdict(patience, connected=False)
    assert (verdict.blamed, verdict.left) == ((), (2, 3))
    verdict = ask([2, 3], {2}, LinkError("dead")).verdict(patience, connected=False)
    assert (verdict.blamed, verdict.left) == ((2,), (3,))


def test_a_mail_is_asked_for_alone_once_in_a_run() -> None:
    patience = Patience(200)
    patience.line_up([(1, 7), (1, 8)])
    assert patience.first_time((1, 7))
    assert not patience.first_time((1, 7))
    assert patience.lined_up
    assert patience.first_time((1, 8))
    patience.line_up([(1, 7), (1, 8)])
    assert not patience.lined_up


# --- searching ----------------------------------------------------------------------------------------------------


@given(uid_sets, st.data())
@settings(deadline=None, max_examples=60)
def test_a_search_around_mails_that_cannot_be_read_finds_all_others(uids: set[int], data: st.DataObject) -> None:
    matching = data.draw(st.sets(st.sampled_from(sorted(uids))))
    bad = data.draw(st.sets(st.sampled_from(sorted(uids)), max_size=1 if len(uids) < 6 else 3))
    commands = 0

    def found(low: int, high: int) -> list[int]:
        nonlocal commands
        commands += 1
        if any(low <= uid <= high for uid in bad):
            raise ServerError("cannot read")
        return [uid for uid in sorted(matching) if low <= uid <= high]

    answer = search(1, 400, found, lambda low, high: sorted(uids))
    assert set(answer.uids) == matching - bad
    assert answer.uids == sorted(answer.uids)
    assert set(answer.unreadable) == bad
    assert commands <= 1 + 2 * len(bad) * len(uids).bit_length()


def test_a_search_that_is_always_refused_is_given_up_soon() -> None:
    commands = 0

    def refuse(low: int, high: int) -> list[int]:
        nonlocal commands
        commands += 1
        raise ServerError("cannot search at all")

    for existing in ([], list(range(1, 5)), list(range(1, 20_001))):
        commands = 0
        with pytest.raises(ServerError, match="at all"):
            search(1, 20_000, refuse, lambda low, high: existing)  # noqa: B023
        assert commands < 25


@given(st.sets(st.integers(1, 60)).map(sorted), st.integers(1, 60), st.integers(1, 60))
@settings(deadline=None, max_examples=60)
def test_ranges_leave_out_just_what_is_taken_out(uids: list[int], low: int, high: int) -> None:
    ranges = list(costs.without(uids, low, high))
    assert [uid for begin, end in ranges for uid in range(begin, end + 1)] == [
        uid for uid in range(low, high + 1) if uid not in uids
    ]
