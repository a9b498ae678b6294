"""DEFLATE under a session: nothing is lost in it, and nothing swells in it."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.wire.deflate import PIECE, DamagedStreamError, Deflate


def packed(*said: bytes) -> bytes:
    stream = zlib.compressobj(6, zlib.DEFLATED, -15)
    return b"".join(stream.compress(data) + stream.flush(zlib.Z_SYNC_FLUSH) for data in said)


def heard(stream: Deflate) -> bytes:
    data = b""
    while piece := stream.inflated():
        assert len(piece) <= PIECE
        data += piece
    return data


@given(st.lists(st.binary(min_size=1, max_size=300)), st.integers(1, 40))
@settings(deadline=None)
def test_what_is_said_is_heard_wherever_the_network_cuts_it(said: list[bytes], size: int) -> None:
    mine, theirs = Deflate(), Deflate()
    sent = b"".join(mine.compressed(data) for data in said)
    got = b""
    for start in range(0, len(sent), size):
        theirs.feed(sent[start : start + size])
        got += heard(theirs)
    assert got == b"".join(said)


@given(st.binary(min_size=1, max_size=2000), st.data())
@settings(deadline=None)
def test_what_came_before_a_cut_is_heard(said: bytes, data: st.DataObject) -> None:
    sent = packed(said, b"more")
    stream = Deflate()
    stream.feed(sent[: data.draw(st.integers(0, len(sent)))])
    assert (said + b"more").startswith(heard(stream))


def test_a_bomb_goes_off_a_piece_at_a_time() -> None:
    stream = Deflate()
    stream.feed(packed(bytes(50_000_000)))
    for _ in range(20):
        assert len(stream.inflated()) == PIECE


@pytest.mark.parametrize(
    "damage", [b"\xff\xff\xff", zlib.compress(b"x" * 100), packed(b"x")[:-4] + b"\x07\x07\x07\x07"]
)
def test_damage_is_an_error(damage: bytes) -> None:
    stream = Deflate()
    stream.feed(damage)
    with pytest.raises(DamagedStreamError):
        for _ in range(10):
            stream.inflated()


def test_a_stream_that_ends_is_an_error() -> None:
    stream = Deflate()
    whole = zlib.compressobj(6, zlib.DEFLATED, -15)
    stream.feed(whole.compress(b"bye") + whole.flush())
    assert stream.inflated() == b"bye"
    with pytest.raises(DamagedStreamError):
        stream.inflated()
