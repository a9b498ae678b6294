"""The demo's IMAP server beside a Dovecot: of the same mails both must say the same, octet for octet."""

from __future__ import annotations

import asyncio
import contextlib
import imaplib
import itertools
import re
import socket
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from imapclient.response_parser import parse_response

from listforum.demo.imap_server import ImapServer
from listforum.demo.imap_session import Account, Folder, Session
from listforum.demo.list_software import list_copy
from listforum.demo.mailbox import Mailbox, open_filled
from listforum.demo.mails import community
from listforum.demo.world import World
from mails import BEGAN, mail
from member import Member
from servers.dovecot import Dovecot, User

PASSWORD = "correct horse"


def lines(*text: str | bytes) -> bytes:
    return b"".join((one.encode() if isinstance(one, str) else one) + b"\r\n" for one in text)


ADDRESSES = lines(
    "Date: Tue, 3 Mar 2026 10:00:00 +0000 (morning)",
    "Subject: Everything that an address field may hold",
    'From: "Lima, Ana \\"A\\"" <ana@example.org>',
    "Sender: ",
    "To: Testers: bo@example.org (Bo B.), Cy <cy@example.net>;,",
    "\tundisclosed-recipients:;",
    "Cc: Plain Name <plain.name@example.org>, =?utf-8?q?J=C3=B6?= <jo@example.org>",
    'Bcc: "quoted local"@example.org',
    "In-Reply-To: <one@example.org>",
    "Message-ID: <two@example.org>",
    "",
    "Text.",
)

MAILS = {
    "plain": mail(1),
    "no header but a subject": lines("Subject: bare", "", "Text."),
    "no body": lines("Subject: nothing follows", ""),
    "an empty line first": lines("", "Text."),
    "8 bit and a quote": lines('Content-Type: text/plain; charset="utf-8"; format=flowed; x="a\\"b\\\\c"', "", "سلام"),
    "all fields": lines(
        "Content-Type: text/plain; charset=us-ascii (plain); name=notes.txt",
        "Content-Transfer-Encoding: Quoted-Printable (as it is)",
        "Content-ID: <part@example.org>",
        "Content-Description: Notes of",
        "  the meeting",
        'Content-Disposition: attachment; filename="notes of a meeting.txt"; size=10',
        "Content-Language: en, fa",
        "Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==",
        "Content-Location: https://data.example.org/notes.txt",
        "",
        "Text.",
    ),
    "type in capitals": lines("CONTENT-TYPE: TEXT/HTML; CHARSET=KOI8-R", "", "<p>text</p>"),
    "not a text": lines("Content-Type: application/pdf", "Content-Transfer-Encoding: base64", "", "AAAA"),
    "two parts": lines(
        "Mime-Version: 1.0",
        'Content-Type: multipart/mixed; boundary="one two"; x=y',
        "Content-Language: es",
        "Content-Disposition: inline",
        "",
        "This is for old programs.",
        "--one two",
        "",
        "No header at all.",
        "--one two  ",
        "Content-Type: text/csv; charset=utf-8; name*=utf-8''%D8%A8%D9%88%D8%AF.csv",
        "Content-Disposition: attachment; filename*0*=utf-8''%D8%A8; filename*1*=%D9%88; filename*2=.csv",
        "Content-Transfer-Encoding: base64",
        "",
        "YSxiCg==",
        "",
        "--one two--",
        "After the end.",
        "--one two",
        "",
        "Not a part.",
    ),
    "nested": lines(
        "Content-Type: multipart/mixed; boundary=outer",
        "",
        "--outer",
        "Content-Type: multipart/alternative; boundary=outer-inner",
        "",
        "--outer-inner",
        "Content-Type: text/plain",
        "",
        "One.",
        "--outer-inner",
        "Content-Type: text/html",
        "",
        "<p>One.",
        "--outer-inner--",
        "",
        "--outer",
        "Content-Type: text/plain",
        "",
        "The footer.",
        "--outer--",
    ),
    "a mail in a mail": lines(
        "Content-Type: multipart/mixed; boundary=b",
        "",
        "--b",
        "",
        "See below.",
        "--b",
        "Content-Type: message/rfc822",
        "Content-Disposition: attachment",
        "",
        ADDRESSES,
        "--b",
        "Content-Type: message/rfc822",
        "",
        "From: deep@example.org",
        "Content-Type: multipart/mixed; boundary=c",
        "",
        "--c",
        "",
        "Deep.",
        "--c",
        "Content-Type: image/png",
        "Content-Transfer-Encoding: base64",
        "",
        "AAAA",
        "--c--",
        "",
        "--b--",
    ),
    "only a mail": lines("Content-Type: message/rfc822", "Subject: outer", "", ADDRESSES),
    "a digest": lines(
        "Content-Type: multipart/digest; boundary=d",
        "",
        "--d",
        "",
        "From: a@example.org",
        "Subject: first",
        "",
        "One.",
        "--d",
        "",
        "Subject: second",
        "",
        "Two.",
        "--d--",
    ),
    "without its last line": lines("Content-Type: multipart/mixed; boundary=b", "", "--b", "", "cut of") + b"f",
    "without a part": lines("Content-Type: multipart/mixed; boundary=b", "", "nothing here"),
    "without a boundary": lines("Content-Type: multipart/mixed", "", "text"),
    "lone line feeds": b"Subject: unix\nContent-Type: text/plain\n\none\ntwo\n",
    "a NUL": b"Subject: nul\r\n\r\nbe\0fore\r\n",
    "addresses": ADDRESSES,
}

