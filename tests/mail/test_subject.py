"""Subjects folded for comparing and for showing."""

from __future__ import annotations

import time
import unicodedata
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.mail.prefixes import FORWARD, REPLY
from listforum.mail.subject import bare_subject, base_subject, display_subject, fold_spaces, list_tag, reply_base

TAGS = ["open-data"]


class TestBaseSubject:
    @pytest.mark.parametrize("prefix", REPLY)
    @pytest.mark.parametrize("colon", [":", " :", "：", ": ", "[2]:", "(3):", " (3) :", "^4:"])
    def test_a_reply_has_the_base_of_what_it_answers(self, prefix: str, colon: str) -> None:
        assert base_subject(f"{prefix}{colon}The census") == "the census"

    @pytest.mark.parametrize("prefix", FORWARD)
    def test_so_has_a_forward(self, prefix: str) -> None:
        assert base_subject(f"{prefix}: The census") == "the census"

    @pytest.mark.parametrize(
        "subject",
        [
            "Re: AW: SV: The census",
            "RE[2]: Fwd: The census",
            "Re: Re: Re: The census",
            "[open-data] The census",
            "Re: [open-data] The census",
            "[open-data] Re: The census",
            "[Open-Data] Re: [open-data] AW: The census",
            "[open-data 123] The census",
            "The census (fwd)",
            "Re: The census (Fwd) (fwd)",
            "[Fwd: The census]",
            "Re: [Fwd: Re: The census]",
            "[EXTERNAL] The census",
            "Re: [External] [open-data] The census",
            "***SPAM*** The census",
            "  Re:   The \t census ",
            "\N{RIGHT-TO-LEFT MARK}Re: \N{LEFT-TO-RIGHT EMBEDDING}The census\N{POP DIRECTIONAL FORMATTING}",
            "Re\N{NO-BREAK SPACE}: The census",
            "回复：转发: The census",
            "رد: The census",
            "پاسخ: The census",
        ],
    )
    def test_everything_around_it_is_taken_off_in_any_order(self, subject: str) -> None:
        assert base_subject(subject, TAGS) == "the census"

    @pytest.mark.parametrize(
        "subject",
        [
            "smb: mounts fail",
            "ath79: add a board",
            "note: bring maps",
            "regarding: maps",
            "Relay works",
            "Answer: no",
            "[patch] maps",
            "[other-list] maps",
            "maps (forward)",
            "re maps",
        ],
    )
    def test_other_words_stay(self, subject: str) -> None:
        assert base_subject(subject, TAGS) == subject.casefold()

    @pytest.mark.parametrize("subject", ["Re:", "Re: AW:", "Fwd: "])
    def test_prefixes_alone_leave_nothing(self, subject: str) -> None:
        assert base_subject(subject) == ""

    @pytest.mark.parametrize("subject", ["[open-data]", "(fwd)", "[EXTERNAL]"])
    def test_a_tag_alone_stays(self, subject: str) -> None:
        assert base_subject(subject, TAGS) == subject.casefold()
        assert base_subject(f"Re: {subject}", TAGS) == subject.casefold()

    def test_letters_are_compared_without_case_and_in_one_form(self) -> None:
        assert base_subject("CAFE\N{COMBINING ACUTE ACCENT} Straße") == base_subject("café STRASSE")

    def test_joiners_inside_persian_words_stay(self) -> None:
        assert base_subject("Re: پرونده‌ها") == "پرونده‌ها"

    def test_tags_may_be_given_with_brackets(self) -> None:
        assert base_subject("[open-data] maps", ["[Open-Data]"]) == "maps"

    @given(st.text(max_size=60))
    @settings(deadline=None, max_examples=200)
    def test_folding_twice_changes_nothing_more(self, subject: str) -> None:
        once = display_subject(subject, TAGS)
        assert display_subject(once, TAGS) == once

    @given(
        st.lists(
            st.sampled_from([*(f"{word}: " for word in (*REPLY, *FORWARD)), "[open-data] ", "[EXT] "]), max_size=6
        ),
        st.text(alphabet="abc سلام 中文 Éñ-", min_size=1, max_size=30).filter(str.strip),
    )
    @settings(deadline=None, max_examples=200)
    def test_any_stack_of_prefixes_and_tags_folds_to_the_same_base(self, stack: list[str], subject: str) -> None:
        assert base_subject("".join(stack) + subject, TAGS) == base_subject(subject, TAGS)

    @pytest.mark.parametrize("unit", ["Re: ", "[open-data] ", "[fwd:", "(fwd)", " (fwd)", "[", "Re", "[EXT]", " ", "*"])
    def test_a_subject_of_100_kilobytes_is_folded_at_once(self, unit: str) -> None:
        subject = unit * (100_000 // len(unit))
        began = time.process_time()
        base_subject(subject, TAGS)
        list_tag([subject])
        assert time.process_time() - began < 3


SEEN_IN_MAIL_PROGRAMS = {
    "Re": "RE re",
    "Aw": "AW aw Antw ANTW Antwort ANTWORT",
    "Sv": "SV sv",
    "Vs": "VS vs",
    "Vá": "VÁ vá",
    "Rép": "RÉP rép",
    "Réf": "RÉF réf Ref REF",
    "R": "r",
    "Rif": "RIF rif",
    "Res": "RES res",
    "Odp": "ODP odp",
    "Ynt": "YNT ynt",
    "Yanıt": "YANIT yanıt",
    "Bls": "BLS bls",
    "Atb": "ATB atb",
    "Απ": "ΑΠ απ",
    "Σχετ": "ΣΧΕΤ σχετ",
    "回复": "回覆 答复 答覆",
    "返信": "",
    "תגובה": "",
    "رد": "",
    "پاسخ": "",
    "Fwd": "FWD fwd Fw FW fw",
    "Wg": "WG wg",
    "Doorst": "DOORST doorst",
    "Vl": "VL vl",
    "Tr": "TR tr Trs TRS trs",
    "I": "i",
    "Fs": "FS fs",
    "Rv": "RV rv",
    "Enc": "ENC enc",
    "Pd": "PD pd",
    "İlt": "İLT ilt ILT",
    "Yml": "YML yml",
    "Vb": "VB vb Vidarebefordra VIDAREBEFORDRA",
    "Πρθ": "ΠΡΘ πρθ",
    "Továbbítás": "TOVÁBBÍTÁS továbbítás",
    "转发": "轉寄 轉發",
    "転送": "",
    "הועבר": "",
    "إعادة توجيه": "",
}
SPELLINGS = [word for row in SEEN_IN_MAIL_PROGRAMS.items() for word in (row[0], *row[1].split())]


FORMS = [
    "{}: The census",
    "{}:The census",
    "{} : The census",
    "{}： The census",
    "{}：The census",
    "{}[3]: The census",
    "{} [3] : The census",
    "{}(3): The census",
    "{}^3: The census",
    "{}*3: The census",
    "{0}: {0}: {0}: The census",
    "Re: {}: AW: The census",
    "[open-data] {}: The census",
    "{}: [open-data] The census",
    "[open-data] {0}: [open-data] {0}: The census",
    "[open-data 17] [Open-Data] {}: The census",
    "[open-data][open-data] {}: The census",
    "\N{RIGHT-TO-LEFT MARK}{}\N{RIGHT-TO-LEFT MARK}: The census",
    "\N{RIGHT-TO-LEFT EMBEDDING}{}:\N{POP DIRECTIONAL FORMATTING} The census",
    "\N{FIRST STRONG ISOLATE}{}\N{POP DIRECTIONAL ISOLATE}: The census",
    "\N{ZERO WIDTH NO-BREAK SPACE}{}\N{NO-BREAK SPACE}: The census",
    "{}\N{IDEOGRAPHIC SPACE}：\N{IDEOGRAPHIC SPACE}The census",
]
ANY_OTHER_WORDS = [
    *("smb", "ath79", "mvebu", "any", "note", "bug", "git", "arm", "net", "doc", "wiki", "x86", "usb", "tip"),
    *("regarding", "reply", "respond", "answer", "forward", "ant", "ren", "ress", "trac", "ics", "via", "svn"),
    *("вопрос", "問題", "سؤال", "שאלה", "ερώτηση", "pregunta", "frage", "dúvida", "soru"),
]


class TestPrefixesOfTheWorld:
    @pytest.mark.parametrize("word", SPELLINGS)
    def test_each_is_taken_off_in_every_form(self, word: str) -> None:
        forms: list[Literal["NFC", "NFD"]] = ["NFC", "NFD"]
        subjects = [unicodedata.normalize(form, text.format(word)) for text in FORMS for form in forms]
        assert {subject: base_subject(subject, TAGS) for subject in subjects} == dict.fromkeys(subjects, "the census")

    @pytest.mark.parametrize("word", [word for word in SPELLINGS if len(word) > 1])
    def test_none_of_them_is_taken_off_a_real_word(self, word: str) -> None:
        forms = ["{} maps", "{}x: maps", "{}-maps: x", "un{}: maps", "{}; maps", "{}/maps", "maps {}: x"]
        subjects = [form.format(word) for form in forms]
        assert {subject: display_subject(subject) for subject in subjects} == {
            text: fold_spaces(text) for text in subjects
        }

    @pytest.mark.parametrize("word", ANY_OTHER_WORDS)
    def test_any_other_word_before_a_colon_stays(self, word: str) -> None:
        subjects = [form.format(word) for form in ("{}: thing", "{}[2]: thing", "{}：thing", "{} : thing")]
        for subject in subjects:
            assert base_subject(subject, TAGS) == subject.casefold()
            assert base_subject(f"Re: {subject}", TAGS) == subject.casefold()


class TestBareSubject:
    @pytest.mark.parametrize(
        "subject",
        [
            "The census",
            "[open-data] The census",
            "[open-data] [maps] Re: The census",
            "Re: [a] AW: [b 17] The census (fwd)",
            "[PATCH v2 3/7] The census",
            "[open-data] [Fwd: The census]",
            "[Fwd: [open-data] The census]",
            "[] The census",
        ],
    )
    def test_every_leading_tag_goes(self, subject: str) -> None:
        assert bare_subject(subject) == "the census"

    @pytest.mark.parametrize(("subject", "bare"), [("[a] [b]", "[b]"), ("Re: [a]", "[a]"), ("Re:", ""), ("", "")])
    def test_tags_alone_keep_the_last(self, subject: str, bare: str) -> None:
        assert bare_subject(subject) == bare

    def test_brackets_inside_stay(self) -> None:
        assert bare_subject("[open-data] The census [2019]") == "the census [2019]"

    @pytest.mark.parametrize("unit", ["[a] ", "[", "[]", "Re: [x] ", "[fwd:", "[a", "[a]]", "]"])
    def test_a_subject_of_100_kilobytes_is_folded_at_once(self, unit: str) -> None:
        subject = unit * (100_000 // len(unit))
        began = time.process_time()
        bare_subject(subject)
        assert time.process_time() - began < 3


class TestDisplaySubject:
    def test_letters_stay_as_they_were_written(self) -> None:
        assert display_subject("Re: [open-data]  The Census (fwd)", TAGS) == "The Census"

    def test_nothing_gives_nothing(self) -> None:
        assert display_subject("") == ""


class TestReplyBase:
    @pytest.mark.parametrize(
        ("subject", "base"),
        [
            ("Re: [open-data] AW: maps", "[open-data] maps"),
            ("[open-data] Re: maps", "[open-data] maps"),
            ("[open-data] maps", "[open-data] maps"),
            ("Re: [a] [b] SV: maps", "[a] [b] maps"),
            ("[open-data]", "[open-data]"),
            ("Re:", ""),
        ],
    )
    def test_brackets_stay_and_prefixes_go(self, subject: str, base: str) -> None:
        assert reply_base(subject) == base


class TestListTag:
    def test_the_bracket_most_subjects_lead_with(self) -> None:
        subjects = ["[Open-Data] a", "Re: [Open-Data] b", "[open-data] c", "AW: [Open-Data] d", "lost its tag"]
        assert list_tag(subjects) == "Open-Data"

    def test_a_counter_in_the_bracket_is_no_part_of_it(self) -> None:
        assert list_tag([f"[maps:{number:05}] news" for number in range(5)]) == "maps"

    @pytest.mark.parametrize(
        "subjects",
        [
            [],
            ["[a] x"] * 4,
            ["[a] x"] * 3 + ["x"] * 2,
            ["[PATCH] x"] * 9,
            ["a [b] x"] * 9,
            ["x"] * 9,
        ],
    )
    def test_no_tag_without_proof(self, subjects: list[str]) -> None:
        assert list_tag(subjects) is None
