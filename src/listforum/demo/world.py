"""The demo's world: a member's mail server, the list behind an SMTP server, and the thin link to both."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Protocol

from listforum.demo.imap_server import ImapServer
from listforum.demo.imap_session import Account, Folder
from listforum.demo.mailbox import open_filled
from listforum.demo.post_office import PostOffice
from listforum.demo.thin_link import ThinLink

HOST: Final = "127.0.0.1"
LIST_ADDRESS: Final = "open-data@lists.example.org"

_USER: Final = b"maria"
_PASSWORD: Final = b"demo"
_LONGEST_STOP: Final = 2.0

_CONFIG: Final = """\
[accounts.demo]
address = "Maria Silva <maria@example.org>"
imap = {{ host = "127.0.0.1", port = {imap_port}, tls = "none", user = "maria" }}
smtp = {{ host = "127.0.0.1", port = {smtp_port}, tls = "none", user = "maria" }}
password = "demo"

[lists.open-data]
account = "demo"
folder = "INBOX"
list_id = "open-data.lists.example.org"

[sync]
history = 500
"""


class Arrival(Protocol):
    """A mail, and when it arrived in seconds since 1970."""

    @property
    def mail(self) -> bytes: ...

    @property
    def arrived(self) -> int: ...


class World:
    """Servers and link in one daemon thread; nothing leaves 127.0.0.1.

    `directory` keeps the mail. Where it has none yet, `arrivals` are put there. `list_copy` makes of a post, at a
    time in seconds since 1970, what the list sends out. Used as a context manager, or by `start` and `stop`.
    """

    def __init__(self, directory: Path, arrivals: Sequence[Arrival], list_copy: Callable[[bytes, int], bytes]) -> None:
        posts = open_filled(directory / "inbox", ((one.mail, one.arrived) for one in arrivals))
        private = open_filled(posts.directory / "private", ())
        self._posts = posts
        self._account = Account(
            _USER, _PASSWORD, (Folder(b"INBOX", posts), Folder(b"Sent", private, special_use=b"\\Sent"))
        )
        self._office = PostOffice(_USER, _PASSWORD, LIST_ADDRESS, list_copy, posts, private)
        self._thread = threading.Thread(target=self._run, name="demo servers", daemon=True)
        self._ready = threading.Event()
        self._failure: OSError | None = None
        self._stop: Callable[[], object] | None = None
        self._link: ThinLink | None = None
        self.imap_port = 0
        """Where listforum finds its IMAP server, at the near end of the link."""
        self.smtp_port = 0
        """Where it finds its SMTP server."""

    # --- running --------------------------------------------------------------------------------------------------

    def __enter__(self) -> World:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Return when both servers can be reached. Raises OSError when they cannot listen."""
        self._thread.start()
        self._ready.wait()
        if self._failure:
            raise self._failure

    def stop(self) -> None:
        """End every connection and the thread. May be called twice."""
        if self._stop and self._thread.is_alive():
            with contextlib.suppress(RuntimeError):  # it has ended meanwhile
                self._stop()
            self._thread.join(_LONGEST_STOP)

    def _run(self) -> None:
        try:
            with asyncio.Runner() as runner:
                runner.run(self._serve())
        except OSError as error:
            self._failure = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        # a link that is cut belongs to the play; nothing of it belongs on the terminal
        loop.set_exception_handler(lambda _loop, _context: None)
        stopped = asyncio.Event()
        self._stop = lambda: loop.call_soon_threadsafe(stopped.set)
        far = [_listener(), _listener()]
        near = [_listener(), _listener()]
        self.imap_port, self.smtp_port = map(_port, near)
        self._link = link = ThinLink()
        for listener, server in zip(near, far, strict=True):
            await link.relay(listener, _port(server))
        imap = ImapServer(self._account)
        await imap.start(far[0])
        self._ready.set()
        # nobody writes in the first moment: until this library is loaded, who connects is kept waiting
        from listforum.demo.smtp_list import SmtpListServer

        smtp = SmtpListServer(self._office)
        await smtp.start(far[1])
        await stopped.wait()
        for part in (link, imap, smtp):
            part.stop()

    # --- using it -------------------------------------------------------------------------------------------------

    @property
    def link(self) -> ThinLink:
        """The link, once it is started."""
        if self._link is None:
            raise RuntimeError("the world has not been started")
        return self._link

    def deliver(self, mail: bytes, arrived: int) -> int:
        """Put a mail into the folder, as if it came now; answers its UID. For any thread."""
        return self._posts.append(mail, arrived)

    def config(self) -> str:
        """The config.toml of somebody who reads this list."""
        return _CONFIG.format(imap_port=self.imap_port, smtp_port=self.smtp_port)


def _listener() -> socket.socket:
    # named as TCP, for asyncio sends small answers at once (TCP_NODELAY) only where it sees that
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.bind((HOST, 0))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def _port(listener: socket.socket) -> int:
    return int(listener.getsockname()[1])
