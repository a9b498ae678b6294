# ruff: noqa: N802 - the hooks have the names and arguments that aiosmtpd calls
"""A mailing list behind an SMTP server: takes posts over TLS, keeps them, and hands the list's copy to whoever asks."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from servers.certificates import Authority

Point = Literal["mail", "rcpt", "data", "accepted"]
"""Where the server may refuse or die; "data" is after the whole mail, before an answer; "accepted" after keeping it."""


@dataclass(frozen=True, slots=True)
class ListBehaviour:
    """What the list does to a post, and where its server fails.

    `munge_from` puts the list's address into From and the writer's into X-Original-From. `echo` is whether the writer
    gets a copy. `new_message_id` replaces the Message-ID, as some providers do, and keeps the old one in
    X-Microsoft-Original-Message-ID. `refuse` maps a point to the reply, such as {"rcpt": "550 5.1.1 no such list"};
    at `die` the connection is reset.
    """

    name: str = "Testers"
    list_id: str = "testers.lists.example.org"
    address: str = "testers@lists.example.org"
    headers: bool = True
    tag: str = "[testers] "
    footer: str = "_______________________________________________\r\nTesters mailing list\r\n"
    munge_from: bool = False
    echo: bool = True
    new_message_id: str | None = None
    refuse: Mapping[Point, str] = field(default_factory=dict)
    die: Point | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """A mail as it was handed in: its envelope and its bytes, dots unstuffed."""

    sender: str
    recipients: tuple[str, ...]
    mail: bytes


class SmtpList:
    """The server: `port` of 127.0.0.1 speaks TLS at once, or with `starttls` in clear first.

    Every login of `users` (name to password) may post. `posts` holds what was accepted; `deliver` gets the list's copy
    of each, for instance to append it to a Dovecot folder. `behaviour` may be changed between posts. `greetings` are
    the names that clients gave themselves (EHLO).
    """

    def __init__(
        self,
        authority: Authority,
        *,
        users: Mapping[str, str] | None = None,
        deliver: Callable[[bytes], None] | None = None,
        behaviour: ListBehaviour | None = None,
        starttls: bool = False,
    ) -> None:
        self.host = "127.0.0.1"
        self.ca_file = str(authority.ca_file)
        self.users = dict(users or {"writer": "correct horse"})
        self.deliver = deliver
        self.behaviour = behaviour or ListBehaviour()
        self.posts: list[Post] = []
        self.greetings: list[str] = []
        self.logins = 0
        self.port = 0
        self.starttls = starttls
        self._certificate = authority.certificate("localhost", "127.0.0.1", "::1")
        self._controller: Controller | None = None

    def behave(self, **changes: object) -> None:
        """Change some of the behaviour, from the next command on."""
        self.behaviour = replace(self.behaviour, **changes)  # type: ignore[arg-type]

    def __enter__(self) -> SmtpList:
        context = self._certificate.server_context()
        with socket.create_server((self.host, 0)) as probe:
            self.port = int(probe.getsockname()[1])
        common: dict[str, Any] = {"authenticator": self._authenticate, "server_hostname": "mail.example.org"}
        if self.starttls:
            self._controller = _Quiet(
                _Handler(self), self.host, self.port, tls_context=context, require_starttls=True, **common
            )
        else:
            # the connection is encrypted from its first byte, which aiosmtpd does not take note of
            self._controller = _Quiet(
                _Handler(self), self.host, self.port, ssl_context=context, auth_require_tls=False, **common
            )
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._controller
        self._controller.stop()

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        self.logins += 1
        if not isinstance(data, LoginPassword):
            return AuthResult(success=False, handled=False)
        return AuthResult(success=self.users.get(data.login.decode()) == data.password.decode(), handled=False)

    def accept(self, post: Post) -> None:
        """Keep a post and hand out the list's copy."""
        self.posts.append(post)
        if self.deliver and self.behaviour.echo:
            self.deliver(list_copy(post.mail, self.behaviour))


