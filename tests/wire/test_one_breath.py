"""Everything that can go in one breath does, within what servers can take: who was here before waits least."""

from __future__ import annotations

import pytest

from listforum.errors import LoginError, ServerError
from listforum.secret import Secret
from listforum.wire.dialogue import Response
from listforum.wire.endpoint import Credentials, Endpoint
from listforum.wire.fetched import FetchedHeader, FetchedPart, PartRequest
from listforum.wire.folder import FolderState, Glance, found_uids
from listforum.wire.imap import ImapSession, Opening
from servers.certificates import Authority, Certificate
from servers.dovecot import Dovecot, User
from servers.scripted import Peer, Script, ScriptedServer
from wire.sessions import QUICK, endpoint_of, password_of

POOR = frozenset({"IMAP4REV1", "AUTH=PLAIN"})
READER = Credentials("reader", Secret("correct horse"), "password")
EXAMINED = ("* 3 EXISTS", "* OK [UIDVALIDITY 9] .", "* OK [UIDNEXT 13] .", "{tag} OK [READ-ONLY] .")
STRUCTURE = '("text" "plain" ("charset" "utf-8") NIL NIL "8bit" 5 1 NIL NIL NIL NIL)'
NEWS = Glance("INBOX", first=11, most=60)


@pytest.fixture(scope="module")
def good(authority: Authority) -> Certificate:
    return authority.certificate("localhost")


def session_with(server: ScriptedServer, authority: Authority, *glances: Glance) -> ImapSession:
    endpoint = Endpoint("localhost", server.port, "implicit", str(authority.ca_file))
    return ImapSession(endpoint, READER, deadlines=QUICK, opening=Opening(POOR, glances))


def answering(*answers: tuple[str, ...]) -> Script:
    """Greets, waits until as many commands have come, and only then answers them, each with its own tag."""

    def script(peer: Peer) -> None:
        peer.send("* OK ready")
        tags = []
        for _ in answers:
            peer.receive()
            tags.append(peer.tag)
        for tag, lines in zip(tags, answers, strict=True):
            peer.tag = tag
            peer.send(*lines)
        peer.hang()

    return script


def test_login_folder_and_news_go_in_one_write(good: Certificate, authority: Authority) -> None:
    script = answering(
        ("{tag} OK [CAPABILITY IMAP4rev1] in",),
        EXAMINED,
        ("* SEARCH 11 12", "{tag} OK ."),
        (f"* 2 FETCH (UID 11 BODYSTRUCTURE {STRUCTURE})", "{tag} OK ."),
    )
    with ScriptedServer(script, good) as server, session_with(server, authority, NEWS) as session:
        assert session.opened
        _glance, seen = session.opened
        assert seen.state == FolderState(9, 13, 3)
        assert seen.news
        assert seen.news.uids == (11, 12)
        assert [part.type for part in seen.news.parts[11]] == ["text/plain"]
    assert b'LOGIN "reader" "correct horse"' in server.secret
    assert b"CAPABILITY\r\n" not in server.secret


def test_what_a_server_cannot_do_any_more_is_found_out(good: Certificate, authority: Authority) -> None:
    def script(peer: Peer) -> None:
        peer.send("* OK ready")
        for lines in (("{tag} OK in",), EXAMINED, ("{tag} BAD what is ESEARCH?",)):
            peer.receive()
            peer.send(*lines)
        peer.expect("CAPABILITY")
        peer.send("* CAPABILITY IMAP4rev1", "{tag} OK .")
        peer.expect("UID SEARCH UID 11:")
        peer.send("* SEARCH 12", "{tag} OK .")
        peer.hang()

    with ScriptedServer(script, good) as server:
        endpoint = Endpoint("localhost", server.port, "implicit", str(authority.ca_file))
        opening = Opening(POOR | {"ESEARCH"}, (Glance("INBOX", first=11),))
        with ImapSession(endpoint, READER, deadlines=QUICK, opening=opening) as session:
            assert "ESEARCH" not in session.remembered
            assert session.uids_from(11) == (12,)


