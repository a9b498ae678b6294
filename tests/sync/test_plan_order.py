"""The plan: what is fetched in which order, what it costs and what is left, whatever there is and whatever it costs."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.model.forum import Mark
from listforum.sync.plan import LEFT, News, Plan, Text, make_plan

marks: st.SearchStrategy[Mark | None] = st.sampled_from((None, "followed", "muted"))
texts = st.lists(
    st.builds(Text, st.integers(1, 40), st.integers(0, 9), st.integers(0, 40_000), marks),
    unique_by=lambda text: text.post,
    max_size=30,
)
news = st.builds(News, st.integers(0, 300), st.integers(0, 2_000), st.integers(0, 5_000))
budgets = st.none() | st.integers(0, 500_000)


def count(plan: Plan, *what: str) -> int:
    return sum(step.count for step in plan.steps if step.what in what)


@given(news, texts, budgets, st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=100)
def test_the_order_in_which_it_is_told_does_not_matter(
    new: News, known: list[Text], budget: int | None, dice: random.Random
) -> None:
    shuffled = dice.sample(known, len(known))
    assert make_plan(new, shuffled, budget) == make_plan(new, [*known, *known], budget)


@given(news, texts, st.integers(0, 500_000))
@settings(deadline=None, max_examples=200)
def test_it_never_costs_more_than_the_budget(new: News, known: list[Text], budget: int) -> None:
    assert make_plan(new, known, budget).price <= budget


@given(news, texts, budgets)
@settings(deadline=None, max_examples=200)
def test_everything_is_fetched_or_waits_and_nothing_is_both(new: News, known: list[Text], budget: int | None) -> None:
    plan = make_plan(new, known, budget)
    kept = [*plan.texts, *plan.muted, *plan.too_dear]
    assert sorted(kept, key=lambda text: text.post) == sorted(known, key=lambda text: text.post)
    assert plan.new.count + plan.too_many.count == new.count
    assert count(plan, "followed", "others", "new", "muted", "budget") == len(known) + new.count
    everything = sum(text.price for text in known) + new.count * (new.header + new.text)
    assert sum(step.price for step in plan.steps) == everything


@given(news, texts, budgets)
@settings(deadline=None, max_examples=100)
def test_texts_of_muted_topics_are_never_fetched_and_nothing_else_is_left_without_a_budget(
    new: News, known: list[Text], budget: int | None
) -> None:
    plan = make_plan(new, known, budget)
    assert set(plan.muted) == {text for text in known if text.mark == "muted"}
    assert all(text.mark != "muted" for text in (*plan.texts, *plan.too_dear))
    if budget is None:
        assert count(plan, "budget") == 0


@given(news, texts, budgets)
@settings(deadline=None, max_examples=100)
def test_followed_topics_come_first_then_the_newest(new: News, known: list[Text], budget: int | None) -> None:
    plan = make_plan(new, known, budget)
    assert {text.mark for text in plan.followed} <= {"followed"}
    assert {text.mark for text in plan.others} <= {None}
    for group in (plan.followed, plan.others, plan.muted):
        assert list(group) == sorted(group, key=lambda text: (-text.date, -text.post))
    assert [step.what for step in plan.steps] == ["headers", "followed", "new", "others", "muted", "budget"]


@given(news, texts, st.integers(0, 500_000))
@settings(deadline=None, max_examples=200)
def test_what_waits_for_its_price_would_not_have_fitted_when_its_turn_came(
    new: News, known: list[Text], budget: int
) -> None:
    plan = make_plan(new, known, budget)
    left = budget - plan.headers.count * new.header
    if plan.headers.count < new.count:
        assert left < new.header
        assert (plan.texts, plan.new.count) == ((), 0)
        return
    for text in (text for text in plan.too_dear if text.mark == "followed"):
        ahead = [one for one in plan.followed if (-one.date, -one.post) < (-text.date, -text.post)]
        assert text.price > left - sum(one.price for one in ahead)


@given(news, texts, budgets, st.integers(0, 30))
@settings(deadline=None, max_examples=200)
def test_planned_again_on_the_way_it_goes_on_as_planned(
    new: News, known: list[Text], budget: int | None, done: int
) -> None:
    plan = make_plan(new, known, budget)
    again = make_plan(plan.headers, plan.texts, budget)
    assert again.texts == plan.texts
    if new.count == 0:
        came = plan.texts[:done]
        rest = [text for text in known if text not in came]
        left = None if budget is None else budget - sum(text.price for text in came)
        assert make_plan(new, rest, left).texts == plan.texts[done:]


def test_a_text_that_never_fits_keeps_nothing_behind_it_waiting() -> None:
    long, short = Text(1, 9, 33_000, "followed"), Text(2, 1, 900)
    plan = make_plan(News(), [long, short], 30_000)
    assert (plan.texts, plan.too_dear) == ((short,), (long,))


def test_its_steps_tell_counts_and_prices() -> None:
    known = [Text(1, 1, 300, "followed"), Text(2, 2, 40), Text(3, 3, 5_000, "muted")]
    plan = make_plan(News(10, 100, 200), known, None)
    told = {step.what: (step.count, step.price) for step in plan.steps}
    assert told == {
        "headers": (10, 1_000),
        "followed": (1, 300),
        "new": (10, 2_000),
        "others": (1, 40),
        "muted": (1, 5_000),
        "budget": (0, 0),
    }
    assert plan.price == 3_340
    assert sum(step.price for step in plan.steps if step.what in LEFT) == 5_000
