"""What a run does and costs, in words."""

from __future__ import annotations

import pytest

from listforum.forum.told import came, price, size
from listforum.sync.report import ListReport


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (51_000, "51.0 kB"),
        (99_949, "99.9 kB"),
        (99_950, "100 kB"),
        (181_000, "181 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (1_200_000, "1.2 MB"),
        (5_000_000_000, "5.0 GB"),
    ],
)
def test_a_size_is_as_exact_as_anybody_needs(count: int, words: str) -> None:
    assert size(count) == words


class TestAListThatWasLeftEarly:
    def test_what_came_is_not_all(self) -> None:
        words = came(ListReport("gardens", 11, 0, 11, 12_700, left_early=True))
        assert words == "gardens: 11 new posts, 0 texts; the rest next time; 11 texts wait (12.7 kB)"

    def test_nothing_new_is_not_said_of_what_nobody_looked_at(self) -> None:
        assert came(ListReport("gardens", left_early=True)) == "gardens: left for the next time"
        assert price(ListReport("gardens", left_early=True)) == "gardens: nobody looked yet what is new there"

    def test_what_was_done_is_told_as_it_is(self) -> None:
        assert came(ListReport("gardens", done=True)) == "gardens: 0 new posts, 0 texts"
