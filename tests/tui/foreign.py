"""Languages to look at screens in: every letter of every message is one of another script, so that none is missed."""

from __future__ import annotations

import gettext
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from babel.messages.catalog import Catalog

from languages import PSEUDO, collected, compiled
from listforum.words import speak

Alphabet = Literal["cyrillic", "arabic", "wide"]

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_PLACES: Final = re.compile(r"(\{[^{}]*\})")
_SAME_IN_EVERY_LANGUAGE: Final = frozenset({"listforum", "INBOX", "PDF", "UTC"})
_NAMES_OF_THE_MACHINE: Final = re.compile(
    r"\S*[/@=\[\]]\S*|\b(from|subject|list|after|before|on|is|has|topic|file):\S*"
    r"|\bhome g\b|\bF\d+\b|\b[\w-]+(\.[\w-]+)+\b"
)


def foreign_language(directory: Path, alphabet: Alphabet) -> dict[str, str]:
    """Makes a catalogue in that script, and answers the environment that speaks it.

    "cyrillic" is as long as English, "arabic" runs from right to left, "wide" takes two cells for each letter.
    """
    letters = _letters(alphabet)
    catalog = Catalog(locale=PSEUDO, domain="listforum")
    for message in collected():
        if message.id:
            catalog.add(message.id, _translated(message.id, letters))
    compiled(catalog, directory, PSEUDO)
    return {"LANGUAGE": PSEUDO, "LC_ALL": "C.UTF-8", "LISTFORUM_LOCALE_DIR": str(directory)}


@contextmanager
def spoken(environ: Mapping[str, str]) -> Iterator[None]:
    """Has this process speak a language. What was translated earlier, as its modules were loaded, stays English."""
    before = {name: os.environ.get(name) for name in environ}
    domain = gettext.textdomain()
    os.environ.update(environ)
    try:
        speak(os.environ)
        yield
    finally:
        gettext.textdomain(domain)
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def left_in_english(rows: Sequence[str]) -> list[str]:
    """The Latin words on a screen, but for names of the machine: paths, addresses, function keys, lines of config."""
    text = _NAMES_OF_THE_MACHINE.sub(" ", "\n".join(rows))
    return [word for word in re.findall("[A-Za-z]{2,}", text) if word not in _SAME_IN_EVERY_LANGUAGE]


def translated(text: str, alphabet: Alphabet) -> str:
    """A message as it stands on the screen in that script."""
    return _text(text, _letters(alphabet))


def _letters(alphabet: Alphabet) -> dict[int, int]:
    at: Callable[[int, bool], int] = {
        "cyrillic": lambda n, small: (0x430 if small else 0x410) + n,
        "arabic": lambda n, _small: (0x627 if n < 20 else 0x641 - 20) + n,
        "wide": lambda n, small: (0xFF41 if small else 0xFF21) + n,
    }[alphabet]
    return {
        ord(letter): at(n, small)
        for small, row in ((True, _LETTERS), (False, _LETTERS.upper()))
        for n, letter in enumerate(row)
    }


def _translated(text: str | Sequence[str], letters: dict[int, int]) -> str | tuple[str, ...]:
    return _text(text, letters) if isinstance(text, str) else tuple(_text(one, letters) for one in text)


def _text(text: str, letters: dict[int, int]) -> str:
    return "".join(piece if _PLACES.fullmatch(piece) else piece.translate(letters) for piece in _PLACES.split(text))
