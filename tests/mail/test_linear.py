"""No regular expression of the mail and topics rooms takes more than linear time, whatever a stranger writes.

Every compiled pattern of a module is found by looking, and is fed what it waits for, again and again: the beginnings
of its own matches, and the bodies of its own repetitions, with an end that does not fit.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from pathlib import Path
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest

import listforum.mail
import listforum.topics

SMALL = (16, 24, 200, 1_000)
"""What is exponential or cubic shows here, before it takes for ever."""

SHORT, LONG = 4_000, 16_000
QUICK = 0.03
"""Seconds: what is read faster is not looked at again."""

WORSE = 8
"""Four times the length takes four times as long where time is linear, sixteen times where it is quadratic."""

MOST_INPUTS = 150
CALLS = ("search", "match", "fullmatch", "sub", "subn", "split", "finditer", "findall")


def patterns() -> Iterator[tuple[str, re.Pattern[Any], frozenset[str]]]:
    """Every compiled pattern of both rooms, once, and how it is called anywhere."""
    for room in (listforum.mail, listforum.topics):
        for found in pkgutil.iter_modules(room.__path__, f"{room.__name__}."):
            module = importlib.import_module(found.name)
            for name, value in vars(module).items():
                for pattern in _within(value):
                    yield f"{found.name}.{name}", pattern, _calls(name, Path(str(module.__file__)).read_text("utf-8"))


def _within(value: object) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, tuple | list | set | frozenset):
        for item in value:
            yield from _within(item)
    elif isinstance(value, dict):
        yield from _within(tuple(value.values()))


def _calls(name: str, source: str) -> frozenset[str]:
    """How the code calls a pattern: one that is only matched at a place is not searched for from every place."""
    found = re.findall(rf"\b{name}\.(\w+)", source)
    return frozenset(call for call in found if call in CALLS) or frozenset({"search"})


class Samples:
    """Texts a parsed pattern waits for: one that it matches, and where its repetitions begin with what they repeat."""

    def __init__(self) -> None:
        self.inputs: dict[tuple[str, str], None] = {}

    def of(self, nodes: Any, before: str) -> str:
        """A text that the nodes match, roughly; notes on the way what to repeat after what."""
        told = ""
        for kind, value in nodes:
            told += self._of_node(kind, value, before + told)
            self._note("", told)
            self._note(before, told)
        return told

    def _note(self, before: str, unit: str) -> None:
        if unit:
            self.inputs.setdefault((before[-40:], unit[-40:]))

    def _of_node(self, kind: Any, value: Any, before: str) -> str:
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            least, _, body = value
            unit = self.of(body, before)
            self._note(before, unit)
            return unit * min(max(least, 1), 8)
        if kind is op.BRANCH:
            return next(told for told in [self.of(branch, before) for branch in value[1]])
        if kind is op.SUBPATTERN:
            return self.of(value[3], before)
        if kind in (op.ATOMIC_GROUP, op.GROUPREF_EXISTS):
            return self.of(value if kind is op.ATOMIC_GROUP else value[1], before)
        if kind in (op.ASSERT, op.ASSERT_NOT):
            self.of(value[1], before)
            return ""
        return _character(kind, value)


def _character(kind: Any, value: Any) -> str:
    if kind is op.LITERAL:
        return chr(value)
    if kind is op.IN:
        return next((char for char in " a1.,-<>@:/A\u0645x\0" if _fits(char, value)), _first(value))
    return {op.NOT_LITERAL: "x", op.ANY: "x"}.get(kind, "")


def _fits(char: str, members: Any) -> bool:
    fits = any(_is_member(char, kind, value) for kind, value in members if kind is not op.NEGATE)
    return fits != (members[0][0] is op.NEGATE)


def _is_member(char: str, kind: Any, value: Any) -> bool:
    if kind is op.LITERAL:
        return ord(char) == value
    if kind is op.RANGE:
        return bool(value[0] <= ord(char) <= value[1])
    name = str(value).lower()
    fits = char.isdigit() if "digit" in name else char.isspace() if "space" in name else char.isalnum() or char == "_"
    return fits != ("not" in name)


def _first(members: Any) -> str:
    return next(
        (chr(value if kind is op.LITERAL else value[0]) for kind, value in members if kind in (op.LITERAL, op.RANGE)),
        "x",
    )


def seconds(pattern: re.Pattern[Any], calls: frozenset[str], text: str) -> float:
    subject: Any = text.encode("utf-8", "replace") if isinstance(pattern.pattern, bytes) else text
    anywhere = calls - {"match", "fullmatch"}
    began = time.process_time()
    if anywhere:
        for _ in pattern.finditer(subject):
            pass
    if "match" in calls:
        pattern.match(subject)
    if "fullmatch" in calls:
        pattern.fullmatch(subject)
    return time.process_time() - began


def is_worse_than_linear(pattern: re.Pattern[Any], calls: frozenset[str], before: str, unit: str) -> bool:
    def takes(length: int) -> float:
        return seconds(pattern, calls, before + unit * (length // len(unit)) + "\0")

    if any(takes(length) > QUICK and takes(length) > QUICK for length in SMALL):
        return True
    return takes(LONG) > QUICK and all(takes(LONG) > WORSE * max(takes(SHORT), 1e-4) for _ in range(2))


def inputs(pattern: re.Pattern[Any]) -> list[tuple[str, str]]:
    samples = Samples()
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    samples.of(parser.parse(source, pattern.flags & ~re.UNICODE), "")
    return list(samples.inputs)[:MOST_INPUTS]


FOUND = {(name, pattern.pattern): (pattern, calls) for name, pattern, calls in patterns()}


@pytest.mark.parametrize(("name", "source"), FOUND, ids=[name.removeprefix("listforum.") for name, _ in FOUND])
def test_a_pattern_takes_linear_time(name: str, source: str | bytes) -> None:
    pattern, calls = FOUND[name, source]
    assert [pair for pair in inputs(pattern) if is_worse_than_linear(pattern, calls, *pair)] == []


@pytest.mark.parametrize("worse", [r"\s+$", r"<a[^>]*>b", r"^x\d*\d*y", r"^(?:\w+\s?)*$"])
def test_what_is_worse_would_be_found(worse: str) -> None:
    pattern = re.compile(worse)
    assert any(is_worse_than_linear(pattern, frozenset({"search"}), *pair) for pair in inputs(pattern))


@pytest.mark.parametrize("linear", [r"\w{1,64}@\w", r"a+", r"\A(?:ab)*+c", r"\s{0,9}$", "On .{1,80} wrote"])
def test_what_is_bounded_would_not(linear: str) -> None:
    pattern = re.compile(linear)
    assert not any(is_worse_than_linear(pattern, frozenset({"search"}), *pair) for pair in inputs(pattern))
