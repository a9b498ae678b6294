"""Which words find which texts, in the languages of the people who search."""

from __future__ import annotations

import sys
import time
import unicodedata
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from snowballstemmer.english_stemmer import EnglishStemmer
from snowballstemmer.persian_stemmer import PersianStemmer
from snowballstemmer.russian_stemmer import RussianStemmer

from listforum.search import folding
from listforum.search.analysis import (
    MAX_WORD,
    atoms,
    beginning,
    counted,
    fingerprint,
    forms_of,
    pairs,
    phrase,
    raw_counts,
    raw_words,
    spans,
    term_counts,
    trails,
    words,
)
from listforum.search.folding import plain
from listforum.search.phrases import finder, holds_pair
from search.pairs import FINDS, FINDS_NOT, ZWNJ


def finds(typed: str, text: str) -> bool:
    """What is typed is read as a phrase: all its terms are indexed for the text, and stand there in that order."""
    indexed = set(words(text))
    return any(
        indexed.issuperset({*row, *pairs(typed)}) and any(phrase(row) in trail for trail in trails(text))
        for row in atoms(typed)
    )


@pytest.mark.parametrize(("language", "typed", "text"), FINDS)
def test_what_is_typed_finds_the_text(language: str, typed: str, text: str) -> None:
    assert finds(typed, text)


@pytest.mark.parametrize(("language", "typed", "text"), FINDS_NOT)
def test_what_is_typed_does_not_find_the_text(language: str, typed: str, text: str) -> None:
    assert not finds(typed, text)


@pytest.mark.parametrize(
    ("language", "written"),
    [("english", EnglishStemmer), ("russian", RussianStemmer), ("persian", PersianStemmer)],
)
def test_stemmers_in_python_and_in_c_give_the_same_terms(
    language: str, written: type[EnglishStemmer | RussianStemmer | PersianStemmer]
) -> None:
    quick = pytest.importorskip("Stemmer").Stemmer(language)
    forms = {plain(word) for _language, *texts in FINDS + FINDS_NOT for text in texts for word in raw_words(text)}
    assert [quick.stemWord(form) for form in sorted(forms)] == [written().stemWord(form) for form in sorted(forms)]


def test_threads_do_not_stem_each_others_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "_english", EnglishStemmer())
    every = [f"{stem}{ending}" for stem in ("connect", "relat", "gener") for ending in ("ions", "ional", "ed", "ing")]
    alone = list(map(folding.stem, every))
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            together = list(pool.map(lambda _turn: list(map(folding.stem, every)), range(40)))
    finally:
        sys.setswitchinterval(interval)
    assert together == [alone] * 40


def test_a_word_is_its_parts() -> None:
    assert words("see foo_bar@example.org/x-1") == ["see", "foo", "bar", "exampl", "org", "x", "1"]


def test_punctuation_symbols_and_controls_are_no_words() -> None:
    assert words("… --- 😀 \x00\x1b[ \ud800 ٪ ، \u200c \u200c-\u200c \u200d \u0301") == []


def test_a_joined_word_stands_joined_and_split() -> None:
    assert {"میروم", "می", "روم"} <= set(words(f"می{ZWNJ}روم"))
    assert atoms(f"می{ZWNJ}روم") == (("می", "روم"), ("میروم",))


def test_characters_without_spaces_stand_alone_and_in_pairs() -> None:
    assert sorted(words("搜索引")) == sorted(["搜", "索", "引", "搜索", "索引"])
    assert pairs("搜索引 a") == ("搜索", "索引")


def test_a_trail_holds_a_phrase_only_at_word_borders() -> None:
    (trail,) = trails("one two three")
    assert phrase(("one", "two")) in trail
    assert phrase(("one", "tw")) not in trail
    assert phrase(("wo", "three")) not in trail


def test_a_word_without_end_is_cut() -> None:
    assert words("é" * 10_000) == words("é" * MAX_WORD)


def test_a_sentence_without_spaces_is_no_long_word() -> None:
    assert finds("搜索引擎", "字" * 10_000 + "搜索引擎")


def test_the_fingerprint_is_the_same_each_time() -> None:
    assert fingerprint() == fingerprint()


ODD = "⼀㐀ｶﾞキ㈱aé\u0301ß½ﷺکیي\u200c\u200f ـ搜索引カが한й\u0306\n\t-@.'"
texts = st.text(alphabet=st.one_of(st.characters(), st.sampled_from(ODD)), max_size=60)


@given(texts)
@settings(deadline=None, max_examples=200)
def test_analysis_takes_any_text_and_gives_terms_that_can_be_written(text: str) -> None:
    for term in words(text):
        assert term
        assert term.encode()
        assert "\0" not in term


@given(texts)
@settings(deadline=None, max_examples=200)
def test_everything_a_phrase_is_made_of_is_indexed(text: str) -> None:
    indexed = set(words(text))
    assert indexed.issuperset(atom for row in atoms(text) for atom in row)
    assert indexed.issuperset(pairs(text))


