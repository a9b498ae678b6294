"""What the environment tells of a terminal."""

from __future__ import annotations

import subprocess
import sys

import pytest

from listforum.tui.terminal import Terminal

LOCAL = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "en_US.UTF-8"}


def look(**environ: str) -> Terminal:
    return Terminal.look(environ, stdin_tty=True, stdout_tty=True)


def test_a_terminal_of_today_gets_everything() -> None:
    terminal = look(**LOCAL)
    assert terminal.usable
    assert (terminal.theme, terminal.color, terminal.mouse, terminal.unicode, terminal.thin) == (
        "listforum-dark",
        True,
        True,
        True,
        False,
    )


@pytest.mark.parametrize("term", ["", "dumb", "unknown"])
def test_a_terminal_that_cannot_show_screens_is_told_what_works_instead(term: str) -> None:
    terminal = look(**{**LOCAL, "TERM": term})
    assert not terminal.usable
    assert "listforum read LIST" in terminal.why_not
    assert (term or "not set") in terminal.why_not


@pytest.mark.parametrize(("stdin_tty", "stdout_tty"), [(False, True), (True, False), (False, False)])
def test_without_a_terminal_on_both_sides_there_are_no_screens(stdin_tty: bool, stdout_tty: bool) -> None:
    terminal = Terminal.look(LOCAL, stdin_tty=stdin_tty, stdout_tty=stdout_tty)
    assert not terminal.usable
    assert "listforum read LIST" in terminal.why_not


@pytest.mark.parametrize("name", ["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"])
def test_a_line_over_ssh_is_spared(name: str) -> None:
    terminal = look(**LOCAL, **{name: "/dev/pts/3"})
    assert (terminal.theme, terminal.mouse, terminal.thin) == ("ansi-dark", False, True)


@pytest.mark.parametrize("term", ["linux", "xterm", "screen", "rxvt", "vt100"])
def test_few_colours_make_a_theme_of_the_terminals_own(term: str) -> None:
    assert look(TERM=term).theme == "ansi-dark"


@pytest.mark.parametrize("term", ["xterm-kitty", "alacritty", "foot", "tmux-256color", "xterm-direct"])
def test_many_colours_are_known_by_the_name(term: str) -> None:
    assert look(TERM=term).theme == "listforum-dark"


@pytest.mark.parametrize(
    ("told", "theme"),
    [
        ("0;15", "listforum-light"),
        ("0;default;7", "listforum-light"),
        ("15;0", "listforum-dark"),
        ("", "listforum-dark"),
    ],
)
def test_a_light_terminal_stays_light(told: str, theme: str) -> None:
    assert look(**LOCAL, COLORFGBG=told).theme == theme


def test_a_light_terminal_over_ssh_stays_light() -> None:
    assert look(**LOCAL, COLORFGBG="0;15", SSH_TTY="/dev/pts/3").theme == "ansi-light"


def test_the_person_has_the_last_word_on_theme_and_mouse() -> None:
    wanted = look(**LOCAL, LISTFORUM_THEME="ansi-light", LISTFORUM_MOUSE="0")
    assert (wanted.theme, wanted.mouse) == ("ansi-light", False)
    assert look(**LOCAL, SSH_TTY="/dev/pts/3", LISTFORUM_MOUSE="1").mouse


def test_a_theme_that_does_not_exist_changes_nothing() -> None:
    assert look(**LOCAL, LISTFORUM_THEME="[/nope]").theme == "listforum-dark"


def test_no_color_means_none_and_an_empty_one_means_nothing() -> None:
    assert not look(**LOCAL, NO_COLOR="1").color
    assert look(**LOCAL, NO_COLOR="").color
    assert not look(TERM="vt220").color


@pytest.mark.parametrize(
    ("environ", "unicode"),
    [
        ({}, False),
        ({"LANG": "C"}, False),
        ({"LANG": "de_DE.UTF-8"}, True),
        ({"LANG": "de_DE.utf8@euro"}, True),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, False),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, True),
        ({"LANG": "ru_RU.KOI8-R"}, False),
    ],
)
def test_lines_are_drawn_where_the_locale_has_them(environ: dict[str, str], unicode: bool) -> None:
    assert look(TERM="xterm", **environ).unicode is unicode


def test_looking_costs_no_textual() -> None:
    program = "import sys, listforum.tui.terminal; sys.exit('textual' in sys.modules or 'rich' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
