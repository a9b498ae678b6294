"""A mail that came over IMAP, piece by piece, reads the same as the same mail imported whole."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mails import BEGAN, mail
from member import Member
from servers.certificates import Authority
from servers.dovecot import Dovecot
from servers.tiers import CAPABILITIES

OPEN_DATA = '[lists.open-data]\naccount = "home"\nfolder = "INBOX"'
PERSIAN = "سلام به همه. کتاب‌های تازه رسید."

BODIES: dict[str, str | tuple[str, bytes]] = {
    "plain latin-1 as quoted-printable": (
        "Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        "Voil=E0 les donn=E9es, =\r\npli=E9es.\r\n-- =20\r\nZo=E9\r\n"
    ),
    "persian as base64": (
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + base64.encodebytes(PERSIAN.encode()).decode().replace("\n", "\r\n")
    ),
    "russian in koi8-r": (
        "Content-Type: text/plain; charset=koi8-r\r\nContent-Transfer-Encoding: 8bit\r\n\r\n",
        "Данные переписи\r\n".encode("koi8-r"),
    ),
    "flowed with quotes": (
        "Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes\r\n\r\n"
        "> Where do the old \r\n> files lie?\r\n\r\nOn the min \r\nistry's server.\r\n"
    ),
    "alternatives, a footer and an attachment": (
        'Content-Type: multipart/mixed; boundary="out"\r\n\r\n--out\r\n'
        'Content-Type: multipart/alternative; boundary="in"\r\n\r\n'
        "--in\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nThe plain words.\r\n"
        "--in\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>The <b>HTML</b> words.</p>\r\n--in--\r\n"
        "--out\r\nContent-Type: text/csv; name=census.csv\r\nContent-Disposition: attachment; filename=census.csv\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\nYSxiCjEsMgo=\r\n"
        "--out\r\nContent-Type: text/plain\r\nContent-Disposition: inline\r\n\r\n"
        "_______________________________________________\r\nOpen data mailing list\r\n--out--\r\n"
    ),
    "only HTML": (
        "Content-Type: text/html; charset=utf-8\r\n\r\n"
        "<html><body><blockquote>Is it open?</blockquote><p>Yes &amp; <a href='https://example.org/d'>here</a></p>\r\n"
    ),
    "a forwarded mail": (
        'Content-Type: multipart/mixed; boundary="out"\r\n\r\n--out\r\nContent-Type: text/plain\r\n\r\nSee below.\r\n'
        "--out\r\nContent-Type: message/rfc822\r\n\r\nFrom: a@example.org\r\nSubject: Inner\r\n\r\nInner words.\r\n"
        "--out--\r\n"
    ),
    "a forwarded mail with a picture, and words behind it": (
        'Content-Type: multipart/mixed; boundary="out"\r\n\r\n--out\r\nContent-Type: text/plain\r\n\r\nSee below.\r\n'
        "--out\r\nContent-Type: message/rfc822\r\n\r\nFrom: =?utf-8?b?2LPZhNin2YU=?= <a@example.org>, "
        '"Li, \\"Bo\\"" <b@example.org>\r\nDate: Mon, 02 Mar 2026\r\n 10:00:00 +0330 (IRST)\r\n'
        "Subject: =?koi8-r?b?5MHO2dnF?= and\r\n more\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="in"\r\n\r\n--in\r\n'
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n2LPZhNin2YU=\r\n"
        "--in\r\nContent-Type: image/png; name=map.png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n"
        "--in--\r\n--out\r\nContent-Type: text/plain\r\n\r\nThat was it.\r\n--out--\r\n"
    ),
    "a mail attached": (
        'Content-Type: multipart/mixed; boundary="out"\r\n\r\n--out\r\nContent-Type: text/plain\r\n\r\nSee below.\r\n'
        "--out\r\nContent-Type: message/rfc822\r\nContent-Disposition: attachment; filename=old.eml\r\n\r\n"
        "From: a@example.org\r\nSubject: Inner\r\n\r\nInner words.\r\n--out--\r\n"
    ),
    "a digest": (
        'Content-Type: multipart/mixed; boundary="out"\r\n\r\n--out\r\nContent-Type: text/plain\r\n\r\nTopics\r\n'
        '--out\r\nContent-Type: multipart/digest; boundary="in"\r\n\r\n'
        "--in\r\n\r\nFrom: Ana Lima <ana@example.org>\r\nDate: Mon, 2 Mar 2026 10:00:00 +0000\r\nSubject: Wells\r\n"
        "\r\nAre they open?\r\n--in\r\nContent-Type: message/rfc822\r\n\r\nFrom: bo@example.org (Bo Li)\r\n"
        "Subject: Re: Wells\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=alt\r\n\r\n"
        "--alt\r\nContent-Type: text/plain\r\n\r\n> Are they open?\r\n\r\nTwo are.\r\n"
        "--alt\r\nContent-Type: text/html\r\n\r\n<p>Two are.</p>\r\n--alt--\r\n"
        "--in\r\n\r\nSubject: nothing but a subject\r\n\r\n--in--\r\n"
        "--out\r\nContent-Type: text/plain\r\n\r\n_______________\r\nWater mailing list\r\n--out--\r\n"
    ),
    "nothing but a mail": "Content-Type: message/rfc822\r\n\r\nFrom: a@example.org\r\nSubject: In\r\n\r\nWords.\r\n",
    "no text at all": (
        "Content-Type: image/png; name=map.png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n"
    ),
    "a type that makes no sense": "Content-Type: ;;;\r\n\r\nStill words.\r\n",
    "empty": "Content-Type: text/plain\r\n\r\n",
}


def _mail(number: int, body: str | tuple[str, bytes]) -> bytes:
    head: bytes = mail(number).partition(b"MIME-Version")[0] + b"MIME-Version: 1.0\r\n"
    text, more = (body, b"") if isinstance(body, str) else body
    return head + text.encode() + more


@pytest.fixture(scope="module", params=["full", "bare"])
def server(
    request: pytest.FixtureRequest, dovecot: Dovecot, server_directory: Path, authority: Authority
) -> Iterator[Dovecot]:
    """A server that undoes transfer encodings, and one that does not."""
    if request.param == "full":
        yield dovecot
        return
    directory = server_directory / "same-as-import"
    directory.mkdir()
    with Dovecot(directory, authority, capability=CAPABILITIES["bare"]) as bare:
        yield bare


@pytest.mark.parametrize("kind", BODIES)
def test_every_kind_of_mail(kind: str, tmp_path: Path, server: Dovecot) -> None:
    raw = _mail(1, BODIES[kind])
    user = server.add_user()
    server.append(user, "INBOX", raw, BEGAN + 7200)
    synced, imported = Member(tmp_path / "synced"), Member(tmp_path / "imported")
    synced.configure(server, user, OPEN_DATA)
    synced.json("sync")
    (tmp_path / "one.eml").write_bytes(raw)
    imported.json("import", str(tmp_path / "one.eml"), "open-data")
    assert _post(synced) == _post(imported)


def _post(member: Member) -> dict[str, Any]:
    topic = member.json("topics", "open-data")[0]["topic"]
    post = member.json("show", str(topic))["posts"][0]
    attachments = [{key: one[key] for key in ("n", "name", "type")} for one in post["attachments"]]
    return {**post, "state": "", "attachments": attachments}
