"""What a post's text tells threading: samples of its own words, and the passages it quotes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from listforum.mail.claims import Claim, claim
from listforum.mail.quote_marks import quote_depth
from listforum.model.mail import Block
from listforum.topics.shingles import shingles

MOST_PASSAGES: Final = 20
"""Passages looked at in one post: more than this is a game of answers to single lines."""

MOST_SHINGLES: Final = 40
"""Shingles kept of one passage."""

NOBODY: Final = Claim((), (), ())


@dataclass(frozen=True, slots=True)
class Passage:
    """What a post quotes in one piece: lines `line` to `line + lines` (excluded) of its text, from 0 on.

    `claim` is what the line above says of its writer, `shingles` the sample of its words. Without `lines` it is an
    attribution that no quote follows.
    """

    line: int
    lines: int
    claim: Claim
    shingles: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """The sample of a post's own words, and the passages it quotes, from top to bottom."""

    own: tuple[int, ...]
    passages: tuple[Passage, ...]


def wording(own_words: str, cut: Iterable[Block]) -> Wording:
    """What threading needs of a text, from its own words and from the blocks it was cut into."""
    return Wording(shingles(own_words), tuple(islice(_passages(cut), MOST_PASSAGES)))


def _passages(cut: Iterable[Block]) -> Iterator[Passage]:
    """Quotes of the first level: deeper ones were quoted by somebody else. An attribution holds until the next one."""
    line = 0
    said, unused = NOBODY, None
    for block in cut:
        lines = block.text.count("\n") + 1
        if block.kind == "attribution" and block.depth == 0:
            said = claim(block.text)
            unused = Passage(line, 0, said, ())
        elif block.kind == "quote" and block.depth == 1:
            words = "\n".join(quote_depth(quoted)[1] for quoted in block.text.split("\n"))
            filled = block.text.rstrip().count("\n") + 1
            yield Passage(line, filled, said, shingles(words)[:MOST_SHINGLES])
            unused = None
        line += lines
    if unused is not None:
        yield unused
