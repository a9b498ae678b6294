"""What a run does and costs, in words."""

from __future__ import annotations

import pytest

from listforum.forum.told import size


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
