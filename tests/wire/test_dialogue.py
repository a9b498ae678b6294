"""The dialogue with whatever speaks: any bytes end in responses or in an error of the protocol, soon."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from listforum.errors import LinkError
from listforum.wire.dialogue import Dialogue, Limits, ProtocolError, Response, Tagged
from listforum.wire.fetched import Answer, FetchedPart, PartRequest, arrival, begun_part
from listforum.wire.link import Link


class Tape(Link):
    """A link that says what is on it, once, and swallows what it is told."""

    def __init__(self, said: bytes) -> None:
        self._said = said
        self.heard = b""
        self.breaths = 0
        self._tags = 0

    def read(self, size: int) -> bytes:
        if size > len(self._said):
            raise LinkError("the end")
        data, self._said = self._said[:size], self._said[size:]
        return data

    def readline(self, limit: int) -> bytes:
        end = self._said.find(b"\n") + 1
        if not 0 < end <= limit:
            raise LinkError("the end, or too long")
        return self.read(end)

    def rest(self) -> bytes:
        data, self._said = self._said, b""
        return data

    def send(self, data: bytes) -> None:
        self.heard += data
        self.breaths += 1
        # the tags are not known before
        for tag in re.findall(rb"^([A-Z]+\d+) ", data, re.MULTILINE):
            self._tags += 1
            self._said = self._said.replace(b"{tag}" if self._tags == 1 else b"{tag%d}" % self._tags, tag)

    def close(self) -> None:
        self._said = b""


GREETING = b"* OK [CAPABILITY IMAP4rev1] ready\r\n"
PART = PartRequest(1, "1", 0, 100)


def dialogue(said: bytes) -> Dialogue:
    return Dialogue(Tape(GREETING + said))


def answers(said: bytes, limits: Limits | None = None) -> list[Response | Tagged]:
    asked = [(b"UID FETCH 1 BODY[]",)]
    return [heard for _, heard in dialogue(said).converse(asked, frozenset({"FETCH"}), limits or Limits())]


WHOLE = [
    b"* ",
    b"1 ",
    b"FETCH ",
    b"OK ",
    b"BYE ",
    b"EXISTS",
    b"UID 1 ",
    b"BODY[1] ",
    b"[UIDNEXT 7]",
    b"{tag} OK done\r\n",
]
SCRAPS = [
    b"(",
    b")",
    b'"x" ',
    b"{3}\r\n",
    b"{9999}\r\n",
    b"abc",
    b"\r\n",
    b"+ ",
    b"NIL ",
    b"{",
    b"}",
    b"\\",
    b"[",
    b"]",
    b"\xff\0",
]
pieces = st.sampled_from(WHOLE + SCRAPS)


@settings(deadline=None, max_examples=500)
@given(st.lists(pieces, max_size=25).map(b"".join) | st.binary(max_size=200))
@example(b"* 1 FETCH (UID 1 BODY[1] {" + b"9" * 5000 + b"}\r\n")
@example(b"* 1 FETCH {0}\r\n{0}\r\n\r\n{tag} OK\r\n")
@example(b"* CAPABILITY {0}\r\n\r\n{tag} OK done\r\n")
def test_any_bytes_are_answers_or_an_error(said: bytes) -> None:
    try:
        heard = answers(said + b"\r\n{tag} OK done\r\n")
    except (ProtocolError, LinkError, ValueError):
        return
    assert isinstance(heard[-1], Tagged)
    for response in heard[:-1]:
        assert isinstance(response, Response)
        answer = Answer(response.records)
        assert answer.uid >= 0
        answer.header({})
        answer.structure()
        answer.part(PART)


def test_responses_come_as_they_arrive_and_others_are_dropped() -> None:
    said = b'* 3 EXISTS\r\n* 1 FETCH (UID 1 BODY[1] {3}\r\nab))\r\n* OK note\r\n* 2 FETCH (UID 2 BODY[1] "c")\r\n'
    speaking = dialogue(said)
    conversation = speaking.converse([(b"X",)], frozenset({"FETCH"}), Limits())
    _, first = next(conversation)
    assert isinstance(first, Response)
    assert Answer(first.records).part(PART) == FetchedPart(1, "1", 0, b"ab)")
    assert speaking.exists == 3
    _, second = next(conversation)
    assert isinstance(second, Response)
    assert Answer(second.records).uid == 2
    with pytest.raises(LinkError):
        next(conversation)


@pytest.mark.parametrize(
    "limits",
    [Limits(lines=2), Limits(line=20), Limits(literal=2), Limits(volume=40)],
    ids=["lines", "line", "literal", "all"],
)
def test_each_bound_holds(limits: Limits) -> None:
    said = b"* 1 FETCH (UID 1 BODY[1] {3}\r\nabc)\r\n* 2 FETCH (UID 2)\r\n{tag} OK done\r\n"
    assert len(answers(said)) == 3
    with pytest.raises((ProtocolError, LinkError)):
        answers(said, limits)


def test_a_literal_is_refused_before_a_byte_of_it_is_read() -> None:
    tape = Tape(GREETING + b"* 1 FETCH (BODY[1] {101}\r\n" + b"x" * 101 + b")\r\n")
    speaking = Dialogue(tape)
    with pytest.raises(ProtocolError):
        list(speaking.converse([(b"X",)], frozenset({"FETCH"}), Limits(literal=100)))
    assert tape.read(101) == b"x" * 101


def test_pieces_wait_for_the_server() -> None:
    tape = Tape(GREETING + b"+ go\r\n+ go\r\n{tag} OK done\r\n")
    ((number, end),) = Dialogue(tape).converse([(b"LOGIN {1}", b"a {1}", b"b")], frozenset(), Limits())
    assert number == 0
    assert isinstance(end, Tagged)
    assert tape.heard.split(b" ", 1)[1] == b"LOGIN {1}\r\na {1}\r\nb\r\n"


class TestCommandsInOneBreath:
    def test_are_answered_each(self) -> None:
        tape = Tape(GREETING + b"{tag} OK 1\r\n* 1 FETCH (UID 1)\r\n{tag2} NO 2\r\n{tag3} OK 3\r\n")
        heard = list(Dialogue(tape).converse([(b"A",), (b"B",), (b"C",)], frozenset({"FETCH"}), Limits()))
        assert tape.breaths == 1
        assert [number for number, _ in heard] == [0, 1, 1, 2]
        assert [said.status for _, said in heard if isinstance(said, Tagged)] == ["OK", "NO", "OK"]

    def test_may_be_answered_in_another_order(self) -> None:
        said = b"{tag} OK 1\r\n* 1 FETCH (UID 1)\r\n{tag2} NO 2\r\n{tag3} OK 3\r\n"
        tape = Tape(GREETING + said)
        heard = list(Dialogue(tape).converse([(b"A",), (b"B",), (b"C",)], frozenset({"FETCH"}), Limits()))
        assert tape.breaths == 1
        assert [number for number, _ in heard] == [0, 1, 1, 2]
        assert [said.status for _, said in heard if isinstance(said, Tagged)] == ["OK", "NO", "OK"]

    def test_may_end_in_another_order(self) -> None:
        tape = Tape(GREETING + b"{tag2} OK 2\r\n{tag} OK 1\r\n")
        heard = list(Dialogue(tape).converse([(b"A",), (b"B",)], frozenset(), Limits()))
        assert [number for number, _ in heard] == [1, 0]

    def test_wait_behind_a_piece_that_waits(self) -> None:
        tape = Tape(GREETING + b"+ go\r\n{tag} OK 1\r\n{tag2} OK 2\r\n")
        heard = list(Dialogue(tape).converse([(b"A {1}", b"a"), (b"B",)], frozenset(), Limits()))
        assert tape.breaths == 2
        assert [number for number, _ in heard] == [0, 1]

    def test_go_on_when_a_piece_is_not_wanted_any_more(self) -> None:
        tape = Tape(GREETING + b"{tag} NO 1\r\n{tag2} OK 2\r\n")
        heard = list(Dialogue(tape).converse([(b"A {1}", b"a"), (b"B",)], frozenset(), Limits()))
        assert [said.status for _, said in heard if isinstance(said, Tagged)] == ["NO", "OK"]
        assert b"a\r\n" not in tape.heard


class TestWhatTheEndOfTheLinkCutsOff:
    @pytest.mark.parametrize("item", [b"BODY[1.2]<20> {9}", b"BINARY[1.2]<20> {9}", b"BINARY[1.2]<20> ~{9}"])
    def test_is_the_beginning_of_a_part(self, item: bytes) -> None:
        speaking = dialogue(b"* 1 FETCH (UID 7 " + item + b"\r\nabcd")
        with pytest.raises(LinkError):
            list(speaking.converse([(b"X",)], frozenset({"FETCH"}), Limits()))
        cut = speaking.unfinished
        assert cut
        decoded = item.startswith(b"BINARY")
        assert begun_part(cut.line, cut.content) == FetchedPart(7, "1.2", 20, b"abcd", decoded, whole=False)

    def test_is_all_of_a_part_whose_bracket_is_missing(self) -> None:
        speaking = dialogue(b"* 1 FETCH (UID 7 BODY[1]<0> {4}\r\nabcd")
        with pytest.raises(LinkError):
            list(speaking.converse([(b"X",)], frozenset({"FETCH"}), Limits()))
        assert speaking.unfinished
        assert speaking.unfinished.content == b"abcd"

    def test_is_nothing_where_a_response_is_complete(self) -> None:
        speaking = dialogue(b"* 1 FETCH (UID 7 BODY[1]<0> {4}\r\nabcd)\r\n")
        with pytest.raises(LinkError):
            list(speaking.converse([(b"X",)], frozenset({"FETCH"}), Limits()))
        assert speaking.unfinished is None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        (b"17-Jul-1996 02:44:25 -0700", 837596665),
        (b" 1-Jan-1970 00:00:00 +0000", 0),
        (b"01-Jan-1970 00:00:00 +0100", None),
        (b"31-Dec-2037 23:59:60 +0000", 2145916799),
        (b"30-Feb-2000 00:00:00 +0000", None),
        (b"01-Foo-2000 00:00:00 +0000", None),
        (b"2000-01-01", None),
        (None, None),
        (5, None),
    ],
)
def test_internal_dates_are_seconds(text: object, moment: int | None) -> None:
    assert arrival(text) == moment
