"""The guide of the demo: one step at a time, and none for what was done already."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from listforum.demo.guide import Guide
from listforum.tui.companion import Event

TOUR: Sequence[tuple[Event, str]] = (
    ("priced", "Enter fetches them"),
    ("cut", "s goes on from there"),
    ("synced", "space reads on"),
    ("read", "/ searches offline"),
    ("searched", "Enter opens it there"),
    ("found", "y says why"),
    ("asked why", "A newcomer's question"),
    ("queued", "s sends it"),
    ("sent", "s once more"),
    ("on the list", "That was the tour"),
)


def test_every_step_of_the_tour_leads_to_the_next() -> None:
    guide = Guide(37)
    assert guide.advice().startswith("37 new posts wait")
    for event, words in TOUR:
        guide.happened(event)
        assert words in guide.advice(), event


def test_who_is_not_cut_is_not_told_of_a_cut() -> None:
    guide = Guide(37)
    for event in ("priced", "synced"):
        guide.happened(event)
    assert "space reads on" in guide.advice()


def test_a_demo_that_goes_on_begins_with_reading() -> None:
    assert "space reads on" in Guide(0).advice()


@pytest.mark.parametrize("skipped", ["found", "asked why"])
def test_a_step_that_was_skipped_does_not_come_back(skipped: str) -> None:
    guide = Guide(0)
    for event, _words in TOUR[3:]:
        if event != skipped:
            guide.happened(event)
    assert "That was the tour" in guide.advice()
