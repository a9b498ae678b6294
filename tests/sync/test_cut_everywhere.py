"""Wherever in a session the link is cut, the next goes on: nothing wrong, lost or doubled, nothing whole comes twice.

Every 97th byte is tried here; `tests/bench/wire_cuts.py` tries every one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from cut_session import CutSession, Outcome, Way
from servers.certificates import Authority
from servers.dovecot import Dovecot, User
from servers.tiers import CAPABILITIES

STEP = 97
MOST_MORE = 4_000
"""Bytes that a session may cost more for being cut: a mail is begun again, and compression may be left out."""

MOST_STRUCTURES = 20
"""How many mails' structures may be told again."""


def flawed(outcomes: Mapping[int, Outcome]) -> dict[int, Outcome]:
    """What a cut after some byte led to and should not have."""
    return {
        byte: outcome
        for byte, outcome in outcomes.items()
        if not outcome.good or outcome.more > MOST_MORE or outcome.structures_twice > MOST_STRUCTURES
    }


@pytest.mark.parametrize("way", ["down", "up"])
def test_a_session_cut_anywhere_goes_on(dovecot: Dovecot, user: User, tmp_path: Path, way: Way) -> None:
    session = CutSession(dovecot, user, tmp_path)
    length = session.uncut.down if way == "down" else session.uncut.up
    outcomes = {byte: session.cut(way, byte) for byte in range(1, length, STEP)}
    assert flawed(outcomes) == {}
    assert sum(outcome.runs == 1 for outcome in outcomes.values()) > 1, "a sync goes on by itself"


@pytest.mark.parametrize("way", ["down", "up"])
def test_a_session_reset_anywhere_goes_on(dovecot: Dovecot, user: User, tmp_path: Path, way: Way) -> None:
    session = CutSession(dovecot, user, tmp_path)
    length = session.uncut.down if way == "down" else session.uncut.up
    assert flawed({byte: session.cut(way, byte, "rst") for byte in range(STEP, length, 6 * STEP)}) == {}


def test_a_poor_server_cut_anywhere(authority: Authority, server_directory: Path, tmp_path: Path) -> None:
    directory = server_directory / "cut-bare"
    directory.mkdir()
    with Dovecot(directory, authority, capability=CAPABILITIES["bare"]) as dovecot:
        session = CutSession(dovecot, dovecot.add_user(), tmp_path)
        assert flawed({byte: session.cut("down", byte) for byte in range(1, session.uncut.down, 10 * STEP)}) == {}
