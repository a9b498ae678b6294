"""A phrase is found exactly where its terms stand in a row in the text, however quickly it is told."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.search import analysis, folding, phrases
from listforum.search.match import Analysed, values_of
from listforum.search.phrases import finder, holds_pair
from listforum.search.query import Clause
from listforum.search.readings import beginnings, readings

WORDS = [
    *("hand", "hands", "handed", "handy", "Pump", "pumps", "pumping", "tie", "tying", "die", "dying", "a", "12", "x1"),
    *("é", "café", "cafe\u0301", "naïve", "“", "”", "ﬁle", "file", "ﬁ", "ß", "\u00ad", "_", "½"),
    *("ещё", "книга", "книги", "большая"),
    *("کتاب\u200cها", "کتاب", "ها", "كتاب", "می\u200cروم", "می", "روم", "الكتاب", "\u200c", "\ufc5b"),
    *("搜", "索", "搜索", "搜索引擎", "引擎", "在Linux上", "か\u3099", "が", "搜\u0301索", "\u0301"),
    *(" ", "  ", "\n", "\r\n", "-", ", ", "\0", "\x1f"),
]
texts = st.lists(st.one_of(st.sampled_from(WORDS), st.just(" "), st.text(max_size=4)), max_size=30).map("".join)
typed_phrases = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)


@given(texts, typed_phrases)
@settings(deadline=None, max_examples=250)
def test_a_phrase_is_found_where_it_stands_in_a_trail(text: str, typed: str) -> None:
    for row in filter(None, analysis.atoms(typed)):
        phrase = analysis.phrase(row)
        assert finder(phrase).stands_in(text) == any(phrase in trail for trail in analysis.trails(text))


@given(texts, texts)
@settings(deadline=None, max_examples=150)
def test_a_phrase_of_the_text_itself_is_found(before: str, words: str) -> None:
    for row in filter(None, analysis.atoms(words)):
        assert finder(analysis.phrase(row)).stands_in(f"{before} {words} .")


@given(texts, typed_phrases, st.lists(st.sampled_from(["pump", "hand", "کتاب", "книг", "引"]), max_size=2))
@settings(deadline=None, max_examples=250)
def test_a_phrase_that_ends_in_a_beginning_is_found_where_a_term_begins_so_or_is_one_of_those_named(
    text: str, typed: str, ends: list[str]
) -> None:
    for reading in beginnings(typed):
        if reading.phrase.endswith("\0") or not reading.phrase:
            continue
        head = reading.phrase.removesuffix(reading.prefix)
        wanted = [reading.phrase, *(f"{head}{end}\0" for end in ends)]
        expected = any(each in trail for trail in analysis.trails(text) for each in wanted)
        assert finder(reading.phrase, tuple(ends)).stands_in(text) == expected


STEMS = [
    *"abcdefghijklmnopqrstuvwxyz",
    "ty",
    "dy",
    "ly",
    "sk",
    "rel",
    "organ",
    "hop",
    "happ",
    "usab",
    "trouble",
    "conn",
]
ENDINGS = [
    *("s", "es", "ies", "ied", "ed", "eed", "ing", "ying", "ly", "edly", "ingly", "y", "e", "er", "est", "ss", "sses"),
    *(
        "ational",
        "ation",
        "ator",
        "ization",
        "izer",
        "ability",
        "ibility",
        "bility",
        "alism",
        "ality",
        "alize",
        "icate",
    ),
    *("fulness", "ousness", "iveness", "iviti", "logy", "ogi", "ence", "ance", "ement", "ment", "ent", "ful", "ness"),
    *("nales", "siones", "aux", "eaux", "coes", "nioes", "ais", "inais", "pais", "veis", "dagens", "agens", "icais"),
    *("'s", "ll", "tt", "at", "bl", "iz", "ability", "ally", "ical", "iciti", "ative", "able", "ible", "ism", "ous"),
]


@given(st.lists(st.sampled_from(STEMS), min_size=1, max_size=3), st.lists(st.sampled_from(ENDINGS), max_size=3))
@settings(deadline=None, max_examples=500)
def test_an_english_word_begins_as_its_term_does_but_for_the_last_two_letters(
    stems: list[str], endings: list[str]
) -> None:
    for raw in analysis.raw_words("".join((*stems, *endings))):
        term = folding.stem(raw)
        assert raw.startswith(term[: max(1, len(term) - phrases.CHANGED_BY_STEMMER)])


def test_a_phrase_is_found_though_all_words_had_to_be_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phrases, "MAX_WORDS", 3)
    clause = Clause(("text",), readings("كتاب ها"))
    for number in range(10):
        assert Analysed(values_of("", ("", ""), f"این é{number} کتاب ها را")).meets(clause)
        assert not Analysed(values_of("", ("", ""), f"این é{number} ها کتاب را")).meets(clause)


@pytest.mark.parametrize(
    ("typed", "text", "found"),
    [
        ("hand pump", "the Hands  -- PUMPED it", True),
        ("hand pump", "the pump in hand", False),
        ("hand pump", "hand made, hand\npumps", True),
        ("hand pump", "beforehand pump", False),
        ("hand pump", "by hand “pump” é", True),
        ("کتاب ها", "این کتاب\u200cها", True),
        ("کتاب\u200cها", "این کتابها", True),
        ("搜索引", "全文搜索\n引擎", True),
        ("搜索引", "搜 索引", False),
        ("cafe noir", "un cafe\u0301 noir", True),
    ],
)
def test_phrases_as_people_type_them(typed: str, text: str, found: bool) -> None:
    clause = Clause(("text",), readings(typed))
    assert Analysed(values_of("", ("", ""), text)).meets(clause) is found


def test_a_phrase_does_not_run_from_one_text_into_the_next() -> None:
    clause = Clause(("author", "file"), readings("maria pump"))
    values = values_of("", ("Maria", "pump@example.org"), "", ("maria", "pump"))
    assert not Analysed(values).meets(clause)
    assert Analysed(values_of("", ("Maria Pump", ""), "")).meets(clause)


@given(st.text(alphabet="搜索引 \n\u200c\u0301かが\u3099a", max_size=12))
@settings(deadline=None, max_examples=150)
def test_neighbours_are_a_pair_where_they_are_a_term(text: str) -> None:
    terms = set(analysis.words(text))
    for pair in ("搜索", "索引", "がが", "か索"):
        assert holds_pair(text, pair) == (pair in terms)


@pytest.mark.parametrize(
    ("typed", "forms", "text", "met"),
    [
        ("pum*", (), "two pumps", True),
        ("pumpi*", (), "two pumps", False),
        ("pumpi*", ("pump",), "two pumps", True),
        ("hand-pumpi*", ("pump",), "hand pumps", True),
        ("hand-pumpi*", ("pump",), "pumps by hand", False),
        ("hand-pu*", (), "hand pumps", True),
    ],
)
def test_a_beginning_is_met_by_terms_and_by_forms_that_are_known(
    typed: str, forms: tuple[str, ...], text: str, met: bool
) -> None:
    clause = Clause(("text",), beginnings(typed.removesuffix("*")))
    assert Analysed(values_of("", ("", ""), text), lambda _prefix: forms).meets(clause) is met
