"""The IMAP session against a real Dovecot."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import pytest

from listforum.errors import CertificateError, LinkError, LoginError, ServerError, UsageError
from listforum.model.mail import Part
from listforum.secret import Secret
from listforum.wire.endpoint import Credentials, Endpoint
from listforum.wire.fetched import PartRequest
from listforum.wire.folder import Folder
from listforum.wire.imap import ImapSession
from listforum.wire.meter import Meter
from servers.certificates import Authority
from servers.dovecot import Dovecot, User
from servers.relay import Relay
from wire.sessions import QUICK, endpoint_of, imap, password_of

LIST_MAIL = (
    b"From: Ada <ada@example.org>\r\nTo: testers@lists.example.org\r\nSubject: number %d\r\n"
    b"Message-ID: <%d@example.org>\r\nList-Id: Testers <testers.lists.example.org>\r\n"
    b"X-Private: not asked for\r\n\r\nThis is text %d.\r\n"
)
ALTERNATIVE = (
    b"From: Ada <ada@example.org>\r\nSubject: both\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/mixed; boundary="o"\r\n\r\n'
    b'--o\r\nContent-Type: multipart/alternative; boundary="i"\r\n\r\n'
    b"--i\r\nContent-Type: text/plain; charset=UTF-8; format=flowed; delsp=yes\r\n\r\nplain words\r\n"
    b"--i\r\nContent-Type: text/html; charset=UTF-8\r\nContent-Transfer-Encoding: base64\r\n\r\nPGI+\r\n"
    b"--i--\r\n"
    b"--o\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
    b"Content-Disposition: attachment; filename*=UTF-8''na%C3%AFve.pdf\r\n\r\nAAAA\r\n"
    b"--o\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\ninner text\r\n"
    b"--o--\r\n"
)


def fill(dovecot: Dovecot, user: User, count: int, folder: str = "INBOX") -> None:
    mails = [(LIST_MAIL % (number, number, number), 1_700_000_000 + number) for number in range(1, count + 1)]
    dovecot.append_all(user, folder, mails)


# --- logging in ---


@pytest.mark.parametrize("password", ['quote " and \\ backslash', "ünï 漢字", " spaces around ", "a:b{c}%d", "x" * 300])
def test_any_password_logs_in(dovecot: Dovecot, password: str) -> None:
    with imap(dovecot, dovecot.add_user(password)) as session:
        assert session.examine("INBOX").exists == 0


def test_a_login_without_initial_response_works(server_directory: Path, authority: Authority) -> None:
    directory = server_directory / "poor"
    directory.mkdir()
    with (
        Dovecot(directory, authority, capability="IMAP4rev1 AUTH=PLAIN") as server,
        imap(server, server.add_user()) as session,
    ):
        assert session.capabilities == {"IMAP4REV1", "AUTH=PLAIN"}


@pytest.mark.parametrize("mechanism", ["xoauth2", "oauthbearer"])
def test_a_token_logs_in(dovecot: Dovecot, user: User, mechanism: str) -> None:
    credentials = Credentials(user.name, Secret(dovecot.token(user)), mechanism)  # type: ignore[arg-type]
    with ImapSession(endpoint_of(dovecot), credentials, deadlines=QUICK) as session:
        assert session.examine("INBOX").exists == 0


@pytest.mark.parametrize("mechanism", ["password", "xoauth2", "oauthbearer"])
def test_a_wrong_secret_is_a_login_error(dovecot: Dovecot, user: User, mechanism: str) -> None:
    credentials = Credentials(user.name, Secret("wrong horse"), mechanism)  # type: ignore[arg-type]
    session = ImapSession(endpoint_of(dovecot), credentials, deadlines=QUICK)
    with pytest.raises(LoginError, match=r"refused the login: .*; the server says: "), session:
        pass
    assert session.bytes.total > 1000


@pytest.mark.parametrize("secret", ["", "line\nbreak", "nul\0", "\udcff"])
def test_a_secret_that_cannot_be_one_is_not_sent(dovecot: Dovecot, user: User, secret: str) -> None:
    session = ImapSession(endpoint_of(dovecot), Credentials(user.name, Secret(secret), "password"), deadlines=QUICK)
    with pytest.raises(LoginError), session:
        pass


def test_starttls_leads_to_the_same_session(dovecot: Dovecot, user: User) -> None:
    fill(dovecot, user, 1)
    with ImapSession(endpoint_of(dovecot, "starttls"), password_of(user), deadlines=QUICK) as session:
        assert session.examine("INBOX").exists == 1
        assert "AUTH=PLAIN" not in session.capabilities  # what was said before the login is forgotten


def test_the_wrong_name_is_refused_before_anything_is_said(dovecot: Dovecot, user: User) -> None:
    elsewhere = Endpoint("127.0.0.2", dovecot.imaps_port, "implicit", dovecot.ca_file)
    with pytest.raises((CertificateError, LinkError)):
        ImapSession(elsewhere, password_of(user), deadlines=QUICK).__enter__()


def test_nothing_of_the_protocol_is_logged(
    dovecot: Dovecot, user: User, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    fill(dovecot, user, 1)
    with imap(dovecot, user) as session:
        session.examine("INBOX")
        list(session.headers([1]))
    assert not [record for record in caplog.records if "imap" in record.name.lower()]
    assert capfd.readouterr() == ("", "")


# --- folders ---


def test_folders_have_their_names_and_uses(dovecot: Dovecot, user: User) -> None:
    dovecot.create_folder(user, "Lists/Zürich & 日本")
    with imap(dovecot, user) as session:
        folders = session.folders()
    assert Folder("Lists/Zürich & 日本", "", selectable=True) in folders
    assert Folder("Lists", "", selectable=False) in folders
    assert Folder("Sent", "\\Sent", selectable=True) in folders
    assert [folder.name for folder in folders] == sorted(folder.name for folder in folders)


def test_examining_tells_the_state_and_leaves_no_trace(dovecot: Dovecot, user: User) -> None:
    fill(dovecot, user, 3, "Lists/Zürich")
    with imap(dovecot, user) as session:
        state = session.examine("Lists/Zürich")
        assert (state.uidnext, state.exists) == (4, 3)
        list(session.headers([1, 2, 3]))
        list(session.parts([PartRequest(1, "1", 0, 100)]))
    new = dovecot.directory / "home" / user.name / "Maildir/.Lists.Z&APw-rich/new"
    assert not (new.exists() and list(new.parent.glob("cur/*S")))


def test_another_uidvalidity_is_seen(dovecot: Dovecot, user: User) -> None:
    fill(dovecot, user, 1)
    with imap(dovecot, user) as session:
        before = session.examine("INBOX").uidvalidity
    dovecot.change_uidvalidity(user, "INBOX")
    with imap(dovecot, user) as session:
        assert session.examine("INBOX").uidvalidity != before


def test_a_folder_that_is_not_there_is_said_so_and_the_session_goes_on(dovecot: Dovecot, user: User) -> None:
    with imap(dovecot, user) as session:
        with pytest.raises(ServerError, match="the folder Nowhere cannot be opened; the server says: "):
            session.examine("Nowhere")
        assert session.examine("INBOX").exists == 0


@pytest.mark.parametrize("name", ['a" b', "back\\slash", "x\r\nA LOGOUT", "(paren)", "%", "*", "&", "{3}", "\0"])
def test_no_folder_name_is_a_command(dovecot: Dovecot, user: User, name: str) -> None:
    with imap(dovecot, user) as session:
        with pytest.raises((ServerError, UsageError)):
            session.examine(name)
        assert session.examine("INBOX").exists == 0


# --- which mails ---


def test_the_newest_mails_are_found_by_number(dovecot: Dovecot, user: User) -> None:
    fill(dovecot, user, 12)
    with imap(dovecot, user) as session:
        session.examine("INBOX")
        assert session.newest(3) == (10, 11, 12)
        assert session.newest(100) == tuple(range(1, 13))
        assert session.newest(0) == ()


def test_an_empty_folder_has_no_newest(dovecot: Dovecot, user: User) -> None:
    with imap(dovecot, user) as session:
        session.examine("INBOX")
        assert session.newest(5) == session.uids_from(1) == ()


def test_uids_from_beyond_the_last_are_none(dovecot: Dovecot, user: User) -> None:
    fill(dovecot, user, 3)
    with imap(dovecot, user) as session:
        session.examine("INBOX")
        assert session.uids_from(2) == (2, 3)
        assert session.uids_from(4) == ()
        assert session.uids_from(1, 2) == (1, 2)


def test_mails_are_found_by_their_header_fields(dovecot: Dovecot, user: User) -> None:
    fill(dovecot, user, 2)
    dovecot.append(user, "INBOX", b"To: maria@example.org\r\nMessage-ID: <direct@example.org>\r\n\r\nhi\r\n")
    dovecot.append(
        user, "INBOX", b"Cc: Maria <maria@example.org>\r\nList-Id: <testers.lists.example.org>\r\n\r\nhi\r\n"
    )
    with imap(dovecot, user) as session:
        session.examine("INBOX")
        assert session.uids_with_list_id("testers.lists.example.org") == (1, 2, 4)
        assert session.uids_with_list_id("testers.lists.example.org", first=2) == (2, 4)
        assert session.uids_with_list_id("testers.lists.example.org", first=2, last=3) == (2,)
        assert session.uids_addressed("maria@example.org", "testers.lists.example.org") == (3,)
        assert session.uids_with_header("Message-ID", "<direct@example.org>") == (3,)
        assert session.uids_with_header("Subject", "不存在 ünï") == ()
        assert session.uids_with_header("Subject", 'quote " \\ backslash') == ()


@pytest.mark.parametrize("value", ["x\r\nZ1 LOGOUT", "x\n", "x\r", "x\0"])
def test_no_search_text_is_a_command(dovecot: Dovecot, user: User, value: str) -> None:
    with imap(dovecot, user) as session:
        session.examine("INBOX")
        with pytest.raises(UsageError):
            session.uids_with_list_id(value)
        with pytest.raises(UsageError):
            session.uids_addressed("a@example.org", value)
        with pytest.raises(UsageError):
            session.uids_with_header(f"Subject{value}", "x")
        assert session.uids_from(1) == ()


# --- mails ---


def test_headers_come_with_arrival_parts_and_fields(dovecot: Dovecot, user: User) -> None:
    fill(dovecot, user, 2)
    with imap(dovecot, user) as session:
        session.examine("INBOX")
        first, second = session.headers([2, 1, 2, 99])
    assert (first.uid, first.arrived) == (1, 1_700_000_001)
    assert first.parts == (Part("1", "text/plain", 17, "us-ascii"),)
    assert b"Subject: number 2\r\n" in second.header
    assert b"X-Private" not in second.header


def test_the_parts_of_a_mail_are_told_apart(dovecot: Dovecot, user: User) -> None:
    dovecot.append(user, "INBOX", ALTERNATIVE)
    with imap(dovecot, user) as session:
        session.examine("INBOX")
        (header,) = session.headers([1])
        *parts, attached, inner = header.parts
        assert parts == [
            Part("1.1", "text/plain", 11, "utf-8", flowed=True, delsp=True, alternative="1"),
            Part("1.2", "text/html", 4, "utf-8", "base64", alternative="1"),
            Part("2", "application/pdf", 4, encoding="base64", name="naïve.pdf", attached=True),
        ]
        assert (attached.section, attached.type, attached.heading and attached.heading.subject) == (
            *("3", "message/rfc822", "inner"),
        )
        assert (inner.section, inner.type) == ("3.1", "text/plain")
        requests = [PartRequest(1, part.section, 0, 1000) for part in header.parts]
        contents = {part.section: part.content for part in session.parts(requests)}
    assert contents["1.1"] == b"plain words"
    assert contents["1.2"] == b"PGI+"
    assert contents["3.1"] == b"inner text"


def test_ranges_of_parts_come_as_asked(dovecot: Dovecot, user: User) -> None:
    fill(dovecot, user, 3)
    with imap(dovecot, user) as session:
        session.examine("INBOX")
        wanted = [PartRequest(uid, "1", 0, 7) for uid in (1, 2, 3)] + [PartRequest(2, "TEXT", 8, 100)]
        found = [(part.uid, part.section, part.offset, part.content) for part in session.parts(wanted)]
        assert found == [(uid, "1", 0, b"This is") for uid in (1, 2, 3)] + [(2, "TEXT", 8, b"text 2.\r\n")]
        past_the_end = [PartRequest(1, "1", 5000, 10), PartRequest(1, "4.2", 0, 10)]
        assert [part.content for part in session.parts(past_the_end)] == [b"", b""]


def test_alike_ranges_of_many_mails_go_in_one_command(dovecot: Dovecot, user: User) -> None:
    fill(dovecot, user, 50)
    with imap(dovecot, user) as session:
        session.examine("INBOX")
        before = session.bytes
        assert len(list(session.parts(PartRequest(uid, "1", 0, 100) for uid in range(1, 51)))) == 50
        assert (session.bytes - before).up < 150


def test_chosen_header_fields_come_alone(dovecot: Dovecot, user: User) -> None:
    fill(dovecot, user, 2)
    with imap(dovecot, user) as session:
        session.examine("INBOX")
        assert list(session.header_fields([1, 2], ["Subject"])) == [
            (1, b"Subject: number 1\r\n\r\n"),
            (2, b"Subject: number 2\r\n\r\n"),
        ]
        with pytest.raises(UsageError):
            list(session.header_fields([1], ["Subject)] BODY[TEXT"]))


def test_long_header_fields_come_as_far_as_asked(dovecot: Dovecot, user: User) -> None:
    dovecot.append(user, "INBOX", b"Subject: " + b"long " * 5000 + b"\r\n\r\ntext\r\n")
    with imap(dovecot, user) as session:
        session.examine("INBOX")
        (header,) = session.headers([1], longest=1000)
        assert header.header == (b"Subject: " + b"long " * 200)[:1000]
        ((_, fields),) = session.header_fields([1], ["Subject"], longest=20)
        assert fields == b"Subject: long long l"


def test_a_whole_mail_comes_in_pieces_and_within_its_limit(dovecot: Dovecot, user: User) -> None:
    mail = LIST_MAIL % (1, 1, 1) + b"0123456789abcdef\r\n" * 9000
    dovecot.append(user, "INBOX", mail)
    with imap(dovecot, user) as session:
        session.examine("INBOX")
        assert session.whole(1, len(mail)) == mail
        with pytest.raises(ServerError, match="larger"):
            session.whole(1, len(mail) - 1)
        with pytest.raises(ServerError, match="gone"):
            session.whole(2, 1000)


def test_mails_arrive_one_by_one_and_a_fetch_left_early_closes_the_session(dovecot: Dovecot, user: User) -> None:
    fill(dovecot, user, 5)
    with imap(dovecot, user) as session:
        session.examine("INBOX")
        headers = session.headers([1, 2, 3, 4, 5])
        assert next(headers).uid == 1
        with pytest.raises(RuntimeError):
            session.uids_from(1)
        headers.close()  # type: ignore[attr-defined] # a generator
        with pytest.raises(LinkError, match="closed"):
            session.uids_from(1)


def test_a_fetch_read_to_its_end_leaves_the_session_ready(dovecot: Dovecot, user: User) -> None:
    fill(dovecot, user, 5)
    with imap(dovecot, user) as session:
        session.examine("INBOX")
        for header in session.headers([1, 2, 3]):
            time.sleep(0.01 * header.uid)
        assert session.uids_from(5) == (5,)


def test_all_bytes_are_counted_and_stay_readable(dovecot: Dovecot, user: User) -> None:
    with Relay(dovecot.imaps_port) as relay:
        meter = Meter()
        endpoint = Endpoint("localhost", relay.port, "implicit", dovecot.ca_file)
        with ImapSession(endpoint, password_of(user), deadlines=QUICK, meter=meter) as session:
            session.examine("INBOX")
        time.sleep(0.1)
        assert session.bytes.up == meter.bytes.up == relay.up
        # what the server says to the goodbye is not waited for
        assert session.bytes.down <= relay.down <= session.bytes.down + 200
