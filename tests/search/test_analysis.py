"""Which words find which texts, in the languages of the people who search."""

from __future__ import annotations

import unicodedata
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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

ZWNJ = "\u200c"

FINDS = [
    # language, what is typed, a text it finds
    ("English", "run", "They kept RUNNING all night"),
    ("English", "connection", "several connections dropped"),
    ("English", "Connected", "connect it first"),
    ("English", "naive", "a naïve question"),
    ("English", "cafe", "the café opens"),
    ("English", "café", "the cafe opens"),
    ("English", "café", "the cafe\u0301 opens"),
    ("English", "dont", "don\u00adt hyphenate this"),
    ("English", "file", "the \ufb01le is gone"),
    ("English", "abc", "ＡＢＣ in full width"),
    ("English", "quick-fix", "a Quick fix for it"),
    ("English", "v2.7", "since V2.7 it works"),
    ("identifier", "io_error", "raises IO_ERROR at once"),
    ("identifier", "error", "raises io_error at once"),
    ("address", "maria@example.org", "write to <maria@example.org>."),
    ("address", "maria", "write to <maria@example.org>."),
    ("address", "https://example.org/a/b", "see https://example.org/a/b?c=1"),
    ("address", "example.org", "see https://example.org/a/b?c=1"),
    ("French", "reunion", "la réunion de mardi"),
    ("French", "réunions", "la réunion de mardi"),
    ("French", "oeuvre", "une œuvre commune"),
    ("French", "eau", "un peu d'eau"),
    ("Spanish", "reunion", "la reunión del martes"),
    ("Spanish", "ESPAÑA", "los jardines de españa"),
    ("Spanish", "jardines", "JARDINES públicos"),
    ("Spanish", "publicos", "jardines públicos"),
    ("Portuguese", "informacao", "mais informação"),
    ("Portuguese", "coração", "do coracao"),
    ("German", "strasse", "an der Straße"),
    ("German", "schön", "SCHON wieder"),
    ("Turkish", "istanbul", "İstanbul'da"),
    ("Turkish", "isik", "ışık"),
    ("Polish", "lodz", "jadę do ŁODZI albo Łódź"),
    ("Greek", "κηπος", "ο ΚΗΠΟΣ μας"),
    ("Greek", "κήπος", "ο κηπος μας"),
    ("Russian", "еще", "Ещё раз"),
    ("Russian", "книга", "много книг на полке"),
    ("Russian", "серверы", "на СЕРВЕРЕ ошибка"),
    ("Russian", "новый", "это новая версия"),
    ("Russian", "Йод", "и\u0306од в аптечке"),
    ("Persian", "كتاب", "یک کتاب خوب"),
    ("Persian", "کتابی", "كتابي خوب"),
    ("Persian", "کتاب", f"همه کتاب{ZWNJ}ها"),
    ("Persian", "کتاب", "همه کتابها"),
    ("Persian", f"کتاب{ZWNJ}های", "کتاب تازه"),
    ("Persian", f"می{ZWNJ}روم", "فردا میروم"),
    ("Persian", f"می{ZWNJ}روم", "فردا می روم"),
    ("Persian", "می روم", f"فردا می{ZWNJ}روم"),
    ("Persian", "میروم", f"فردا می{ZWNJ}روم"),
    ("Persian", "۱۴۰۳", "سال 1403"),
    ("Persian", "1403", "سال ۱۴۰۳"),
    ("Persian", "ازادی", "آزادی بیان"),
    ("Persian", "خانه", "خانۀ ما"),
    ("Persian", "مسیول", "مسئول باغ"),
    ("Persian", "دانشجو", "دانشجویان تازه"),
    ("Persian", "سلام", "ســـلام بر همه"),
    ("Persian", "سلام", "\u200fسلام\u200f بر همه"),
    ("Arabic", "مدرسة", "في المدرسه"),
    ("Arabic", "كتاب", "الكِتَابُ الجديد"),
    ("Arabic", "كتاب", "والكتاب الجديد"),
    ("Arabic", "مستخدم", "جميع المستخدمين"),
    ("Arabic", "احمد", "أحمد هنا"),
    ("Arabic", "على", "علي هنا"),
    ("Arabic", "٢٠٢٤", "عام 2024"),
    ("Arabic", "سوال", "سؤال مهم"),
    ("Chinese", "搜索", "全文搜索引擎"),
    ("Chinese", "搜索引擎", "一个搜索引擎"),
    ("Chinese", "书", "我的书很多"),
    ("Chinese", "搜索引擎", "一个搜索\n引擎"),
    ("Chinese", "linux", "在Linux上"),
    ("Chinese", "在Linux上", "请在Linux上测试"),
    ("Japanese", "検索", "全文検索エンジン"),
    ("Japanese", "カタカナ", "ｶﾀｶﾅで書く"),
    ("Korean", "한국", "한국어를 배운다"),
    ("Hindi", "हिन्दी", "यह हिन्दी में है"),
]

FINDS_NOT = [
    ("English", "run", "the ruin"),
    ("English", "art", "a party"),
    ("English", "note", "a notary"),
    ("English", "v2.7.5", "2 of 7 in v2 and 5"),
    ("English", "quick-fix", "fix it, quick"),
    ("address", "maria@example.org", "example.org hosts maria"),
    ("German", "schön", "schonen"),
    ("Spanish", "año", "a no"),
    ("Russian", "книга", "книжный магазин"),
    ("Russian", "мир", "мэр"),
    ("Russian", "й", "и"),
    ("Persian", "کتاب", "تاب"),
    ("Persian", "باران", "بار"),
    ("Persian", f"می{ZWNJ}روم", "روم می"),
    ("Persian", "زن", "زنگ"),
    ("Arabic", "كتاب", "مكتب"),
    ("Arabic", "الان", "ان"),
    ("Chinese", "索引", "搜索 引擎"),
    ("Chinese", "搜索引擎", "引擎搜索"),
    ("Chinese", "搜引", "搜索引擎"),
    ("Japanese", "かき", "がき"),
    ("Japanese", "は", "ば"),
    ("Korean", "한국", "한 국"),
    ("Hindi", "कि", "की"),
]


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
