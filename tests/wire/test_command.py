"""IMAP commands: nothing from outside becomes part of a command but as text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.errors import UsageError
from listforum.wire import command

LINE_END = re.compile(r"[\r\n\0]")
uids = st.integers(1, command.LARGEST_UID)


def unpacked(text: str) -> set[int]:
    found: set[int] = set()
    for piece in text.split(","):
        first, _, last = piece.partition(":")
        found.update(range(int(first), int(last or first) + 1))
    return found


@settings(deadline=None, max_examples=200)
@given(st.lists(st.integers(1, 300) | st.integers(10**6, 10**6 + 5000), max_size=400))
def test_uid_sets_hold_exactly_the_uids(wanted: list[int]) -> None:
    sets = list(command.uid_sets(wanted))
    assert set().union(*(members for _, members in sets)) == set(wanted)
    assert sum(len(members) for _, members in sets) == len(set(wanted))
    assert all(unpacked(text) == members for text, members in sets)


def test_neighbours_become_ranges() -> None:
    ((text, _),) = command.uid_sets([5, 1, 2, 3, 9, 10, 3])
    assert text == "1:3,5,9:10"


def test_long_sets_are_split() -> None:
    sets = list(command.uid_sets(range(1_000_000, 1_010_000, 2)))
    assert len(sets) > 1
    assert all(len(text) <= command.LONGEST_UID_SET + 10 for text, _ in sets)


@pytest.mark.parametrize("uid", [0, -1, 2**32])
def test_what_is_no_uid_is_refused(uid: int) -> None:
    with pytest.raises(UsageError):
        list(command.uid_sets([uid]))
    with pytest.raises(UsageError):
        command.search_among((), uid)


@settings(deadline=None, max_examples=300)
@given(uids, st.text(max_size=50) | st.text('"\\{}() \r\n\0*%é', max_size=20))
def test_searched_text_stays_text(first: int, text: str) -> None:
    if LINE_END.search(text):
        with pytest.raises(UsageError):
            command.search_among((), first, ("HEADER List-Id", text))
        return
    line, *literals = command.search_among((), first, ("HEADER List-Id", text))
    assert b"\r" not in line
    assert b"\n" not in line
    if literals:
        assert line.endswith(b"HEADER List-Id {%d}" % len(literals[0]))
        assert b"CHARSET UTF-8" in line
        assert literals == [text.encode("utf-8", "surrogateescape")]
    else:
        quoted = re.fullmatch(rb'UID SEARCH UID \d+:4294967295 HEADER List-Id "((?:[^"\\]|\\["\\])*)"', line)
        assert quoted
        assert re.sub(rb"\\(.)", rb"\1", quoted[1]) == text.encode()


def test_criteria_stand_side_by_side() -> None:
    asked = command.search_among((), 7, ("OR TO", "a@example.org"), ("CC", "é"), ("NOT HEADER List-Id", "l"))
    assert asked == (
        b'UID SEARCH CHARSET UTF-8 UID 7:4294967295 OR TO "a@example.org" CC {2}',
        b'\xc3\xa9 NOT HEADER List-Id "l"',
    )


@pytest.mark.parametrize("section", ["1", "2.1", "TEXT", "", "1.2.3.4.5", "2.MIME", "HEADER", "3.TEXT"])
def test_a_section_is_fetched_by_range(section: str) -> None:
    assert command.part_item(section, 5, 10) == f"BODY.PEEK[{section}]<5.10>"


@pytest.mark.parametrize(
    "section", ["0", "1]", "1.", ".1", "1 2", "TEXT\r\n", "1] BODY[2", "MIME", "1.0", "١", "9" * 40]
)
def test_what_is_no_section_is_refused(section: str) -> None:
    with pytest.raises(UsageError):
        command.part_item(section, 0, 10)


@pytest.mark.parametrize(("offset", "length"), [(-1, 10), (0, 0), (0, -5), (0, 2**32)])
def test_what_is_no_range_is_refused(offset: int, length: int) -> None:
    with pytest.raises(UsageError):
        command.part_item("1", offset, length)


@pytest.mark.parametrize("name", ["", "Sub ject", "Subject:", "Subject)", "S\r\nX", "ünï", "x" * 101, 'a"b', "a{3}"])
def test_what_is_no_field_name_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        command.header_section([name])


@settings(deadline=None)
@given(st.text(max_size=40))
def test_a_folder_name_stays_a_name(folder: str) -> None:
    if LINE_END.search(folder):
        with pytest.raises(UsageError):
            command.examine(folder)
        return
    (line,) = command.examine(folder)
    assert re.fullmatch(rb'EXAMINE "(?:[ -!#-\[\]-~]|\\["\\])*"', line)
