"""What the subject of a reply says about the post it answers."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.mail.prefixes import AMBIGUOUS, FORWARD, REPLY
from listforum.topics.subjects import changed, prefixed

OLD = "Well pump stops at night"


class TestChanged:
    @pytest.mark.parametrize(
        ("child", "parent"),
        [
            ("Meeting on Friday", "Printer drivers"),
            ("Re: Meeting on Friday", "Re: Printer drivers"),
            ("[water] Meeting on Friday", "[water] Printer drivers"),
            ("Seeds for the spring (was: Well pump stops at night)", OLD),
            ("Seeds for the spring (Was Re: Well pump stops at night)", f"Re: {OLD}"),
            ("Seeds for the spring [was: Well pump stops at night]", OLD),
            ("Seeds for the spring [WAS Re: Well pump stops ... ]", OLD),
            ("Seeds for the spring (previously: Well pump stops at night)", OLD),
            ("Seeds for the spring (previously Well pump stops at night)", OLD),
            ("Seeds for the spring (was: Well pump stops at ni", OLD),
            ("Re: [water] Seeds for the spring (was: [water] Well pump stops at night)", OLD),
            ("Seeds for the spring, was: Well pump stops at night", OLD),
            ("Seeds for the spring was Re: Well pump stops at night", OLD),
            ("Some more questions: Re: Well pump stops at night", OLD),
            ("Saatgut (war: Well pump stops at night)", OLD),
            ("Semences (était : Well pump stops at night)", OLD),
            ("Semillas (antes: Well pump stops at night)", OLD),
            ("Zaden (voorheen: Well pump stops at night)", OLD),
            ("Nasiona (było: Well pump stops at night)", OLD),
            ("Семена (было: Насос в колодце)", "Насос в колодце"),
            ("种子（原：水泵坏了）", "水泵坏了"),
            ("بذر بهار (قبلا: پمپ چاه)", "پمپ چاه"),
            ("دستور جلسه جمعه", "پمپ چاه شب خاموش می‌شود"),
            ("周五开会", "水泵晚上停了"),
            ("Seeds (was: Well pump stops at night)", "Well pump stops at night (was: Hello)"),
            ("Unsubscribe", OLD),
            ("Well pumps of wood (was: Well pumps of tin (was: Buckets))", "Well pumps of tin (was: Buckets)"),
            ("Slow pumps of tin (was: ticket 34 / no water)", "ticket 34 / no water"),
        ],
    )
    def test_something_else_began(self, child: str, parent: str) -> None:
        assert changed(child, parent)

    @pytest.mark.parametrize(
        ("child", "parent"),
        [
            (OLD, OLD),
            (f"Re: {OLD}", OLD),
            (f"AW: RE: SV[3]: {OLD}", OLD),
            (f"回复：{OLD}", f"پاسخ: {OLD}"),
            (f"Fwd: {OLD}", OLD),
            (f"[water] Re: [village] {OLD}", f"[well-users] {OLD}"),
            (f"Re: {OLD} (fwd)", OLD),
            (f"[SOLVED] {OLD}", OLD),
            (f"Solved: {OLD}", OLD),
            (f"{OLD} - SOLVED", OLD),
            (f"Solved (was: {OLD})", OLD),
            (f"RESOLVED! [was: Re: {OLD}]", OLD),
            ("Résolu : La pompe", "La pompe"),
            ("Решено: насос", "насос"),
            ("Re: Well pump stops at ...", OLD),
            ("Re: Well pump stops at ni", OLD),
            ("Re: Well pump stops…", OLD),
            (OLD, "Well pump stops at ..."),
            ("Re: Well pumps stops at nigth", OLD),
            ("Re: Wellpump stops at night", OLD),
            ("Re: well pump stops, at night!!", OLD),
            ("Re: Well pump stops", OLD),
            ("Re: Our well pump always stops at night", OLD),
            ("Re: At night the well pump stops", OLD),
            ("", OLD),
            ("Re:", OLD),
            (OLD, ""),
            ("Printer drivers", "Re: "),
            ("Printer drivers", "(no subject)"),
            ("Re: (kein Betreff)", "Printer drivers"),
            ("Meeting on Friday", "Water Digest, Vol 12, Issue 3"),
            ("Re: Water Digest, Vol 12, Issue 3", "Printer drivers"),
            ("Re: [Water] Water Digest, Vol 12, Issue 3", "Printer drivers"),
            ("Re: =?utf-8?B?U2VlZHM", OLD),
            ("Re: R\N{REPLACEMENT CHARACTER}union de vendredi", "Réunion de vendredi"),
            ("Re: R?union de vendredi", "Réunion de vendredi"),
            ("Re: ???? ?? ????", "پمپ چاه شب"),
            ("Re: RÃ©union", "Réunion"),
            ("Re: Reunion d'ete", "Réunion d'été"),
            (f"Seeds (was: {OLD})", f"Re: Seeds (was: {OLD})"),
            (f"Re: Seeds for the spring (was: {OLD})", "Seeds for the spring"),
            ("Re: Seeds for the spring", f"Seeds for the spring (was: {OLD})"),
            (f"Re: {OLD}", f"Seeds for the spring (was: {OLD})"),
            (f"Automatic reply: {OLD}", OLD),
            ("[Bug 4711] Rename the pump", "[Bug 4711] New: It stops"),
            ("bug#4711: closed", "[Bug 4711] It stops"),
            ("Re: پمپ چاه شب", "پمپ چاه شب خاموش می‌شود"),
            ("回复: 水泵晚上停", "水泵晚上停了"),
        ],
    )
    def test_it_is_still_the_same(self, child: str, parent: str) -> None:
        assert not changed(child, parent)

    @pytest.mark.parametrize(
        ("child", "parent"),
        [
            ("[PATCH v3 0/9] pump: count the turns", "[PATCH v2 3/7] pump: turn off"),
            ("[PATCH 2/7] valve: close first", "[PATCH 0/7] Pumps that stop"),
            ("[PATCH v2] valve: close first", "Pumps that stop"),
            ("[RFC PATCH 2/7] valve: close first", "[RFC] Pumps that stop"),
            ("[water] [patch 02/12] valve", "[water] [SERIES 0/6] pumps"),
            ("[PATCH] valve: close first", "[PATCH] pump: turn off"),
            ("PATCH: close the valve first", "Pumps that stop"),
        ],
    )
    def test_a_patch_hangs_where_its_sender_put_it(self, child: str, parent: str) -> None:
        assert not changed(child, parent)

    @pytest.mark.parametrize("child", ["What a release needs", "Release (was: [PATCH 2/7] valve: close first)"])
    def test_below_a_patch_something_else_can_begin(self, child: str) -> None:
        assert changed(child, "[PATCH 2/7] valve: close first")

    @given(
        st.text(max_size=80), st.sampled_from([*REPLY, *FORWARD, *AMBIGUOUS]), st.sampled_from(["[a] ", "", "[B 12] "])
    )
    @settings(deadline=None, max_examples=300)
    def test_no_prefix_or_tag_ever_begins_something(self, subject: str, prefix: str, tag: str) -> None:
        assert not changed(f"{tag}{prefix}: {subject}", subject)

    @given(st.text(max_size=80))
    @settings(deadline=None, max_examples=200)
    def test_a_subject_never_differs_from_itself(self, subject: str) -> None:
        assert not changed(subject, subject)

    @pytest.mark.parametrize(
        "unit", ["[a] ", "(was: ", ", was ", "Re: ", "[", "?", "=?", "bug ", "#1", "[patch ", "ab "]
    )
    def test_subjects_of_100_kilobytes_are_compared_at_once(self, unit: str) -> None:
        subject = unit * (100_000 // len(unit))
        began = time.process_time()
        changed(subject, OLD)
        changed(OLD, subject)
        prefixed(subject)
        assert time.process_time() - began < 3


class TestPrefixed:
    @pytest.mark.parametrize("word", REPLY)
    @pytest.mark.parametrize("form", ["{}: maps", "{}[2]: maps", "[water] {} : maps", "[a][b 12] {}：maps", "{}:"])
    def test_a_reply_prefix_leads(self, word: str, form: str) -> None:
        assert prefixed(form.format(word))

    @pytest.mark.parametrize(
        "subject", ["R: Re: maps", "[EXTERNAL] Re: maps", "***SPAM*** Re: maps", "\N{RIGHT-TO-LEFT MARK}رد: نقشه"]
    )
    def test_behind_what_others_put_before_it(self, subject: str) -> None:
        assert prefixed(subject)

    @pytest.mark.parametrize(
        "subject",
        [
            "maps",
            "",
            "[water] maps",
            "Fwd: maps",
            "Fwd: Re: maps",
            "R: maps",
            "VS: maps",
            "smb: fix",
            "regarding: maps",
        ],
    )
    def test_nothing_else_proves_a_reply(self, subject: str) -> None:
        assert not prefixed(subject)
