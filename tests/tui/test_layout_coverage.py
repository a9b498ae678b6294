"""What has been on the screen, and what was skipped."""

from __future__ import annotations

from conversations import Topic, chain
from listforum.tui.layout.coverage import Coverage
from listforum.tui.layout.post import Page
from listforum.tui.layout.thread import ThreadLayout


def laid(topic: Topic) -> ThreadLayout:
    layout = ThreadLayout(topic.outline.posts, topic.load, Page(78))
    layout.lay(range(len(layout.posts)))
    return layout


def test_a_post_is_through_when_its_last_words_have_been_on_the_screen() -> None:
    coverage = Coverage(laid(chain(2, rows=20)))
    coverage.note(0, 20)
    assert not coverage.is_through(0)
    coverage.note(19, 39)
    assert coverage.is_through(0)
    assert not coverage.is_through(1)


def test_what_was_skipped_is_not_through_until_it_has_been_shown() -> None:
    coverage = Coverage(laid(chain(1, rows=40)))
    coverage.note(0, 10)
    coverage.note(30, 42)
    assert not coverage.is_through(0)
    coverage.note(10, 25)
    coverage.note(25, 42)
    assert coverage.is_through(0)


def test_an_end_without_its_heading_is_not_the_post() -> None:
    coverage = Coverage(laid(chain(1, rows=40)))
    coverage.note(20, 42)
    assert not coverage.is_through(0)


def test_who_comes_back_goes_on_from_there() -> None:
    coverage = Coverage(laid(chain(1, rows=40)))
    coverage.continue_at(25)
    coverage.note(24, 42)
    assert coverage.is_through(0)


def test_a_new_width_forgets_nothing() -> None:
    layout = laid(chain(1, rows=30))
    coverage = Coverage(layout)
    coverage.note(0, 20)
    layout.resize(10)
    layout.lay([0])
    coverage.note(80, layout.height)
    assert not coverage.is_through(0)
    coverage.note(50, layout.height)
    assert coverage.is_through(0)
