"""On a terminal every sentence is broken between words; what is there to be copied is not broken at all."""

from __future__ import annotations

import pytest

from listforum.cli import output, screen


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "columns", lambda stream=None: 40)


def test_answers_and_messages_are_broken_between_words(capsys: pytest.CaptureFixture[str]) -> None:
    sentence = "  5519 older posts stay on the server: about 13 MB. To have them, raise history."
    output.show(None, [sentence])
    output.say(sentence)
    shown = capsys.readouterr()
    for text in (shown.out, shown.err):
        assert all(len(line) <= 40 for line in text.splitlines())
        assert " ".join(text.split()).endswith(" ".join(sentence.split()))


def test_a_line_to_copy_stays_whole(capsys: pytest.CaptureFixture[str]) -> None:
    line = 'list_id = "a name with blanks that is longer than the terminal is wide"'
    output.show(None, [output.Exact(line)])
    assert capsys.readouterr().out == line + "\n"


def test_a_document_stays_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    output.show({"words": "one two three four " * 9}, [])
    assert capsys.readouterr().out.count("\n") == 1
