"""A text goes to the person's own editor and comes back; nothing of it is left lying about."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from listforum.errors import ListforumError, UsageError
from listforum.tui.editor import Editor


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """The private directory that texts are edited in."""
    room = tmp_path / "tmp"
    room.mkdir(0o700)
    return room


def script(tmp_path: Path, body: str) -> str:
    """A command that is an editor: a program which gets the file's name."""
    path = tmp_path / "my editor"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o700)
    return f"'{path}'"


def editor(tmp_path: Path, room: Path, body: str) -> Editor:
    return Editor(script(tmp_path, body), room)


def test_what_the_editor_saved_comes_back_and_nothing_stays(tmp_path: Path, room: Path) -> None:
    came = editor(tmp_path, room, 'echo "and سلام" >> "$1"').edit("as it was")
    assert came == "as it was\nand سلام"
    assert not list(room.iterdir())


def test_a_text_that_was_not_touched_comes_back_as_it_was(tmp_path: Path, room: Path) -> None:
    for text in ("", "one line", "tabs\tstay\n\nso do blank lines", "> quoted\n\n"):
        assert editor(tmp_path, room, "true").edit(text) == text


def test_the_file_is_its_owners_alone(tmp_path: Path, room: Path) -> None:
    seen = tmp_path / "seen"
    os.umask(0o022)
    editor(tmp_path, room, f'stat -c %a "$1" > {seen}').edit("secret")
    assert seen.read_text().strip() == "600"
    assert stat.S_IMODE(room.stat().st_mode) == 0o700


def test_what_editors_leave_beside_the_file_goes_too(tmp_path: Path, room: Path) -> None:
    (room / "of another").write_text("stays")
    editor(tmp_path, room, 'cp "$1" "$1~"; cp "$1" "$(dirname "$1")/.$(basename "$1").swp"').edit("secret")
    assert [path.name for path in room.iterdir()] == ["of another"]


def test_an_editor_that_saves_by_putting_a_new_file_there(tmp_path: Path, room: Path) -> None:
    assert editor(tmp_path, room, 'echo new > "$1.x"; mv "$1.x" "$1"').edit("old") == "new"
    assert not list(room.iterdir())


def test_what_comes_back_steers_no_terminal(tmp_path: Path, room: Path) -> None:
    command = r"printf 'a\033[31mb\007\302\233c\td\342\200\256e\r\nf' > \"$1\"".replace('\\"', '"')
    assert editor(tmp_path, room, command).edit("") == "ab\tde\nf"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("exit 3", "error (3)"),
        (r"printf '\360\237' > ", "not UTF-8"),
        ("head -c 1000001 /dev/zero | tr '\\0' x > ", "too long"),
        ("rm ", "does not exist"),
    ],
)
def test_what_is_no_text_is_refused_in_a_sentence_and_removed(
    tmp_path: Path, room: Path, body: str, words: str
) -> None:
    with pytest.raises(ListforumError) as refused:
        editor(tmp_path, room, f'{body}"$1"' if body.endswith(" ") else body).edit("as it was")
    assert words in str(refused.value)
    assert not list(room.iterdir())


@pytest.mark.parametrize("command", ["no-such-editor-anywhere", "'unmatched", "/", "\0"])
def test_an_editor_that_cannot_be_started_is_named(room: Path, command: str) -> None:
    with pytest.raises(UsageError, match=r"cannot be started.*EDITOR"):
        Editor(command, room).edit("text")
    assert not list(room.iterdir())


def test_no_shell_reads_the_command(tmp_path: Path, room: Path) -> None:
    bait = tmp_path / "bait"
    with pytest.raises(ListforumError):
        Editor(f"no-such-editor; touch {bait}", room).edit("text")
    Editor(f"echo $(touch {bait})", room).edit("text")
    assert not bait.exists()


def test_arguments_of_the_command_are_passed_on(tmp_path: Path, room: Path) -> None:
    command = script(tmp_path, 'echo "$1|$2" > "$3"') + " --wait 'two words'"
    assert Editor(command, room).edit("") == "--wait|two words"


def test_the_environment_names_the_editor(room: Path) -> None:
    assert Editor.chosen({"VISUAL": "emacs -nw", "EDITOR": "ed"}, room).command == "emacs -nw"
    assert Editor.chosen({"VISUAL": " ", "EDITOR": "ed"}, room).command == "ed"
    assert Editor.chosen({}, room).command == "vi"


def test_what_is_saved_while_the_editor_is_open_is_told(tmp_path: Path, room: Path) -> None:
    told: list[str] = []
    body = 'echo first > "$1"; sleep 2.6; echo second > "$1"'
    assert editor(tmp_path, room, body).edit("", told.append) == "second"
    assert told == ["first"]


def test_a_file_that_stays_can_be_opened(tmp_path: Path, room: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("")
    editor(tmp_path, room, 'echo "a = 1" > "$1"').open(config)
    assert config.read_text() == "a = 1\n"
    with pytest.raises(UsageError, match="error"):
        editor(tmp_path, room, "false").open(config)
