"""Catalogues for tests: all messages of the package, and a language in which each of them can be seen."""

from __future__ import annotations

import io
import string
from collections.abc import Iterator, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo

import listforum

PACKAGE = Path(listforum.__file__).parent
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
PSEUDO = "eo"
"""Where the language stands that says «Nothing to send.» for “Nothing to send.”"""


def collected() -> Catalog:
    """All messages of the package, as `pybabel extract -k N_` collects them."""
    catalog = Catalog(domain="listforum")
    for file, line, message, comments, context in extract_from_dir(PACKAGE, keywords=KEYWORDS):
        catalog.add(message, None, [(file, line)], auto_comments=comments, context=context)
    return catalog


def compiled(catalog: Catalog, directory: Path, language: str) -> None:
    """Puts a catalogue where gettext looks for a language below a directory of catalogues."""
    place = directory / language / "LC_MESSAGES"
    place.mkdir(parents=True)
    written = io.BytesIO()
    write_mo(written, catalog)
    (place / "listforum.mo").write_bytes(written.getvalue())


def pseudo_language(directory: Path) -> dict[str, str]:
    """Makes a catalogue that puts every message between « and », and answers the environment that speaks it."""
    catalog = Catalog(locale=PSEUDO, domain="listforum")
    for message in collected():
        if message.id:
            catalog.add(message.id, _bracketed(message.id))
    compiled(catalog, directory, PSEUDO)
    return {"LANGUAGE": PSEUDO, "LC_ALL": "C.UTF-8", "LISTFORUM_LOCALE_DIR": str(directory)}


def mistakes(catalog: Catalog) -> Iterator[str]:
    """Translations that would fail when they are shown: with a place for what nobody fills in."""
    for message in catalog:
        known = set().union(*map(_places, _texts(message.id)))
        for translation in _texts(message.string):
            if unknown := _places(translation) - known:
                yield f"{translation}: {', '.join(sorted(unknown))}"


def _texts(text: str | Sequence[str]) -> Sequence[str]:
    return (text,) if isinstance(text, str) else text


def _places(text: str) -> set[str]:
    try:
        return {name for _literal, name, _format, _conversion in string.Formatter().parse(text) if name is not None}
    except ValueError:
        return {text}  # a brace that is never closed


def _bracketed(text: str | tuple[str, ...]) -> str | tuple[str, ...]:
    return f"«{text}»" if isinstance(text, str) else tuple(f"«{one}»" for one in text)
