"""A topic as rows: in which order it is read, what its headings tell, and where everything stands."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from conversations import Topic, chain, record, view
from listforum.model.forum import Attachment
from listforum.tui.layout.cells import LRM, width
from listforum.tui.layout.headings import heading
from listforum.tui.layout.order import Placed, reading_order
from listforum.tui.layout.post import HEADING, Page
from listforum.tui.layout.thread import ThreadLayout


def plain(placed: Placed, room: int = 80) -> str:
    return heading(placed, room).text.replace(LRM, "")


def laid(topic: Topic, room: int = 78) -> ThreadLayout:
    layout = ThreadLayout(topic.outline.posts, topic.load, Page(room))
    layout.lay(range(len(layout.posts)))
    return layout


def texts(layout: ThreadLayout) -> list[str]:
    return [layout.line(row).line.text.replace(LRM, "") for row in range(layout.height)]


# --- the order ----------------------------------------------------------------------------------------------------


def test_an_answer_follows_what_it_answers_and_siblings_follow_by_date() -> None:
    order = reading_order([record(1), record(2, 1), record(3, 1), record(4, 2), record(5, 4)])
    assert [(one.record.post, one.depth) for one in order] == [(1, 0), (2, 1), (4, 2), (5, 3), (3, 1)]


def test_an_answer_says_whom_it_answers_where_that_is_not_just_above() -> None:
    order = reading_order([record(1, author="Omar"), record(2, 1), record(3, 1)])
    assert [one.answers and one.answers.author for one in order] == [None, None, "Omar"]


def test_a_parent_in_another_topic_makes_a_beginning() -> None:
    assert [one.depth for one in reading_order([record(2, 99), record(3, 2)])] == [0, 1]


@settings(deadline=None, max_examples=200)
@given(st.lists(st.one_of(st.none(), st.integers(1, 12)), min_size=1, max_size=12))
def test_every_post_comes_once_whatever_the_edges_say(parents: list[int | None]) -> None:
    records = [record(post, parent) for post, parent in enumerate(parents, 1)]
    assert sorted(one.record.post for one in reading_order(records)) == list(range(1, len(parents) + 1))


def test_a_chain_of_thousands_is_no_deeper_than_the_screen() -> None:
    order = reading_order([record(post, post - 1 or None) for post in range(1, 3000)])
    assert order[-1].depth == 2998
    assert plain(order[-1]).index("└") == plain(order[6]).index("└")


# --- headings -----------------------------------------------------------------------------------------------------


def test_a_heading_tells_who_when_whom_and_whether_it_is_new() -> None:
    order = reading_order([record(1, author="Omar", read=True), record(2, 1), record(3, 1, author="Li Wei")])
    assert plain(order[0]) == "  Omar · 2026-03-05 13:00 UTC"
    assert plain(order[2]) == "● └ Li Wei · 2026-03-05 15:00 UTC · answers Omar"


def test_a_missing_parent_is_told() -> None:
    (alone,) = reading_order([record(7, missing="gone@example.org")])
    assert plain(alone).endswith("· answers a post that is not here")


@settings(deadline=None, max_examples=200)
@given(
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=60),
    st.integers(20, 300),
    st.integers(0, 40),
)
def test_a_heading_is_one_row_whatever_the_name_and_the_depth(author: str, room: int, depth: int) -> None:
    placed = Placed(record(2, 1, author=author), depth, record(1, author=author))
    assert width(heading(placed, room).text) <= room


# --- rows ---------------------------------------------------------------------------------------------------------


def test_posts_stand_one_below_the_other_with_a_blank_row_between() -> None:
    layout = laid(chain(2, rows=2, read=True))
    assert texts(layout) == [
        "  Maria Silva · 2026-03-05 13:00 UTC",
        "post 1, line 1 of 2",
        "post 1, line 2 of 2",
        "",
        "  └ Maria Silva · 2026-03-05 14:00 UTC",
        "post 2, line 1 of 2",
        "post 2, line 2 of 2",
        "",
    ]
    assert [layout.post_at(row) for row in range(8)] == [0, 0, 0, 0, 1, 1, 1, 1]
    assert layout.line(4).stands_for == HEADING


@settings(deadline=None, max_examples=100)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=8), st.integers(20, 200), st.integers(20, 200))
def test_a_place_in_the_text_is_found_again_at_any_width(heights: list[int], before: int, after: int) -> None:
    words = ["\n".join(f"{line} " + "some words " * 9 for line in range(rows)) for rows in heights]
    topic = Topic([view(text, record(post, post - 1 or None)) for post, text in enumerate(words, 1)])
    layout = laid(topic, before)
    places = [layout.anchor(row) for row in range(layout.height)]
    layout.resize(after)
    layout.lay(range(len(layout.posts)))
    assert all(layout.post_at(layout.row_of(*place)) == place[0] for place in places)
    layout.resize(before)
    layout.lay(range(len(layout.posts)))
    assert [layout.row_of(*place) for place in places] == list(range(layout.height))


def test_only_the_posts_that_show_are_read_at_once() -> None:
    topic = chain(50, rows=10)
    layout = ThreadLayout(topic.outline.posts, topic.load, Page(78))
    layout.lay_rows(0, 24)
    assert topic.asked == [1, 2]
    while layout.lay_more(0, 8):
        pass
    assert topic.asked == list(range(1, 51))


def test_preparing_moves_no_row_before_all_are_ready() -> None:
    topic = chain(30, rows=3)
    layout = ThreadLayout(topic.outline.posts, topic.load, Page(78))
    guessed = layout.start(20)
    while layout.lay_more(10, 4):
        assert layout.start(20) == guessed
    layout.lay(range(30))
    assert layout.start(20) == 20 * 5
    assert layout.height == 30 * 5


def test_a_post_that_was_read_by_now_is_not_read_from_the_archive_again() -> None:
    topic = chain(3)
    layout = laid(topic)
    topic.asked.clear()
    layout.take(chain(3, read=True).outline.posts)
    assert "●" not in "".join(texts(layout))
    assert topic.asked == []


def test_a_text_that_has_come_takes_the_place_of_its_price() -> None:
    topic = Topic([view(None, record(1, here=False)), view("Thanks!", record(2, 1))])
    layout = laid(topic)
    assert "d fetches it" in texts(layout)[1]
    topic.views[0] = view("Here are the files.", record(1))
    layout.take(topic.outline.posts)
    assert texts(layout)[1] == "Here are the files."
    assert layout.is_here(0)


def test_a_file_that_has_come_is_no_longer_on_the_server() -> None:
    waiting = Attachment(1, "map.png", "image/png", 9000, "waiting")
    topic = Topic([view("See the map.", record(1), [waiting])])
    layout = laid(topic)
    assert "on the server" in texts(layout)[-2]
    topic.views[0] = view("See the map.", record(1), [replace(waiting, state="here")])
    layout.take(topic.outline.posts)
    layout.lay([0])
    assert "9.0 kB, here" in texts(layout)[-2]


def test_new_posts_take_their_place_in_the_order() -> None:
    layout = laid(chain(2, rows=1))
    layout.take([record(1), record(2, 1), record(3, 1)])
    assert [one.record.post for one in layout.posts] == [1, 2, 3]
    assert layout.place_of(3) == 2


def test_the_row_on_which_own_words_end_is_above_signature_and_quoted_tail() -> None:
    text = "Thanks!\n\nOn Monday, Omar wrote:\n" + "\n".join(f"> line {n}" for n in range(9))
    layout = laid(Topic([view(text)]))
    assert texts(layout)[layout.last_text_row(0)] == "Thanks!"
