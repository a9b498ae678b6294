"""Outlook's Thread-Index tells which mail of a conversation answers which."""

from __future__ import annotations

import base64
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.mail.header import read_header
from listforum.mail.thread_index import MOST_PARENTS, ThreadIndex, thread_index

FIRST = bytes(range(1, 23))


def value(*answers: bytes, first: bytes = FIRST) -> str:
    return base64.b64encode(first + b"".join(answers)).decode()


def read(*answers: bytes, first: bytes = FIRST) -> ThreadIndex:
    found = thread_index(value(*answers, first=first))
    assert found is not None
    return found


def test_the_mail_that_began_it_has_no_parent() -> None:
    assert read().parents == ()


def test_the_nearest_parent_comes_first() -> None:
    child, grandchild = read(b"aaaaa"), read(b"aaaaa", b"bbbbb")
    assert child.parents == (read().own,)
    assert grandchild.parents == (child.own, read().own)


def test_answers_to_the_same_mail_differ() -> None:
    assert read(b"aaaaa").own != read(b"bbbbb").own


def test_another_conversation_has_nothing_in_common() -> None:
    other = read(b"aaaaa", first=bytes(range(2, 24)))
    assert not {other.own, *other.parents} & {read(b"aaaaa").own, *read(b"aaaaa").parents}


def test_an_id_is_short_and_always_the_same() -> None:
    assert read().own == "f70e3cb7ce75a41f4480990f"


def test_a_folded_value_is_read() -> None:
    whole = value(b"aaaaa", b"bbbbb")
    assert thread_index(f" {whole[:20]}\t {whole[20:]} ") == read(b"aaaaa", b"bbbbb")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not base64!",
        "=",
        "é" * 40,
        value()[:-4],
        value(b"aaaa"),
        value(b"aaaaaa"),
        value(first=bytes(22)),
        value(b"aaaaa", first=FIRST[:6] + bytes(16)),
        base64.b64encode(bytes(1_000_000)).decode(),
    ],
)
def test_what_is_none_is_not_believed(text: str) -> None:
    assert thread_index(text) is None


def test_of_a_flood_of_ancestors_the_nearest_are_kept_and_the_first() -> None:
    chain = [b"%05d" % n for n in range(900)]
    began = time.process_time()
    found = read(*chain)
    assert time.process_time() - began < 1
    assert len(found.parents) == MOST_PARENTS
    assert found.parents[0] == read(*chain[:-1]).own
    assert found.parents[-1] == read().own


@settings(deadline=None, max_examples=100)
@given(st.lists(st.binary(min_size=5, max_size=5), min_size=1, max_size=20))
def test_a_mail_has_the_ancestors_of_its_parent_and_the_parent(answers: list[bytes]) -> None:
    parent = read(*answers[:-1])
    assert read(*answers).parents == (parent.own, *parent.parents)


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=200))
def test_nothing_makes_it_fail(text: str) -> None:
    thread_index(text)


def test_a_header_keeps_the_field() -> None:
    header = read_header(f"Thread-Index:\r\n {value(b'aaaaa')}\r\nSubject: maps\r\n\r\n".encode())
    assert thread_index(header.thread_index) == read(b"aaaaa")


def test_a_header_without_it_has_none() -> None:
    assert read_header(b"Subject: maps\r\n\r\n").thread_index == ""
