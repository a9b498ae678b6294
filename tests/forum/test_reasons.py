"""Why a post stands where it stands, in sentences."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conversations import record
from listforum.forum.reasons import Known, evidence, is_told, quoted, quoting, reasons
from listforum.model.forum import Edge, Grounds, PostRecord, QuoteSource, Reason, Verdict

PARENT = record(1, author="Omar")
OMAR = "the post of Omar, 2026-03-05 13:00 UTC"
KNOWN = Known({1: PARENT}, {1: "Census"})


def child(
    reason: Reason | None = "in-reply-to",
    confidence: float = 1.0,
    grounds: Grounds | None = None,
    *,
    parent: int | None = 1,
    missing: str | None = None,
) -> PostRecord:
    return replace(record(2), edge=Edge(2, parent, reason, confidence, missing, grounds=grounds))


def told(post: PostRecord, known: Known = KNOWN) -> str:
    return " ".join(reasons(post, known)).replace("\u200e", "")


def test_a_header_is_named_and_whom_it_leads_to() -> None:
    assert told(child()) == f"Its header says so: In-Reply-To names {OMAR}."


def test_how_certain_it_is_stands_there_in_words_and_percent_and_what_is_missing() -> None:
    sentences = told(child("references", 0.8, missing="gone@example.org"))
    assert "References" in sentences
    assert "That is very likely: 80 %." in sentences
    assert "also names a post that is not here: gone@example.org" in sentences


def test_a_quote_tells_how_many_lines_of_whom_and_what_the_line_above_names() -> None:
    grounds = Grounds(4, author_named=True, moment_named=True, same_subject=True)
    assert told(child("quote", 0.97, grounds)) == (
        f"No header says what it answers. It quotes 4 lines of {OMAR}. "
        "The line above the quote names its author, and when it was written. The subject is the same. "
        "That is as good as certain: 97 %."
    )


def test_a_quote_stands_in_for_a_header_that_leads_nowhere() -> None:
    sentences = told(child("quote", 0.7, Grounds(1), missing="gone@example.org"))
    assert sentences == (
        f"Its header names a post that is not here: gone@example.org It quotes 1 line of {OMAR}. That is likely: 70 %."
    )


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("subject", f"It came soon after {OMAR}, and has the same subject. That is a guess: 50 %."),
        ("digest", f"It answers a digest of the list, and of the mails in it {OMAR}. That is a guess: 50 %."),
        ("thread-index", f"Its header says so: by its Thread-Index it answers {OMAR}. That is a guess: 50 %."),
        ("person", f"You put it here yourself, below {OMAR}."),
    ],
)
def test_every_other_reason_has_its_sentence(reason: Reason, words: str) -> None:
    assert words in told(child(reason, 0.5))


def test_a_branch_names_the_topic_it_branched_off() -> None:
    branch = replace(child(), topic=2, edge=replace(child().edge, branch=True))
    assert told(branch) == (
        "Its subject changed, so it begins a topic of its own. "
        f"It branched off “Census”, where it answers {OMAR}. Its header says so: In-Reply-To names that post."
    )


def test_a_beginning_an_orphan_and_a_split_differ() -> None:
    assert "It begins the topic" in told(child(None, parent=None))
    assert "not here: gone@example.org" in told(child(None, parent=None, missing="gone@example.org"))
    split = Known(verdicts={2: Verdict(2, None)})
    assert told(child(None, parent=None), split) == "You made it begin a topic of its own."


def test_evidence_is_one_text_and_a_plain_beginning_has_none() -> None:
    assert evidence(child(), KNOWN) == " ".join(reasons(child(), KNOWN))
    assert evidence(child(None, parent=None), KNOWN) is None
    assert evidence(child(None, parent=None), Known(verdicts={2: Verdict(2, None)})) is not None


def test_what_a_header_says_is_not_worth_a_word_beside_the_post() -> None:
    assert [is_told(child(reason)) for reason in ("in-reply-to", "references", "quote", "subject", "person")] == [
        False, False, True, True, True,
    ]  # fmt: skip


def test_quotes_are_counted_for_each_post() -> None:
    sources = [QuoteSource(0, 2, 1, 1, "Omar", PARENT.date), QuoteSource(9, 3, 1, 1, "Omar", PARENT.date)]
    other = QuoteSource(5, 1, 7, 4, "Ana", PARENT.date)
    assert [words.replace("\u200e", "") for words in quoting([*sources, other], parent=1)] == [
        "It quotes 5 lines of that post.",
        "It quotes 1 line of the post of Ana, 2026-03-05 13:00 UTC.",
    ]
    assert quoted([]) == ""
    assert quoted(sources).rstrip("\u200e") == "Omar"
    assert quoted([*sources, other]).replace("\u200e", "") == "Omar and others"
