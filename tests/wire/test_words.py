"""A server's words are shown without the secret, short and harmless."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.errors import LinkError
from listforum.secret import Secret
from listforum.wire.endpoint import Credentials
from listforum.wire.words import ServerWords, bare

secrets = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=6, max_size=30)


def words_for(secret: str) -> ServerWords:
    return ServerWords(Credentials("maria", Secret(secret), "password"))


@settings(deadline=None, max_examples=100)
@given(secrets, st.binary(max_size=20), st.binary(max_size=20))
def test_no_secret_survives_in_base64_of_anything_around_it(secret: str, before: bytes, after: bytes) -> None:
    echoed = base64.b64encode(before + secret.encode() + after).decode()
    shown = words_for(secret).quote(f"you said {echoed}")
    assert echoed not in shown
    assert "***" in shown


@settings(deadline=None, max_examples=100)
@given(secrets, st.text(max_size=5000), st.text(max_size=100))
def test_no_secret_survives_in_plain(secret: str, before: str, after: str) -> None:
    assert secret not in words_for(secret).quote((before + secret + after).encode("utf-8", "replace"))


@settings(deadline=None)
@given(st.binary(max_size=6000))
def test_words_are_one_short_harmless_line(text: bytes) -> None:
    shown = words_for("secret!").quote(text)
    assert len(shown) <= 200 + len("the server says: ")
    assert not [character for character in shown if ord(character) < 32 or 127 <= ord(character) < 160]


def test_silence_is_not_quoted() -> None:
    assert words_for("secret!").quote(b" \r\n") == ""
    assert words_for("secret!").quote("queued") == "the server says: queued"


def test_without_a_secret_nothing_is_cut_out() -> None:
    assert words_for("").quote("hello") == "the server says: hello"


def test_words_show_nothing_of_the_secret_themselves() -> None:
    assert "canary" not in repr(words_for("canary!"))


def test_a_bare_error_keeps_no_frames_and_no_causes() -> None:
    def fail(canary: str) -> None:
        raise LinkError("broke") from ValueError(canary)

    with pytest.raises(LinkError) as raised:
        fail("canary")
    error = bare(raised.value)
    assert (error.__traceback__, error.__cause__, error.__context__) == (None, None, None)
