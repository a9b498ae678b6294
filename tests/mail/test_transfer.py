"""Transfer encodings are undone wherever the content was cut, and content that is not encoded is left alone."""

from __future__ import annotations

import base64
import binascii
import quopri

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.mail.transfer import decode_transfer


@given(st.binary(max_size=200), st.integers(0, 300))
@settings(deadline=None, max_examples=200)
def test_cut_base64_gives_the_beginning_of_the_content(content: bytes, cut: int) -> None:
    encoded = base64.encodebytes(content)[:cut]
    decoded = decode_transfer(encoded, "base64")
    assert content.startswith(decoded)
    assert len(decoded) >= len(encoded.translate(None, b"\n=")) * 3 // 4 - 1


@given(st.text(max_size=100), st.integers(0, 300))
@settings(deadline=None, max_examples=200)
def test_cut_quoted_printable_gives_the_beginning_of_the_content(text: str, cut: int) -> None:
    content = text.replace("\r", "").encode()
    decoded = decode_transfer(quopri.encodestring(content)[:cut], "quoted-printable")
    assert content.startswith(decoded.removesuffix(b"\n"))


@pytest.mark.parametrize(
    ("content", "encoding", "expected"),
    [
        (b"U2Fs\r\nw7M=\r\n", "base64", "Saló".encode()),
        (b"U2Fsw7M", "base64", "Saló".encode()),
        (b"U2Fsw", "base64", b"Sal"),
        (b"QQ==Qg==\nQw==", "base64", b"ABC"),
        (b"SGVsbG8=\n_______\nlist footer, not encoded\n", "base64", b"Hello\n_______\nlist footer, not encoded\n"),
        (
            b"This was never base64, whatever the header says.",
            "base64",
            b"This was never base64, whatever the header says.",
        ),
        (b"", "base64", b""),
        (b"caf=C3=A9 =\r\nau lait", "quoted-printable", "café au lait".encode()),
        (b"soft= \t\r\nbreak", "quoted-printable", b"softbreak"),
        (b"cut=C3=A", "quoted-printable", b"cut\xc3"),
        (b"cut=", "quoted-printable", b"cut"),
        (b"=zz stays", "quoted-printable", b"=zz stays"),
        (b"as it is \xff", "8bit", b"as it is \xff"),
        (b"as it is", "x-unheard-of", b"as it is"),
    ],
)
def test_content(content: bytes, encoding: str, expected: bytes) -> None:
    assert decode_transfer(content, encoding) == expected


def test_uuencoded_content() -> None:
    rows = b"".join(binascii.b2a_uu(part) for part in (b"first row, ", b"second row"))
    assert decode_transfer(b"begin 644 a.txt\n" + rows + b"`\nend\n", "x-uuencode") == b"first row, second row"
    assert decode_transfer(b"begin 644 a.txt\n\n" + rows + b"\n", "x-uuencode") == b"first row, second row"
    assert decode_transfer(b"no beginning", "x-uuencode") == b"no beginning"


@given(st.binary(max_size=300), st.sampled_from(["base64", "quoted-printable", "x-uuencode", "7bit", ""]))
@settings(deadline=None, max_examples=300)
def test_it_never_raises(content: bytes, encoding: str) -> None:
    assert isinstance(decode_transfer(content, encoding), bytes)
    assert isinstance(decode_transfer(b"begin 644 x\n" + content, encoding), bytes)