class _Quiet(Controller):
    """A controller whose certificate is for clients that verify: its own start-up probe must not."""

    def _trigger_server(self) -> None:
        with contextlib.ExitStack() as stack:
            connection = stack.enter_context(socket.create_connection((self.hostname, self.port), 5))
            if self.ssl_context:
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
                connection = stack.enter_context(context.wrap_socket(connection))
            connection.recv(1024)


class _Handler:
    """The hooks of aiosmtpd, by the names it looks for."""

    def __init__(self, server: SmtpList) -> None:
        self._list = server

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self._list.greetings.append(hostname)
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not session.authenticated:
            return "530 5.7.0 Authentication required"
        if reply := self._trouble(server, "mail"):
            return reply
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if reply := self._trouble(server, "rcpt"):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if reply := self._trouble(server, "data"):
            return reply
        assert isinstance(envelope.content, bytes)
        self._list.accept(Post(envelope.mail_from or "", tuple(envelope.rcpt_tos), envelope.content))
        return self._trouble(server, "accepted") or "250 2.0.0 queued"

    def _trouble(self, server: SMTP, point: Point) -> str | None:
        behaviour = self._list.behaviour
        if behaviour.die == point and server.transport:
            server.transport.abort()  # type: ignore[attr-defined]
            return "421 gone"
        return behaviour.refuse.get(point)


def list_copy(mail: bytes, behaviour: ListBehaviour) -> bytes:
    """What the list sends out for a post: its tag, headers and footer on, as the behaviour says."""
    head, _, body = mail.partition(b"\r\n\r\n")
    fields = _fields(head)
    writer = _value(fields, b"from")
    if behaviour.new_message_id:
        old = _value(fields, b"message-id")
        fields = [item for item in fields if not item.lower().startswith(b"message-id:")]
        fields += [b"Message-ID: " + behaviour.new_message_id.encode(), b"X-Microsoft-Original-Message-ID: " + old]
    if behaviour.tag and behaviour.tag.strip().encode() not in _value(fields, b"subject"):
        tag = behaviour.tag.encode()
        fields = [_tagged(item, tag) if item.lower().startswith(b"subject:") else item for item in fields]
    if behaviour.munge_from:
        fields = [item for item in fields if not item.lower().startswith((b"from:", b"reply-to:"))]
        name = writer.partition(b"<")[0].strip().strip(b'"') or b"Somebody"
        list_address = behaviour.address.encode()
        fields.append(b'From: "' + name + b" via " + behaviour.name.encode() + b'" <' + list_address + b">")
        fields += [b"Reply-To: " + list_address, b"X-Original-From: " + writer]
    if behaviour.headers:
        fields.append(f"List-Id: {behaviour.name} <{behaviour.list_id}>".encode())
        fields.append(f"List-Post: <mailto:{behaviour.address}>".encode())
    received = [b"Received: from writer by lists.example.org; Thu, 01 Jan 2026 00:00:00 +0000"]
    if behaviour.footer and _plain(fields):
        body = body + behaviour.footer.encode()
    return b"\r\n".join(received + fields) + b"\r\n\r\n" + body


def _fields(head: bytes) -> list[bytes]:
    fields: list[bytes] = []
    for line in head.split(b"\r\n"):
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1] += b"\r\n" + line
        else:
            fields.append(line)
    return fields


def _value(fields: list[bytes], name: bytes) -> bytes:
    return next((item[len(name) + 1 :].strip() for item in fields if item.lower().startswith(name + b":")), b"")


def _tagged(item: bytes, tag: bytes) -> bytes:
    name, _, value = item.partition(b":")
    return name + b": " + tag + value.strip()


def _plain(fields: list[bytes]) -> bool:
    """Whether text can simply be put after the body: it is neither multipart nor encoded."""
    kind, encoding = _value(fields, b"content-type").lower(), _value(fields, b"content-transfer-encoding").lower()
    return (not kind or kind.startswith(b"text/plain")) and encoding in (b"", b"7bit", b"8bit")
