"""What a server says, made fit to show: short, safe for a terminal, and without the secret it may echo."""

from __future__ import annotations

import base64
import re
import urllib.parse
from collections.abc import Iterable, Iterator
from gettext import gettext as _

from listforum.errors import ListforumError
from listforum.mail import safe
from listforum.wire.endpoint import Credentials

LONGEST = 200
LONGEST_READ = 4096


class ServerWords:
    """Turns a server's text into words for the person. Knows the secret only to cut it out."""

    def __init__(self, credentials: Credentials) -> None:
        forms = sorted(set(_forms(credentials)), key=len, reverse=True)
        self._secret = re.compile("|".join(map(re.escape, forms)), re.IGNORECASE) if forms else None
        self._longest = len(forms[0]) if forms else 0

    def __repr__(self) -> str:
        return "ServerWords()"

    def quote(self, text: bytes | str) -> str:
        """The server's words, at most 200 characters, introduced as such; "" when it said nothing."""
        if isinstance(text, bytes):
            text = text[: LONGEST_READ + 1].decode("utf-8", "replace")
        read = self._redact(text[:LONGEST_READ])
        if len(text) > LONGEST_READ:
            read = read[: -self._longest or None]  # the cut may have gone through an echo
        # again, now that what made an echo look different is gone
        words = self._redact(safe.line(read)).strip()
        if len(words) > LONGEST:
            words = words[: LONGEST - 1] + "…"
        return _("the server says: {words}").format(words=words) if words else ""

    def _redact(self, text: str) -> str:
        return self._secret.sub("***", text) if self._secret else text


def bare(error: ListforumError) -> ListforumError:
    """The error without traceback and causes: their frames hold what was on its way to the server."""
    error.__cause__ = error.__context__ = None
    return error.with_traceback(None)


def _forms(credentials: Credentials) -> Iterator[str]:
    """The ways in which the secret may stand in an echo."""
    value = credentials.secret.reveal()
    if not value:
        return
    yield value
    yield value.replace("\\", "\\\\").replace('"', '\\"')
    yield value.encode("unicode_escape").decode("ascii")
    data = value.encode("utf-8", "surrogatepass")
    yield urllib.parse.quote(data, safe="")
    yield urllib.parse.quote_plus(data)
    yield data.decode("latin-1")
    yield data.hex()
    yield from _base64_forms([data, b"\0" + credentials.user.encode("utf-8", "surrogatepass") + b"\0" + data])


def _base64_forms(values: Iterable[bytes]) -> Iterator[str]:
    """How the values look inside any longer base64 text: at each of its three alignments, without the edges."""
    for value in values:
        yield base64.b64encode(value).decode("ascii")
        for shift in range(3):
            encoded = base64.b64encode(b"\0" * shift + value).decode("ascii").rstrip("=")
            first = (0, 2, 3)[shift]
            last = len(encoded) - (0 if (shift + len(value)) % 3 == 0 else 1)
            # a shorter piece would stand in innocent words too
            if last - first >= 5:
                yield encoded[first:last]
                yield encoded[first:last].replace("+", "-").replace("/", "_")
