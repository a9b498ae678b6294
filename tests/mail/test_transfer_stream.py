"""Content that passes by in pieces is decoded to what it is as a whole, wherever the pieces end."""

from __future__ import annotations

import base64
import binascii
import quopri
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from listforum.mail.transfer import decode_transfer
from listforum.mail.transfer_stream import decode_pieces

ENCODINGS = ["base64", "quoted-printable", "x-uuencode", "7bit", "x-unheard-of"]
LINES = st.lists(
    st.one_of(
        st.binary(max_size=60),
        st.binary(max_size=60).map(base64.encodebytes),
        st.binary(max_size=60).map(quopri.encodestring),
        st.binary(max_size=45).map(binascii.b2a_uu),
        st.sampled_from(
            [b"begin 644 map.png\n", b"end\n", b"=", b"==\n", b"= \t\r\n", b"\r\n", b"QUJD", b"_____\nfooter"]
        ),
    ),
    max_size=12,
).map(b"".join)


def cut(content: bytes, sizes: list[int]) -> Iterator[bytes]:
    while content:
        size = sizes[0] if sizes else len(content)
        sizes = sizes[1:] + sizes[:1]
        yield content[:size]
        content = content[size:]


@given(LINES, st.lists(st.integers(1, 90), max_size=6), st.sampled_from(ENCODINGS))
@example(b"QQ==\n\nQg==\nfooter", [1], "base64")
@example(b"QQ==Qg==Qw", [3], "base64")
@example(b"QUJD" * 600 + b"=\x0bQUJD", [7], "base64")
@example(b"one=\r\ntwo=2", [4], "quoted-printable")
@settings(deadline=None, max_examples=400)
def test_pieces_are_decoded_as_the_whole_is(content: bytes, sizes: list[int], encoding: str) -> None:
    assert b"".join(decode_pieces(cut(content, sizes), encoding)) == decode_transfer(content, encoding)


@given(st.binary(max_size=3_000), st.lists(st.integers(1, 700), min_size=1, max_size=6))
@settings(deadline=None, max_examples=100)
def test_what_was_encoded_comes_back(content: bytes, sizes: list[int]) -> None:
    assert b"".join(decode_pieces(cut(base64.encodebytes(content), sizes), "base64")) == content


def hostile(piece: bytes) -> Iterator[bytes]:
    return (piece for _ in range(100))


@pytest.mark.parametrize(
    ("encoding", "pieces"),
    [
        ("base64", hostile(b"QUJDREVG" * 5_000)),
        ("base64", hostile(b"QQ==" * 10_000)),
        ("base64", hostile(b"=" * 40_000)),
        ("quoted-printable", hostile(b"no line end " * 3_000)),
        ("quoted-printable", hostile(b"=" * 40_000)),
        ("x-uuencode", hostile(b"no beginning " * 3_000)),
        ("x-uuencode", hostile(b"begin 644 x\n" + b"M" * 40_000)),
        ("x-uuencode", hostile(b"begin 644 " + b"x" * 40_000)),
    ],
)
def test_memory_stays_flat_whatever_passes(encoding: str, pieces: Iterator[bytes]) -> None:
    tracemalloc.start()
    try:
        for _ in decode_pieces(pieces, encoding):
            pass
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
