"""Rows that lead elsewhere: links between topics, whose words a fold holds, the lists of a post; at any width."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from conversations import TOPIC, chain, record, view
from listforum.model.forum import PostView, QuoteSource, TopicLink, TopicOutline
from listforum.tui.layout.cells import LRM, width
from listforum.tui.layout.headings import heading
from listforum.tui.layout.links import Links, branch_rows, first_words, links_of, origin_rows
from listforum.tui.layout.order import Placed
from listforum.tui.layout.post import Folds, Page, Target, post_rows
from listforum.tui.layout.thread import ThreadLayout

NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=80)
ORIGIN = TopicLink(9, "Census", here=1, there=90, posts=4)
BRANCH = TopicLink(7, "Maps", here=1, there=70, posts=1)
QUOTE = "\n".join(f"> a quoted line, the {n}th of them" for n in range(12))


def laid(outline: TopicOutline, room: int = 60) -> ThreadLayout:
    topic = chain(2, rows=2, read=True)
    layout = ThreadLayout(outline.posts, topic.load, Page(room), links_of(outline))
    layout.lay(range(len(layout.posts)))
    return layout


def rows(layout: ThreadLayout) -> list[str]:
    return [layout.line(row).line.text.replace(LRM, "") for row in range(layout.height)]


def outline(**changed: object) -> TopicOutline:
    return replace(chain(2, rows=2, read=True).outline, **changed)  # type: ignore[arg-type]  # the caller names fields


def test_the_origin_stands_below_the_heading_and_branches_below_the_text() -> None:
    layout = laid(outline(origin=ORIGIN, branches=(BRANCH,)))
    assert rows(layout)[:8] == [
        "  Maria Silva · 2026-03-05 13:00 UTC",
        "▸ branched off: Census",
        "",
        "post 1, line 1 of 2",
        "post 1, line 2 of 2",
        "",
        "▸ branch: Maps (1 post)",
        "",
    ]
    assert [layout.line(row).stands_for for row in (1, 6)] == [Target("link", 90), Target("link", 70)]
    assert layout.last_text_row(0) == 4


def test_every_row_is_found_again_where_links_stand() -> None:
    layout = laid(outline(origin=ORIGIN, branches=(BRANCH, replace(BRANCH, topic=8, there=80))))
    assert [layout.row_of(*layout.anchor(row)) for row in range(layout.height)] == list(range(layout.height))


def test_a_branch_that_grows_or_goes_is_shown_as_it_is_now() -> None:
    before = outline(branches=(BRANCH,))
    layout = laid(before)
    after = outline(branches=(replace(BRANCH, posts=2),))
    layout.take(after.posts, links_of(after))
    layout.lay([0])
    assert "▸ branch: Maps (2 posts)" in rows(layout)
    layout.take(outline().posts, links_of(outline()))
    assert "branch" not in "".join(rows(layout))


@settings(deadline=None, max_examples=200)
@given(NAMES, st.integers(12, 200))
def test_links_take_one_row_of_any_width(subject: str, room: int) -> None:
    links = Links(replace(ORIGIN, subject=subject), (replace(BRANCH, subject=subject),))
    for words, _link in (*origin_rows(links, room), *branch_rows(links, room)):
        assert width(words) <= room
        assert "\n" not in words


@settings(deadline=None, max_examples=200)
@given(st.lists(NAMES, min_size=2, max_size=4), NAMES, st.integers(20, 200))
def test_a_heading_with_its_lists_is_one_row(lists: list[str], author: str, room: int) -> None:
    assert width(heading(Placed(record(2, 1, author=author), 1), room, lists).text) <= room


def test_right_to_left_names_keep_what_stands_around_them_in_place() -> None:
    assert f"داده{LRM} + نقشه{LRM}" in heading(Placed(record(1), 0), 100, ["داده", "نقشه"]).text
    [(words, _link)] = branch_rows(Links(branches=(replace(BRANCH, subject="باغ روی بام"),)), 60)
    assert words == f"▸ branch: باغ روی بام{LRM} (1 post)"
    shown = post_rows(seen(author="سمیرا"), Page(78), Folds())
    assert shown[-1].text == f"▸ 12 quoted lines of سمیرا{LRM}, 2026-03-05"


def seen(*more: QuoteSource, author: str = "Omar") -> PostView:
    sources = (QuoteSource(3, 12, 5, TOPIC, author, record(1).date), *more)
    return replace(view(f"I agree.\n\nOmar wrote:\n{QUOTE}"), sources=sources)


def test_a_fold_of_several_posts_says_so() -> None:
    shown = post_rows(seen(QuoteSource(9, 3, 6, TOPIC, "Ana", 0)), Page(78), Folds())
    assert shown[-1].text.replace(LRM, "") == "▸ 12 quoted lines of Omar and others, 2026-03-05"


def test_a_quote_is_found_where_it_was_written_however_it_is_wrapped_there() -> None:
    text = "> These are the words that somebody wrote.\n\nThese are the words\nthat somebody quotes in full."
    topic = chain(2)
    topic.views[0] = view(text, record(1))
    layout = ThreadLayout(topic.outline.posts, topic.load, Page(60))
    words = first_words("> These are the words that somebody\n> quotes", QuoteSource(0, 2, 1, TOPIC))
    assert words == ["These", "are", "the", "words", "that", "somebody"]
    assert layout.row_of_words(0, words) == 3
    assert layout.row_of_words(0, ["never", "written"]) is None
    assert layout.row_of_words(0, []) is None
