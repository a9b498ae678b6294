"""Subjects folded for comparing and for showing."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.mail.prefixes import FORWARD, REPLY
from listforum.mail.subject import base_subject, display_subject, list_tag, reply_base

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
