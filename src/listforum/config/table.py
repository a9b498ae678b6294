"""One table of the config, handing out checked values and noting what is wrong with the others."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import TypeVar, cast

from listforum.config.values import list_name, shown
from listforum.errors import UsageError
from listforum.secret import Secret

Value = TypeVar("Value")

MAX_TEXT = 1000


class Table:
    """One table of the config: hands out checked values, None for what is absent or wrong, and notes what is wrong."""

    def __init__(self, section: str, prefix: str, values: Mapping[str, object], mistakes: list[str]) -> None:
        self._section = section
        self._prefix = prefix
        self._values = values
        self._mistakes = mistakes

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def wrong(self, key: str, right: str) -> None:
        where = f"[{self._section}] " if self._section else ""
        self._mistakes.append(f"{where}{self._prefix}{key}: {right}")

    def allow(self, *known: str) -> None:
        """Note every key that is none of `known`, with the one that was probably meant."""
        for key in self._values:
            if key not in known:
                self.wrong(key_shown(key), f"not a setting; {nearest(key, known)}")

    def parsed(self, key: str, parse: Callable[[str], Value]) -> Value | None:
        """Return the text under `key` as `parse` understands it; its UsageError becomes a mistake."""
        text = self.text(key)
        if text is None:
            return None
        try:
            return parse(text)
        except UsageError as error:
            self.wrong(key, str(error))
            return None

    def text(self, key: str) -> str | None:
        value = self._values.get(key)
        if value is None:
            return None
        if not isinstance(value, str):
            self.wrong(key, f'must be text in quotes, like {key} = "..."')
        elif not 0 < len(value) <= MAX_TEXT or not value.strip():
            self.wrong(key, "is empty; leave the line out or write a value" if not value.strip() else "is too long")
        elif _has_controls(value):
            self.wrong(key, "must not hold control characters")
        else:
            return value
        return None

    def need(self, key: str, example: str) -> None:
        if key not in self._values:
            self.wrong(key, f"is missing; write for example {key} = {example}")

    def number(self, key: str, lowest: int, highest: int) -> int | None:
        value = self._values.get(key)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            self.wrong(key, f"must be a whole number from {lowest} to {highest}, without quotes; not {shown(value)}")
            return None
        return value

    def choice(self, key: str, choices: tuple[str, ...]) -> str | None:
        """Return one of `choices`, the first when the key is absent."""
        if key not in self._values:
            return choices[0]
        value = self.text(key)
        if value is None or value in choices:
            return value
        named = " or ".join(f'"{choice}"' for choice in choices)
        self.wrong(key, f"must be {named}, not {shown(value)}")
        return None

    def words(self, key: str) -> tuple[str, ...] | None:
        """Return a program and its arguments. The mistake never quotes them: an argument may be a secret."""
        value = self._values.get(key)
        items = cast("list[object]", value) if isinstance(value, list) else []
        words = tuple(item for item in items if isinstance(item, str) and "\0" not in item)
        if not items or len(words) != len(items) or not words[0]:
            self.wrong(key, 'must be a list of program and arguments, like ["pass", "show", "mail/maria"]; no shell')
            return None
        return words

    def table(self, key: str) -> Table | None:
        value = self._values.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.wrong(key, f"must be a table, written [{key}] on a line of its own")
            return None
        return Table(key, "", cast("dict[str, object]", value), self._mistakes)

    def inline(self, key: str, example: str) -> Table | None:
        value = self._values.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.wrong(key, f"must be written like {key} = {example}")
            return None
        return Table(self._section, f"{key}.", cast("dict[str, object]", value), self._mistakes)

    def tables(self, key: str) -> dict[str, Table]:
        """Return the tables below `key` by their checked names."""
        group = self._values.get(key) if self.table(key) else None
        found: dict[str, Table] = {}
        for written, value in cast("dict[str, object]", group or {}).items():
            section = f"{key}.{key_shown(written)}"
            try:
                name = list_name(written)
            except UsageError as error:
                self._mistakes.append(f"[{section}]: {error}")
                continue
            if not isinstance(value, dict):
                self._mistakes.append(
                    f"[{key}] {key_shown(written)}: must be a table, written [{section}] on its own line"
                )
            elif name in found:
                self._mistakes.append(f"[{section}]: there are two of this name")
            else:
                found[name] = Table(section, "", cast("dict[str, object]", value), self._mistakes)
        return found

    def secret(self, key: str) -> Secret | None:
        value = self._values.get(key)
        if not isinstance(value, Secret):
            self.wrong(key, 'must be text in quotes; "ask" asks each time')
        elif not value.reveal() or _has_controls(value.reveal()):
            self.wrong(key, "is empty, or holds control characters")
        else:
            return value
        return None


def _has_controls(text: str) -> bool:
    return any(ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in text)


def key_shown(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", key) else shown(key)


def nearest(key: str, known: Collection[str]) -> str:
    # A config without a mistake, and so every start of the program, does without this module.
    from difflib import get_close_matches  # noqa: PLC0415

    close = get_close_matches(key.lower(), known, n=1)
    if close:
        return f"did you mean {close[0]}?"
    return f"known here: {', '.join(known)}" if known else "none is set yet"