WORDS = (
    *(b"UID", b"FETCH", b"SEARCH", b"LIST", b"EXAMINE", b"LOGIN", b"AUTHENTICATE", b"NOOP", b"PLAIN"),
    *(b" ", b" ", b" ", b"(", b")", b"[", b"]", b"<", b">", b"*", b":", b",", b".", b'"', b"\\", b"%", b"{3+}\r\n"),
    *(
        b"1",
        b"0",
        b"4294967296",
        b"1:*",
        b"abc",
        b'"x"',
        b"\xff",
        b"\0",
        b"\r",
        b"INBOX",
        b"NIL",
        b"BODY",
        b"BODY.PEEK[",
    ),
    *(
        b"BODYSTRUCTURE",
        b"ENVELOPE",
        b"HEADER.FIELDS (",
        b"TEXT",
        b"MIME",
        b"HEADER",
        b"SUBJECT",
        b"NOT",
        b"OR",
        b"ALL",
    ),
)
OPEN_DATA = '[lists.open-data]\naccount = "home"\nfolder = "INBOX"\nlist_id = "open-data.lists.example.org"'
FIELDS = "(DATE FROM SUBJECT RECEIVED X-NONE CONTENT-TYPE)"


class Client(imaplib.IMAP4):
    """A client of one of the servers, logged in, with INBOX open."""

    def __init__(self, port: int, user: str) -> None:
        super().__init__("127.0.0.1", port, timeout=20)
        self.login(user, PASSWORD)
        self.select("INBOX", readonly=True)

    def items(self, uids: Iterable[int], *items: str) -> dict[int, dict[str, Any]]:
        """What a FETCH answers of mails: by UID, the items by name, with values as nested tuples."""
        _, data = self.uid("FETCH", ",".join(map(str, uids)), f"({' '.join(items)})")
        parsed = parse_response([one for one in data if one is not None])
        mails = [
            {name.decode().upper(): value for name, value in zip(mail[::2], mail[1::2], strict=True)}
            for mail in parsed[1::2]
        ]
        return {mail["UID"]: mail for mail in mails}

    def found(self, *criteria: str) -> list[bytes]:
        """The UIDs that a search answers."""
        _, data = self.uid("SEARCH", *criteria)
        return data[0].split()


@dataclass(frozen=True, slots=True)
class Pair:
    """Both servers, with the same mails."""

    ours: Client
    theirs: Client
    names: tuple[str, ...]