def test_a_server_that_decodes_nothing_after_all_is_not_asked_for_each_mail(
    good: Certificate, authority: Authority
) -> None:
    def script(peer: Peer) -> None:
        peer.send("* OK ready")
        peer.receive()
        peer.send("{tag} OK [CAPABILITY IMAP4rev1 BINARY] in")
        while True:
            line = peer.receive()
            if b"BINARY" in line:
                peer.send("{tag} NO [UNKNOWN-CTE] not today")
                continue
            for number in _numbers(line.split()[3].decode()):
                peer.send(f"* {number} FETCH (UID {number} BODY[1]<0> {{2}}", "hi)")
            peer.send("{tag} OK .")

    uids = range(1, 201)
    with ScriptedServer(script, good) as server, session_with(server, authority) as session:
        wanted = [PartRequest(uid, "1", 0, 1000, decoded=True) for uid in uids]
        found = list(session.parts(wanted))
    assert sorted(part.uid for part in found) == list(uids)
    assert not any(part.decoded for part in found)
    assert server.secret.count(b"FETCH") < 20


def _numbers(uid_set: str) -> list[int]:
    ends = [[int(end) for end in item.split(":")] for item in uid_set.split(",")]
    return [number for pair in ends for number in range(pair[0], pair[-1] + 1)]


def test_nothing_is_said_before_the_greeting(good: Certificate, authority: Authority) -> None:
    heard: list[bytes] = []

    def script(peer: Peer) -> None:
        peer._connection.settimeout(0.3)
        with pytest.raises(TimeoutError):
            heard.append(peer.receive())
        peer._connection.settimeout(None)
        answering(("{tag} OK [CAPABILITY IMAP4rev1] in",), EXAMINED)(peer)

    with ScriptedServer(script, good) as server, session_with(server, authority, Glance("INBOX")) as session:
        assert session.opened
    assert heard == []


def test_a_wrong_password_is_told_whatever_was_said_behind_it(good: Certificate, authority: Authority) -> None:
    script = answering(("{tag} NO [AUTHENTICATIONFAILED] no",), ("{tag} BAD not now",), ("{tag} BAD not now",))
    with (
        ScriptedServer(script, good) as server,
        pytest.raises(LoginError),
        session_with(server, authority, Glance("INBOX", first=1)),
    ):
        pass


def test_a_refused_folder_is_told_when_it_is_opened(good: Certificate, authority: Authority) -> None:
    def refusing(peer: Peer) -> None:
        peer.send("* OK ready")
        for answer in ("{tag} OK [CAPABILITY IMAP4rev1] in", "{tag} NO gone", "{tag} NO gone"):
            peer.receive()
            peer.send(answer)
        peer.hang()

    with ScriptedServer(refusing, good) as server, session_with(server, authority, Glance("INBOX")) as session:
        assert session.opened is None
        with pytest.raises(ServerError, match="cannot be opened"):
            session.look(Glance("INBOX"))


def test_of_other_folders_only_how_they_stand_is_asked(good: Certificate, authority: Authority) -> None:
    script = answering(
        ("{tag} OK [CAPABILITY IMAP4rev1] in",),
        ('* STATUS "Other" (MESSAGES 4 UIDNEXT 5 UIDVALIDITY 6)', "{tag} OK ."),
        EXAMINED,
    )
    with (
        ScriptedServer(script, good) as server,
        session_with(server, authority, Glance("INBOX"), Glance("Other", first=3)) as session,
    ):
        assert session.state("Other") == FolderState(6, 5, 4)
        assert session.state("INBOX") == FolderState(9, 13, 3)
        assert session.state("Third") is None


@pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer"])
def test_behind_authenticate_nothing_is_said(dovecot: Dovecot, user: User, mechanism: str) -> None:
    credentials = Credentials(user.name, Secret(dovecot.token(user)), mechanism)  # type: ignore[arg-type]
    opening = Opening(frozenset({"IMAP4REV1"}), (Glance("INBOX"),))
    with ImapSession(endpoint_of(dovecot), credentials, deadlines=QUICK, opening=opening) as session:
        assert session.opened is None
        assert session.examine("INBOX").exists == 0


@pytest.mark.parametrize("password", ["ünï 漢字", "x" * 1500])
def test_a_password_that_fits_no_quoted_string_goes_by_itself(dovecot: Dovecot, password: str) -> None:
    user = dovecot.add_user(password)
    opening = Opening(frozenset({"IMAP4REV1"}), (Glance("INBOX"),))
    with ImapSession(endpoint_of(dovecot), password_of(user), deadlines=QUICK, opening=opening) as session:
        assert session.opened is None
        assert session.examine("INBOX").exists == 0


