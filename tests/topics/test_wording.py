"""What a text tells threading."""

from __future__ import annotations

from listforum.mail.quotes import blocks, own_words
from listforum.topics.shingles import shingles
from listforum.topics.wording import MOST_PASSAGES, Wording, wording

TEXT = """On Mon, Mar 2, 2026 at 8:00 AM Maria Silva wrote:
> On Sunday Ana Moreno wrote:
>> The pumps have run dry.
>
> The harvest figures are online since this morning.
> They are complete.

Who compares them?

> Somebody should go there.

I shall.
"""


def told(text: str) -> Wording:
    return wording(own_words(text), blocks(text))


def test_passages_are_what_was_quoted_first_hand_each_with_whom_it_names() -> None:
    lines = TEXT.split("\n")
    passages = told(TEXT).passages
    assert [lines[one.line : one.line + one.lines] for one in passages] == [lines[1:2], lines[3:6], lines[9:10]]
    assert {one.claim.names for one in passages} == {("maria silva",)}


def test_a_passage_is_sampled_without_its_marks() -> None:
    passage = told(TEXT).passages[-1]
    assert passage.shingles == shingles("Somebody should go there.")


def test_own_words_are_sampled_without_quotes() -> None:
    assert told(TEXT).own == shingles("Who compares them?\n\nI shall.")


def test_an_attribution_without_a_quote_still_names_somebody() -> None:
    (passage,) = told(
        "I shall go there.\n\nOn Mon, Mar 2, 2026 at 8:00 AM Maria Silva <maria@example.org> wrote:"
    ).passages
    assert (passage.lines, passage.shingles) == (0, ())
    assert passage.claim.addresses == ("maria@example.org",)


def test_a_game_of_short_answers_is_bounded() -> None:
    game = "\n\n".join(f"> Question {n} of this long mail?\n\nYes, {n}." for n in range(3 * MOST_PASSAGES))
    assert len(told(game).passages) == MOST_PASSAGES