@contextmanager
def serving(inbox: Mailbox, sent: Mailbox) -> Iterator[int]:
    """The server in a thread of its own; gives its port."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    account = Account(b"user", PASSWORD.encode(), (Folder(b"INBOX", inbox), Folder(b"Sent", sent, b"\\Sent")))
    loop = asyncio.new_event_loop()
    server = ImapServer(account)
    loop.run_until_complete(server.start(listener))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def stop() -> None:
        server.stop()
        await asyncio.sleep(0.02)
        loop.stop()

    try:
        yield int(listener.getsockname()[1])
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop)
        thread.join()
        loop.close()


@pytest.fixture(scope="module")
def pair(dovecot: Dovecot, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    demo = {f"demo {number}": one.mail for number, one in enumerate(community(BEGAN), 1)}
    mails = MAILS | demo
    arrivals = [(octets, BEGAN + 60 * number) for number, octets in enumerate(mails.values())]
    user = dovecot.add_user()
    dovecot.append_all(user, "INBOX", arrivals)
    directory = tmp_path_factory.mktemp("mail")
    with serving(open_filled(directory / "inbox", arrivals), Mailbox(directory / "sent")) as port:
        ours, theirs = Client(port, "user"), Client(dovecot.imap_port, user.name)
        yield Pair(ours, theirs, tuple(mails))
        for client in (ours, theirs):
            client.logout()


@pytest.fixture(scope="module")
def one_mail(tmp_path_factory: pytest.TempPathFactory) -> Mailbox:
    return open_filled(tmp_path_factory.mktemp("mail") / "inbox", [(MAILS["nested"], BEGAN)])


@pytest.fixture
def inbox(tmp_path: Path) -> Mailbox:
    """A mailbox with one mail."""
    return open_filled(tmp_path / "inbox", [(MAILS["two parts"], BEGAN)])


@pytest.fixture
def port(inbox: Mailbox, tmp_path: Path) -> Iterator[int]:
    with serving(inbox, Mailbox(tmp_path / "sent")) as port:
        yield port


@pytest.fixture
def client(port: int) -> Iterator[Client]:
    with Client(port, "user") as client:
        yield client


def sections(structure: Any, number: str = "") -> Iterator[str]:
    """All sections that there are in a mail of this BODYSTRUCTURE, below the part with this number."""
    dot = number + "." if number else ""
    yield from (f"{dot}HEADER", f"{dot}TEXT", f"{dot}HEADER.FIELDS {FIELDS}", f"{dot}HEADER.FIELDS.NOT {FIELDS}")
    if isinstance(structure[0], tuple):
        yield from _below(structure, number)
    else:
        yield from _below((structure,), number)


def _below(multipart: Any, number: str) -> Iterator[str]:
    parts = itertools.takewhile(lambda one: isinstance(one, tuple), multipart)
    for at, part in enumerate(parts, 1):
        name = f"{number}.{at}" if number else f"{at}"
        yield from (name, f"{name}.MIME")
        if isinstance(part[0], tuple):
            yield from _below(part, name)
        elif part[:2] == (b"message", b"rfc822"):
            yield from sections(part[8], name)


def joined(tree: Any) -> Any:
    """A BODYSTRUCTURE with continued parameters (RFC 2231, 3) put together, which some servers do and some do not."""
    if not isinstance(tree, tuple):
        return tree
    found: dict[bytes, bytes] = {}
    for name, value in zip(tree[::2], tree[1::2], strict=False):
        if not isinstance(name, bytes) or not isinstance(value, bytes):
            return tuple(joined(one) for one in tree)
        bare = re.sub(rb"\*\d+\*?$", b"*", name)
        found[bare] = found.get(bare, b"") + value
    return tuple(itertools.chain.from_iterable(found.items()))


def same_about(pair: Pair, uids: Sequence[int]) -> None:
    asked = ("UID", "RFC822.SIZE", "INTERNALDATE", "ENVELOPE", "BODYSTRUCTURE")
    ours, theirs = (client.items(uids, *asked) for client in (pair.ours, pair.theirs))
    assert list(ours) == list(theirs) == list(uids)
    for uid in uids:
        assert set(ours[uid]) == set(asked)
        assert joined(ours[uid].pop("BODYSTRUCTURE")) == joined(theirs[uid].pop("BODYSTRUCTURE"))
        assert ours[uid] == theirs[uid]


def same_of_every_section(pair: Pair, uids: Sequence[int]) -> None:
    alike: dict[tuple[str, ...], list[int]] = {}
    for uid, told in pair.theirs.items(uids, "BODYSTRUCTURE").items():
        alike.setdefault(("", *sections(told["BODYSTRUCTURE"]), "9", "9.MIME"), []).append(uid)
    assert sum(map(len, alike.values())) == len(uids)
    ranges = ["BODY.PEEK[]<7.100>", "BODY.PEEK[TEXT]<3.100000>", "BODY.PEEK[1]<100000.5>", "BODY.PEEK[1]<0.9>"]
    for names, group in alike.items():
        items = [f"BODY.PEEK[{name}]" for name in names] + ranges
        ours, theirs = (client.items(group, *items) for client in (pair.ours, pair.theirs))
        for uid in group:
            assert len(ours[uid]) == len(items) + 1
            same_values(ours[uid], theirs[uid])


def same_values(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    assert ours.keys() == theirs.keys()
    for item, value in ours.items():
        # Dovecot counts the line end before an outer boundary to an inner multipart; RFC 2046 (5.1.1) does not
        extra = b"\r\n" if item != "UID" and _ended(value) and theirs[item] != value else None
        assert theirs[item] == (value if extra is None else value + extra), item


def _ended(octets: bytes) -> bool:
    return octets.rpartition(b"\r\n")[2].startswith(b"--") and octets.endswith(b"--")


# --- beside a Dovecot -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MAILS)
def test_what_is_said_about_a_mail(pair: Pair, name: str) -> None:
    same_about(pair, [pair.names.index(name) + 1])


@pytest.mark.parametrize("name", MAILS)
def test_every_section_of_a_mail(pair: Pair, name: str) -> None:
    same_of_every_section(pair, [pair.names.index(name) + 1])


def test_the_whole_demo(pair: Pair) -> None:
    uids = range(len(MAILS) + 1, len(pair.names) + 1)
    same_about(pair, uids)
    same_of_every_section(pair, uids)


@pytest.mark.parametrize(
    "criteria",
    [
        ("ALL",),
        ("3:5,7,*",),
        ("UID 4:4294967295", "NOT 5:7"),
        ("UID 900:*",),
        ('HEADER List-Id "open-data.lists.example.org"',),
        ("UID 1:4294967295", 'OR TO "open-data@lists.example.org" CC "open-data@lists.example.org"'),
        ('NOT HEADER List-Id "OPEN-DATA.lists"',),
        ('HEADER Message-ID "two@example.org"',),
        ('HEADER X-None ""',),
        ('FROM "ana@example.org"', 'SUBJECT "address"'),
        ('BCC "quoted"',),
        ('CHARSET UTF-8 FROM "Maria"',),
        ('(SUBJECT "digest" 1:*)', '(OR (FROM "a" NOT TO "b") ALL)'),
        ('HEADER "Content-Type" "MULTIPART/"',),
    ],
)
def test_searches_find_the_same(pair: Pair, criteria: tuple[str, ...]) -> None:
    assert pair.ours.found(*criteria) == pair.theirs.found(*criteria)


def test_a_search_for_a_word_in_any_script_finds_the_same(pair: Pair) -> None:
    for word in ("داده", "бюджет", "données", "数据"):
        octets = word.encode()
        results = []
        for one in (pair.ours, pair.theirs):
            one.literal = octets
            results.append(one.found("CHARSET", "UTF-8", "SUBJECT"))
        assert results[0] == results[1]


def test_members_of_both_have_the_same_archive(dovecot: Dovecot, user: User, tmp_path: Path) -> None:
    mails = community(BEGAN)
    dovecot.append_all(user, "INBOX", [(one.mail, one.arrived) for one in mails])
    theirs = Member(tmp_path / "theirs")
    theirs.configure(dovecot, user, OPEN_DATA, more="[sync]\nhistory = 500\n")
    ours = Member(tmp_path / "ours")
    with World(tmp_path / "server", mails, list_copy) as world:
        world.link.use("fast")
        ours.home.mkdir(mode=0o700)
        (ours.home / "config.toml").write_text(world.config())
        (ours.home / "config.toml").chmod(0o600)
        documents = [member.json("sync")["lists"] for member in (ours, theirs)]
    assert documents[0] == documents[1]
    assert documents[0][0]["new_texts"] == len(mails)
    topics = [member.json("topics", "open-data", "--limit", "1000") for member in (ours, theirs)]
    assert topics[0] == topics[1]
    assert len(topics[0]) > 10
    for topic in topics[0]:
        assert ours.json("show", str(topic["topic"])) == theirs.json("show", str(topic["topic"]))


# --- what it says ---------------------------------------------------------------------------------------------------


def test_it_says_what_it_can(client: Client) -> None:
    assert {"IMAP4REV1", "SASL-IR", "AUTH=PLAIN", "LITERAL+", "SPECIAL-USE", "UNSELECT", "IDLE"} == set(
        client.capabilities
    )


def test_it_has_an_inbox_and_a_sent_folder(client: Client) -> None:
    assert client.list('""', "*")[1] == [b'(\\HasNoChildren) "/" "INBOX"', b'(\\HasNoChildren \\Sent) "/" "Sent"']
    assert client.list('""', "I%X")[1] == [b'(\\HasNoChildren) "/" "INBOX"']
    assert client.list('""', '""')[1] == [b'(\\Noselect) "/" ""']


def test_opening_a_folder_tells_its_lasting_numbers(client: Client, inbox: Mailbox) -> None:
    assert client.select("inbox", readonly=True) == ("OK", [b"1"])
    assert client.untagged_responses["UIDVALIDITY"] == [b"%d" % inbox.uidvalidity]
    assert client.untagged_responses["UIDNEXT"] == [b"2"]
    assert client.select("Sent", readonly=True) == ("OK", [b"0"])


def test_a_folder_that_is_not_there_is_refused(client: Client) -> None:
    assert client.select("Archive", readonly=True)[0] == "NO"
    with pytest.raises(imaplib.IMAP4.error):  # and none is open any more
        client.uid("SEARCH", "ALL")


def test_mail_that_comes_is_told_of(client: Client, inbox: Mailbox) -> None:
    inbox.append(MAILS["plain"], BEGAN)
    assert client.found("ALL") == [b"1"]
    assert client.untagged_responses["EXISTS"][-1] == b"2"
    assert client.found("ALL") == [b"1", b"2"]


def test_mail_is_told_of_while_somebody_waits_for_it(port: int, inbox: Mailbox) -> None:
    with socket.create_connection(("127.0.0.1", port), 10) as connection, connection.makefile("rwb") as client:
        client.write(b"a LOGIN user {13+}\r\ncorrect horse\r\na EXAMINE INBOX\r\nb IDLE\r\n")
        client.flush()
        while client.readline() != b"+ idling\r\n":
            pass
        inbox.append(MAILS["plain"], BEGAN)
        assert client.readline() == b"* 2 EXISTS\r\n"
        client.write(b"DONE\r\n")
        client.flush()
        assert client.readline().startswith(b"b OK ")


def test_nothing_is_ever_marked_or_changed(client: Client, inbox: Mailbox) -> None:
    assert client.fetch("1", "(BODY[])")[0] == "OK"
    assert client.items([1], "FLAGS") == {1: {"UID": 1, "FLAGS": ()}}
    for command in ("STORE", "COPY"):
        with pytest.raises(imaplib.IMAP4.error):
            client.uid(command, "1", "+FLAGS" if command == "STORE" else "Sent", "(\\Seen)")
    with pytest.raises(imaplib.IMAP4.error):
        client.expunge()
    assert len(inbox.mails) == 1


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (b"a FROBNICATE\r\n", b"a BAD "),
        (b"a FETCH 1 (UID)\r\n", b"a BAD "),
        (b"a LOGIN user wrong\r\n", b"a NO [AUTHENTICATIONFAILED]"),
        (b'a LOGIN "user" {13}\r\ncorrect horse\r\n', b"+ go on\r\na OK [CAPABILITY "),
        (b"a LOGIN {4+}\r\nuser {13+}\r\ncorrect horse\r\n", b"a OK [CAPABILITY "),
        (b"a AUTHENTICATE PLAIN AHVzZXIAY29ycmVjdCBob3JzZQ==\r\n", b"a OK [CAPABILITY "),
        (b"a AUTHENTICATE PLAIN\r\nAHVzZXIAY29ycmVjdCBob3JzZQ==\r\n", b"+ \r\na OK [CAPABILITY "),
        (b"a AUTHENTICATE PLAIN\r\n*\r\n", b"+ \r\na BAD "),
        (b"a AUTHENTICATE PLAIN AHVzZXIAd3Jvbmc=\r\n", b"a NO [AUTHENTICATIONFAILED]"),
        (b"a AUTHENTICATE CRAM-MD5\r\n", b"a NO "),
        (b"a NOOP \r\n", b"a BAD "),
        (b"\r\n", b"* BAD "),
        (b"a LOGIN {99999}\r\n", b"* BYE the command is too large\r\n"),
        (b"a " + b"x" * 100_000 + b"\r\n", b"* BYE the line is too long\r\n"),
        (b"a LOGOUT\r\n", b"* BYE until next time\r\na OK goodbye\r\n"),
    ],
)
def test_before_the_login(port: int, said: bytes, answer: bytes) -> None:
    assert conversation(port, said).startswith(answer)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (b"UID FETCH 1 (UID BODY.PEEK[9]<0.10>)", b"* 1 FETCH (UID 1 BODY[9]<0> {0}\r\n)\r\nb OK "),
        (b"UID FETCH 1 BODY.PEEK[1.MIME]", b"* 1 FETCH (UID 1 BODY[1.MIME] {2}\r\n\r\n)\r\nb OK "),
        (b"FETCH 1 RFC822.SIZE", b"* 1 FETCH (RFC822.SIZE 477)\r\nb OK "),
        (b"UID FETCH 7:9 (UID)", b"b OK "),
        (b"UID FETCH 0 (UID)", b"b BAD "),
        (b"UID FETCH 1 (BODY[1.MAIL])", b"b BAD "),
        (b"UID FETCH 1 (BODY[MIME])", b"b BAD "),
        (b"UID FETCH 1 (BODY[]<0.0>)", b"b BAD "),
        (b"UID FETCH 1 (UID", b"b BAD "),
        (b"UID FETCH 1 (UID) x", b"b BAD "),
        (b"UID STORE 1 +FLAGS (\\Seen)", b"b BAD "),
        (b"UID SEARCH CHARSET KOI8-R ALL", b"b NO [BADCHARSET "),
        (b"UID SEARCH BODY word", b"b BAD "),
        (b"UID SEARCH " + b"(" * 500, b"b BAD "),
        (b"UID SEARCH HEADER Subject {3+}\r\nx\0y", b"b BAD "),
        (b"IDLE\r\nDONE", b"+ idling\r\nb OK "),
        (b"IDLE\r\ndone", b"+ idling\r\nb OK "),
        (b"IDLE\r\nb NOOP", b"+ idling\r\nb BAD "),
        (b"IDLE now", b"b BAD "),
        (b"CLOSE", b"b OK "),
    ],
)
def test_in_a_folder(port: int, said: bytes, answer: bytes) -> None:
    start = b"a LOGIN user {13+}\r\ncorrect horse\r\na EXAMINE INBOX\r\n"
    answers = conversation(port, start + b"b " + said + b"\r\n")
    assert answers.split(b"a OK [READ-ONLY] opened\r\n")[1].startswith(answer)


@given(st.lists(st.sampled_from(WORDS), max_size=12))
@settings(deadline=None, max_examples=300)
def test_whatever_is_said_is_answered(one_mail: Mailbox, words: list[bytes]) -> None:
    command = b"a " + b"".join(words) + b"\r\n"
    for start in ([], [b"x LOGIN user secret\r\n", b"x EXAMINE INBOX\r\n"]):
        answers = answered(one_mail, [*start, command])
        assert answers[-1].startswith((b"a OK ", b"a NO ", b"a BAD ", b"* BAD "))


def conversation(port: int, said: bytes) -> bytes:
    """All that the server answers to these octets until it hangs up, greeting left out."""
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall(said + b"z LOGOUT\r\n")
        answers = b""
        with contextlib.suppress(ConnectionResetError):  # it did not read all of what was too long
            while data := connection.recv(65536):
                answers += data
    return answers.partition(b"ready\r\n")[2]


class Heard:
    """A client of a session without a connection."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []

    async def send(self, octets: bytes) -> None:
        self.lines.append(octets)

    async def receive(self) -> bytes:
        return b"*\r\n"


def answered(mailbox: Mailbox, commands: list[bytes]) -> list[bytes]:
    """What a session answers to commands."""

    async def hold() -> list[bytes]:
        heard = Heard()
        session = Session(Account(b"user", b"secret", (Folder(b"INBOX", mailbox),)), heard)
        for command in commands:
            await session.perform(command)
        return heard.lines

    return asyncio.run(hold())
