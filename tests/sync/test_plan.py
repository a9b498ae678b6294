"""What to fetch next and what it may cost, whatever the numbers are."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.model.mail import Part
from listforum.model.server import Cursor, UidSet
from listforum.sync import costs, plan

uids = st.lists(st.integers(1, 5_000), unique=True).map(sorted)
sizes = st.integers(0, 200_000)


def part(size: int) -> Part:
    return Part("1", "text/plain", size)


@given(uids, st.integers(1, 300))
@settings(deadline=None, max_examples=50)
def test_windows_take_every_mail_once_newest_first_and_settle_the_whole_range(found: list[int], size: int) -> None:
    first, last = 1, 6_000
    left, taken, settled = list(found), [], UidSet()
    while first <= last:
        window = plan.next_window(left, first, last, size)
        taken.append(window.uids)
        settled = settled.with_range(window.low, window.high)
        del left[len(left) - len(window.uids) :]
        last = window.low - 1
    assert [uid for window in reversed(taken) for uid in window] == found
    assert settled.ranges == ((1, 6_000),)
    assert all(len(window) <= size for window in taken)


@given(uids, st.integers(1, 6_000))
@settings(deadline=None, max_examples=50)
def test_history_leaves_the_newest_above_its_floor(found: list[int], wanted: int) -> None:
    past = plan.history(found, wanted, len(found))
    above = [uid for uid in found if uid >= past.floor]
    assert above == found[-wanted:]
    assert past.older == len(found) - len(above)


@given(uids, uids, st.integers(1, 5_000), st.integers(1, 5_000))
@settings(deadline=None, max_examples=50)
def test_what_is_stored_settled_or_below_the_floor_is_not_fetched(
    found: list[int], stored: list[int], floor: int, low: int
) -> None:
    cursor = Cursor(1, UidSet().with_range(low, low + 500), floor, 500, 0)
    assert plan.unsettled(found, cursor, stored) == tuple(
        uid for uid in found if uid >= floor and uid not in stored and not low <= uid <= low + 500
    )


@given(st.integers(1, 10**6), st.integers(0, 10**6), st.none() | st.integers(0, 10**6))
@settings(deadline=None, max_examples=100)
def test_searches_cover_every_uid_once(first: int, count: int, budget: int | None) -> None:
    windows = list(costs.search_windows(first, first + count - 1, budget))
    assert sum(high - low + 1 for low, high in windows) == count
    ends = [first - 1, *(high for _, high in windows)]
    assert all(low == end + 1 for (low, _), end in zip(windows, ends, strict=False))
    if budget is None:
        assert len(windows) <= 1


@given(sizes, st.none() | st.integers(0, 10**6), st.sampled_from([costs.TEXT_LIMIT, costs.DIGEST_LIMIT]))
@settings(deadline=None, max_examples=100)
def test_a_text_is_asked_for_whole_or_up_to_the_limit(size: int, budget: int | None, limit: int) -> None:
    length = costs.asked_length(part(size), budget, limit)
    assert min(size, limit) <= length <= limit
    if size:
        assert costs.text_price([part(size)], limit) <= costs.text_worst([part(size)], budget, limit)
    else:
        assert costs.text_worst([part(size)], budget, limit) == 0
    if budget is not None:
        assert length <= max(1_024, 2 * size)


@given(st.lists(st.integers(1, 40_000), min_size=1), st.integers(0, 10**6))
@settings(deadline=None, max_examples=100)
def test_no_more_texts_are_asked_for_than_the_budget_bears(worsts: list[int], budget: int) -> None:
    count = costs.texts_within(worsts, budget)
    assert 1 <= count <= min(len(worsts), costs.TEXTS_AT_ONCE)
    assert count == 1 or sum(worsts[:count]) + costs.REQUEST <= budget


@given(st.integers(0, 10**6))
@settings(deadline=None, max_examples=100)
def test_no_more_headers_are_asked_for_than_the_budget_bears(budget: int) -> None:
    count = costs.headers_within(budget)
    assert 1 <= count <= costs.HEADERS_AT_ONCE
    assert count == 1 or costs.headers_worst(count) <= budget