@given(texts)
@settings(deadline=None, max_examples=200)
def test_spans_are_where_the_words_are(text: str) -> None:
    found = [term for _, _, terms in spans(text.replace("\n", " ")) for term in terms]
    assert set(found) == set(words(text.replace("\n", " ")))
    assert all(0 <= start < end <= len(text) for start, end, _ in spans(text))


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzéèçñüöâ", min_size=1, max_size=20))
@settings(deadline=None, max_examples=200)
def test_latin_accents_never_matter(word: str) -> None:
    bare = "".join(each for each in unicodedata.normalize("NFD", word) if not unicodedata.combining(each))
    assert words(word) == words(bare) == words(unicodedata.normalize("NFD", word))


@given(st.text(alphabet="ابپتثجچحدرزسشعغفقکگلمنوهیـ", min_size=1, max_size=12))
@settings(deadline=None, max_examples=200)
def test_arabic_and_persian_keyboards_never_matter(word: str) -> None:
    assert words(word.translate(str.maketrans("کی", "كي"))) == words(word)


@given(st.lists(texts, max_size=3))
@settings(deadline=None, max_examples=200)
def test_counting_the_terms_of_texts_is_counting_their_words(several: list[str]) -> None:
    expected = Counter(term for text in several for term in words(text))
    assert counted(*several) == expected
    assert term_counts(raw_counts(*several)) == expected


def test_the_forms_of_a_word_are_its_spellings_that_are_not_its_terms() -> None:
    assert forms_of(["running", "run", "connections"]) == {("running", "run"), ("connections", "connect")}
    assert forms_of(raw_words("Sérieux RUNNING")) == {("running", "run")}
    assert forms_of([]) == set()


@given(texts)
@settings(deadline=None, max_examples=200)
def test_every_form_stands_for_a_term_of_the_text(text: str) -> None:
    assert {term for _form, term in forms_of(raw_words(text))} <= set(words(text))
    assert all(form and form != term for form, term in forms_of(raw_words(text)))


@pytest.mark.parametrize(
    ("typed", "form"),
    [
        ("runnin", "runnin"),
        ("Conexió", "conexio"),
        ("foo-ba", "ba"),
        ("maria@exam", "exam"),
        ("кни", "кни"),
        (f"می{ZWNJ}رو", "میرو"),
        (f"می{ZWNJ}", "می"),
        ("كتا", "کتا"),
        ("搜", "搜"),
        ("全文搜索", "搜索"),
        ("在Lin", "lin"),
        ("linux在", "在"),
        ("", ""),
        (" -- ", ""),
    ],
)
def test_a_beginning_is_the_last_word_as_it_is_written(typed: str, form: str) -> None:
    assert beginning(typed) == form


SPACED = [*"abcdefgstuyzéèçñüöâßøæœＡ", "é", "ﬁ", "İ", *"ёйцукенговыами", "й", *"αςσάώ", *"кирилица"]
SPACED += [*"ابپتكکيیىةهآأإؤئنملو۴٣", "لا", "ﷺ", "ـ", "‌", "بَ", *"किहन्", "की", *"0123", "­"]
UNSPACED = [*"搜索引擎かがカｶ한국", "が", "ﾊﾞ", "한", "㈱"]


@given(st.lists(st.sampled_from(SPACED + UNSPACED), min_size=1, max_size=MAX_WORD // 2), st.data())
@settings(deadline=None, max_examples=300)
def test_every_beginning_of_a_word_begins_something_the_word_is_known_by(
    letters: list[str], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(1, len(letters)))
    word, typed = "".join(letters), "".join(letters[:cut])
    known = {*words(word), *(form for form, _term in forms_of(raw_words(word)))}
    assert any(each.startswith(beginning(typed)) for each in known) or not beginning(typed)


@pytest.mark.parametrize("pile", ["\u05bf\u05b0", "\u0323\u0301", "\U00010a0d\U00010a0f"])
@pytest.mark.parametrize("letter", ["א", "漢"])
def test_a_pile_of_marks_is_read_in_no_time(letter: str, pile: str) -> None:
    text = letter + pile * 30_000
    began = time.process_time()
    assert words(text)
    assert trails(text)
    assert list(spans(text))
    assert finder(phrase(("other",))).stands_in(text) is False
    assert holds_pair(text, "漢字") is False
    assert plain(text)
    assert time.process_time() - began < 3


@given(st.text(alphabet="漢字仮名かがﾊﾟ한글a1é", min_size=MAX_WORD + 1, max_size=3 * MAX_WORD))
@settings(deadline=None, max_examples=100)
def test_a_long_run_without_spaces_has_the_terms_of_its_characters_and_pairs(text: str) -> None:
    found = words(text)
    assert {term for term in found if folding.UNSPACED_RUN.fullmatch(term)} == {
        run[at : at + size]
        for raw in raw_words(text)
        for run in folding.unspaced_runs(raw)
        for size in (1, 2)
        for at in range(len(run) - size + 1)
    }
    assert counted(text) == Counter(found)


def test_a_long_run_without_spaces_makes_each_term_once() -> None:
    found = words("漢字仮名" * 1_000)
    assert len(set(map(id, found))) <= len(set(found)) + MAX_WORD


def test_a_beginning_is_no_pair_that_a_joiner_parts() -> None:
    assert beginning("a搜索") == "搜索"
    assert beginning(f"a搜{ZWNJ}索") == "索"
