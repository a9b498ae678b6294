"""One table of the config, handing out checked values and noting what is wrong with the others."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from functools import reduce
from gettext import gettext as _
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
                self.wrong(key_shown(key), _("not a setting; {nearest}").format(nearest=nearest(key, known)))

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
            self.wrong(key, _('must be text in quotes, like {key} = "..."').format(key=key))
        elif not 0 < len(value) <= MAX_TEXT or not value.strip():
            is_empty = not value.strip()
            self.wrong(key, _("is empty; leave the line out or write a value") if is_empty else _("is too long"))
        elif _has_controls(value):
            self.wrong(key, _("must not hold control characters"))
        else:
            return value
        return None

    def need(self, key: str, example: str) -> None:
        if key not in self._values:
            self.wrong(key, _("is missing; write for example {key} = {example}").format(key=key, example=example))

    def number(self, key: str, lowest: int, highest: int) -> int | None:
        value = self._values.get(key)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            words = _("must be a whole number from {lowest} to {highest}, without quotes; not {value}")
            self.wrong(key, words.format(lowest=lowest, highest=highest, value=shown(value)))
            return None
        return value

    def switch(self, key: str) -> bool | None:
        value = self._values.get(key)
        if value is None or isinstance(value, bool):
            return value
        self.wrong(key, _("must be true or false, without quotes; not {value}").format(value=shown(value)))
        return None

    def choice(self, key: str, choices: tuple[str, ...]) -> str | None:
        """Return one of `choices`, the first when the key is absent."""
        if key not in self._values:
            return choices[0]
        value = self.text(key)
        if value is None or value in choices:
            return value
        named = alternatives([f'"{choice}"' for choice in choices])
        self.wrong(key, _("must be {named}, not {value}").format(named=named, value=shown(value)))
        return None

    def words(self, key: str) -> tuple[str, ...] | None:
        """Return a program and its arguments. The mistake never quotes them: an argument may be a secret."""
        value = self._values.get(key)
        items = cast("list[object]", value) if isinstance(value, list) else []
        words = tuple(item for item in items if isinstance(item, str) and "\0" not in item)
        if not items or len(words) != len(items) or not words[0]:
            right = _('must be a list of program and arguments, like ["pass", "show", "mail/maria"]; no shell')
            self.wrong(key, right)
            return None
        return words

    def table(self, key: str) -> Table | None:
        value = self._values.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.wrong(key, _("must be a table, written [{key}] on a line of its own").format(key=key))
            return None
        return Table(key, "", cast("dict[str, object]", value), self._mistakes)

    def inline(self, key: str, example: str) -> Table | None:
        value = self._values.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.wrong(key, _("must be written like {key} = {example}").format(key=key, example=example))
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
                words = _("[{table}] {key}: must be a table, written [{section}] on its own line")
                self._mistakes.append(words.format(table=key, key=key_shown(written), section=section))
            elif name in found:
                self._mistakes.append(_("[{section}]: there are two of this name").format(section=section))
            else:
                found[name] = Table(section, "", cast("dict[str, object]", value), self._mistakes)
        return found

    def secret(self, key: str, right: str) -> Secret | None:
        """Return a text that mistakes never quote; `right` says what it should be where it is none."""
        value = self._values.get(key)
        if not isinstance(value, Secret):
            self.wrong(key, right)
        elif not value.reveal() or _has_controls(value.reveal()):
            self.wrong(key, _("is empty, or holds control characters"))
        else:
            return value
        return None


def _has_controls(text: str) -> bool:
    return any(ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in text)


def key_shown(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]{1,64}", key) else shown(key)


def alternatives(names: Collection[str]) -> str:
    """The names, one of which is to be chosen, in words."""
    return reduce(lambda one, other: _("{one} or {other}").format(one=one, other=other), names)


def nearest(key: str, known: Collection[str]) -> str:
    # A config without a mistake, and so every start of the program, does without this module.
    from difflib import get_close_matches  # noqa: PLC0415

    close = get_close_matches(key.lower(), known, n=1)
    if close:
        return _("did you mean {name}?").format(name=close[0])
    return _("known here: {names}").format(names=", ".join(known)) if known else _("none is set yet")