class TestCompressed:
    def test_a_session_reads_the_same(self, dovecot: Dovecot, user: User) -> None:
        texts = {uid: b"text %d, " % uid * 500 + b"\r\n" for uid in range(1, 20)}
        dovecot.append_all(user, "INBOX", ((b"Subject: s\r\n\r\n" + text, 1) for text in texts.values()))
        plain = ImapSession(endpoint_of(dovecot), password_of(user), deadlines=QUICK)
        packed = ImapSession(endpoint_of(dovecot), password_of(user), deadlines=QUICK)
        found = []
        for session in (plain, packed):
            with session:
                session.examine("INBOX")
                if session is packed:
                    session.compress()
                    session.compress()  # once is enough
                wanted = [PartRequest(uid, "1", 0, 32_768, decoded=True) for uid in texts]
                found.append({part.uid: part.content for part in session.parts(wanted)})
        assert found == [texts, texts]
        assert packed.bytes.down < plain.bytes.down / 10

    def test_goes_without_where_the_server_cannot(self, good: Certificate, authority: Authority) -> None:
        script = answering(("{tag} OK [CAPABILITY IMAP4rev1] in",), EXAMINED)
        with ScriptedServer(script, good) as server, session_with(server, authority, Glance("INBOX")) as session:
            session.compress()
            assert session.connected
        assert b"COMPRESS" not in server.secret


class TestDecodedByTheServer:
    def test_is_the_text_itself_whatever_literal_it_comes_in(self, dovecot: Dovecot, user: User) -> None:
        dovecot.append(user, "INBOX", b"Content-Transfer-Encoding: base64\r\n\r\naGVsbG8gd29ybGQ=\r\n")
        with ImapSession(endpoint_of(dovecot), password_of(user), deadlines=QUICK) as session:
            session.examine("INBOX")
            (part,) = session.parts([PartRequest(1, "1", 0, 1000, decoded=True)])
            assert part == FetchedPart(1, "1", 0, b"hello world", decoded=True)
            (rest,) = session.parts([PartRequest(1, "1", 6, 1000, decoded=True)])
            assert rest == FetchedPart(1, "1", 6, b"world", decoded=True)

    def test_one_that_cannot_be_decoded_comes_as_it_is_and_holds_up_no_other(
        self, dovecot: Dovecot, user: User
    ) -> None:
        good, bad = b"aGVsbG8=\r\n", b"!not base64 at all!\r\n"
        for text, encoding in ((good, b"base64"), (bad, b"x-unknown"), (good, b"base64"), (bad, b"x-unknown")):
            dovecot.append(user, "INBOX", b"Content-Transfer-Encoding: " + encoding + b"\r\n\r\n" + text)
        with ImapSession(endpoint_of(dovecot), password_of(user), deadlines=QUICK) as session:
            session.examine("INBOX")
            wanted = [PartRequest(uid, "1", 0, 1000, decoded=True) for uid in range(1, 5)]
            found = {part.uid: (part.content, part.decoded) for part in session.parts(wanted)}
        assert found == {1: (b"hello", True), 2: (bad, False), 3: (b"hello", True), 4: (bad, False)}


def test_headers_and_texts_come_in_one_breath(dovecot: Dovecot, user: User) -> None:
    dovecot.append_all(user, "INBOX", ((b"Subject: s%d\r\n\r\ntext %d\r\n" % (n, n), 1) for n in (1, 2)))
    with ImapSession(endpoint_of(dovecot), password_of(user), deadlines=QUICK) as session:
        news = session.look(Glance("INBOX", first=1, most=60)).news
        assert news
        assert news.uids == (1, 2)
        wanted = [PartRequest(uid, "1", 0, 1000) for uid in (2, 1)]
        found = list(session.mails(news.uids, news.parts, wanted))
    headers = [one.header for one in found if isinstance(one, FetchedHeader)]
    assert headers == [b"Subject: s1\r\n\r\n", b"Subject: s2\r\n\r\n"]
    assert [one.content for one in found if isinstance(one, FetchedPart)] == [b"text 1\r\n", b"text 2\r\n"]
    assert [len(one.parts) for one in found if isinstance(one, FetchedHeader)] == [1, 1]


