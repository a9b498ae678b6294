"""Patches and code are told apart from prose."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.mail.patches import patches
from listforum.mail.quotes import blocks, own_words, own_words_digest, quoted

DIFF = """\
diff --git a/maps/scale.py b/maps/scale.py
index 1234567..89abcde 100644
--- a/maps/scale.py
+++ b/maps/scale.py
@@ -1,4 +1,4 @@ def scale():
 meters = 1

-feet = 3.2
+feet = 3.28
 -- not a signature
@@ -10 +10,2 @@
 done = True
+print(done)"""

STAT = """\
---
 maps/scale.py | 3 ++-
 1 file changed, 2 insertions(+), 1 deletion(-)

"""

MAIL = f"""\
A foot is longer than that.

Signed-off-by: Maria Silva <maria@example.org>
{STAT}{DIFF}
-- \n2.40.1
"""

FORMS = {
    "git": DIFF,
    "plain": DIFF.split("\n", 2)[2],
    "hunk only": DIFF.split("\n", 4)[4],
    "subversion": "Index: maps/scale.py\n" + "=" * 67 + "\n" + DIFF.split("\n", 2)[2],
    "new file": "diff --git a/x b/x\nnew file mode 100644\n"
    "index 0000000..1234567\n--- /dev/null\n+++ b/x\n@@ -0,0 +1 @@\n+x",
}


def kinds(text: str) -> list[str]:
    return [block.kind for block in blocks(text)]


class TestPatches:
    @pytest.mark.parametrize("patch", FORMS.values(), ids=FORMS)
    def test_a_patch_ends_where_its_hunks_say(self, patch: str) -> None:
        text = f"Try this.\n\n{patch}\nDoes it work?"
        assert [(block.kind, block.text) for block in blocks(text)] == [
            ("own", "Try this.\n"),
            ("patch", patch),
            ("own", "Does it work?"),
        ]

    def test_what_git_says_of_the_files_belongs_to_the_patch_and_its_version_is_a_signature(self) -> None:
        words, patch, signature = blocks(MAIL)
        assert (words.kind, patch.kind, signature.kind) == ("own", "patch", "signature")
        assert words.text.endswith("Signed-off-by: Maria Silva <maria@example.org>")
        assert patch.text == f"{STAT}{DIFF}"

    def test_a_line_that_a_mail_program_wrapped_does_not_end_the_patch(self) -> None:
        wrapped = DIFF.replace("+feet = 3.28", "+feet =\n3.28")
        assert kinds(f"Try this.\n\n{wrapped}\nDoes it work?") == ["own", "patch", "own"]

    def test_a_patch_above_all_words_is_answered_nothing(self) -> None:
        assert kinds(f"{DIFF}\n\nAli wrote:\n> When?\n\nNow.") == ["patch", "attribution", "quote", "own"]

    def test_a_quoted_patch_is_a_quote(self) -> None:
        text = "\n".join(f"> {line}" for line in DIFF.split("\n"))
        assert kinds(f"Maria wrote:\n{text}\n\nGood.") == ["attribution", "quote", "own"]

    @pytest.mark.parametrize(
        "text",
        [
            "--- a list ---\n+ bread\n+ maps",
            "Index: all that is in the drawer",
            "diff -u says nothing",
            "- one\n- two\n+ three",
            "@@ home",
        ],
    )
    def test_lists_and_talk_of_patches_are_no_patch(self, text: str) -> None:
        assert kinds(text) == ["own"]

    def test_own_words_have_the_patch_and_its_versions_differ(self) -> None:
        other = MAIL.replace("3.28", "3.281")
        assert "feet = 3.28" in own_words(MAIL)
        assert own_words_digest(own_words(MAIL)) != own_words_digest(own_words(other))
        assert "> +feet = 3.28" in quoted(MAIL, "Maria wrote:")

    def test_a_digest_does_not_depend_on_what_is_told_apart(self) -> None:
        assert own_words(f"Try:\n\n{DIFF}").split() == f"Try: {DIFF}".split()

    @given(st.lists(st.sampled_from([*DIFF.split("\n"), "", "-- ", "words", "> quoted", "+", " "]), max_size=30))
    @settings(deadline=None, max_examples=200)
    def test_patches_come_in_order_and_apart(self, lines: list[str]) -> None:
        ends = [0, *(at for found in patches(lines) for at in found), len(lines)]
        assert ends == sorted(ends)
        assert "\n".join(block.text for block in blocks("\n".join(lines))) == "\n".join(lines)

    def test_a_hunk_that_promises_more_than_there_is_ends_with_the_text(self) -> None:
        assert list(patches(["@@ -1,999999 +1,999999 @@", " a", "+b"])) == [(0, 3)]


class TestCode:
    @pytest.mark.parametrize(
        "code",
        [
            "```\nprint(1)\n```",
            "```python\nprint(1)\n\n-- \nno signature\n```",
            "~~~\nOn 2 Mar 2026 Ali wrote:\n~~~",
            "    def scale():\n        feet = 3.28\n        return feet(1)",
            "\tint feet = 3;\n\tif (feet > 2) {\n\t\tgo();\n\n\t}",
            "    $ make all\n    $ make install\n    done",
        ],
    )
    def test_fenced_and_indented_code(self, code: str) -> None:
        assert [(block.kind, block.text.rstrip("\n")) for block in blocks(f"Try:\n\n{code}\n\nDoes it work?")] == [
            ("own", "Try:"),
            ("code", code),
            ("own", "Does it work?"),
        ]

    @pytest.mark.parametrize(
        "text",
        [
            "The maps:\n\n    north of the river\n    south of the river\n    the old town",
            "    A letter begins\n    with an indent\n    and goes on so.",
            "```\nnever closed",
            "```\nanswered\n\n> quoted\n\n```",
        ],
    )
    def test_indented_words_are_words(self, text: str) -> None:
        assert "code" not in kinds(text)