def test_parts_are_told_of_those_mails_only_whose_type_does_not_tell_where_the_text_is(
    dovecot: Dovecot, user: User
) -> None:
    mixed = b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nhello\r\n--b--\r\n'
    html = b"Content-Type: text/html\r\n\r\n<p>hello\r\n"
    alternative = mixed.replace(b"mixed", b"alternative")
    for mail in (
        b"Subject: none\r\n\r\nhello\r\n",
        b"Content-Type: text/plain\r\n\r\nhello\r\n",
        mixed,
        alternative,
        html,
    ):
        dovecot.append(user, "INBOX", mail)
    with ImapSession(endpoint_of(dovecot), password_of(user), deadlines=QUICK) as session:
        news = session.look(Glance("INBOX", first=1, most=60)).news
        assert news
        assert news.uids == (1, 2, 3, 4, 5)
        assert news.simple == {1, 2, 4}
        assert news.parts.keys() == {3, 5}
        (few,) = [session.look(Glance("INBOX", first=1, most=2)).news]
        assert few
        assert few.simple == {1, 2}
        wanted = [PartRequest(uid, "1", 0, 1000, decoded=True) for uid in (1, 2, 4)]
        assert {part.content.strip() for part in session.parts(wanted)} == {b"hello"}


def test_a_lists_glance_tells_nothing_of_other_mails(dovecot: Dovecot, user: User) -> None:
    ours = b"List-Id: <l.example.org>\r\nContent-Type: text/html\r\n\r\n<p>hello\r\n"
    for mail in (ours, b"Content-Type: text/html\r\n\r\n<p>private\r\n", ours):
        dovecot.append(user, "INBOX", mail)
    with ImapSession(endpoint_of(dovecot), password_of(user), deadlines=QUICK) as session:
        news = session.look(Glance("INBOX", first=1, list_id="l.example.org", most=60)).news
    assert news
    assert news.uids == (1, 3)
    assert news.parts.keys() == {1, 3}


class TestFound:
    def test_uids_come_as_ranges_where_the_server_can(self, dovecot: Dovecot, user: User) -> None:
        dovecot.append_all(user, "INBOX", ((b"Subject: s\r\n\r\n", 1) for _ in range(20)))
        with ImapSession(endpoint_of(dovecot), password_of(user), deadlines=QUICK) as session:
            session.examine("INBOX")
            before = session.bytes.down
            assert session.uids_from(3, 18) == tuple(range(3, 19))
            assert session.newest(4) == (17, 18, 19, 20)
            assert session.bytes.down - before < 250

    @pytest.mark.parametrize("told", ["UID ALL 1:4294967295", "UID ALL 1:900000,1000000:2000000"])
    def test_more_than_anybody_has_is_refused(self, told: str, good: Certificate, authority: Authority) -> None:
        script = answering(
            ("{tag} OK [CAPABILITY IMAP4rev1 ESEARCH] in",), EXAMINED, (f'* ESEARCH (TAG "x") {told}', "{tag} OK .")
        )
        with (
            ScriptedServer(script, good) as server,
            pytest.raises(ServerError, match="more than"),
            session_with(server, authority, Glance("INBOX", first=1)),
        ):
            pass

    def test_the_same_told_without_end_is_refused_soon(self) -> None:
        told = Response("ESEARCH", (b"UID ALL " + b",".join([b"1:400000"] * 300_000),))
        with pytest.raises(ServerError, match="more than"):
            found_uids([told], 1)

    @pytest.mark.parametrize("told", ["", "UID", "UID ALL", "UID ALL x", "UID ALL 5:", "UID COUNT 3"])
    def test_nonsense_is_nothing(self, told: str, good: Certificate, authority: Authority) -> None:
        script = answering(
            ("{tag} OK [CAPABILITY IMAP4rev1 ESEARCH] in",), EXAMINED, (f'* ESEARCH (TAG "x") {told}', "{tag} OK .")
        )
        with (
            ScriptedServer(script, good) as server,
            session_with(server, authority, Glance("INBOX", first=6)) as session,
        ):
            assert session.opened
            assert session.opened[1].news
            assert session.opened[1].news.uids == ()

    def test_nothing_is_found_in_nothing(self) -> None:
        assert found_uids([], 1) == ()
