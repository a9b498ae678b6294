"""TLS over our own buffers, so that bytes are counted below it, and in words a person can act on."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import hmac
import ssl
from datetime import UTC, datetime
from gettext import gettext as _

from listforum.errors import CertificateError, LinkError
from listforum.wire import certificate
from listforum.wire.endpoint import Endpoint

PIECE = 65536

# OpenSSL's X509_V_ERR codes
NOT_YET_VALID, EXPIRED = 9, 10
UNKNOWN_SIGNER = {18, 19, 20, 21}
OTHER_NAME = {62, 64}

_DER = 2
"""`_ssl.ENCODING_DER`"""


class Unverified(ssl.SSLError):
    """A handshake that failed because of the server's certificate, given in DER where it is known.

    `reason_code` is OpenSSL's; None for a certificate that is not the pinned one.
    """

    def __init__(self, reason_code: int | None, words: str, shown: bytes | None) -> None:
        super().__init__(ssl.SSL_ERROR_SSL, words)
        self.reason_code, self.words, self.shown = reason_code, words, shown


class _Context(ssl.SSLContext):
    """Accepts one certificate and no other."""

    pin: str


class _Session(ssl.SSLObject):
    """Tells, when a handshake fails, which certificate it failed about; and looks at the pin before it has succeeded.

    Whoever shakes hands with such a context is held to its pin, also a library that brings its own buffers.
    """

    def do_handshake(self) -> None:
        try:
            super().do_handshake()
        except ssl.SSLCertVerificationError as error:
            raise Unverified(error.verify_code, error.verify_message, self._shown()) from None
        pin = self.context.pin if isinstance(self.context, _Context) else None
        if pin is not None:
            shown = self.getpeercert(binary_form=True) or b""
            if not hmac.compare_digest(hashlib.sha256(shown).hexdigest(), pin):
                raise Unverified(None, "", shown)

    def _shown(self) -> bytes | None:
        """The certificate that was refused. Python gives it away since 3.13; before, only the layer below knows it."""
        below = self._sslobj  # type: ignore[attr-defined] # the stubs leave out what is not public
        ask = getattr(self, "get_unverified_chain", None) or getattr(below, "get_unverified_chain", None)
        first = next(iter(ask() or ()), None) if ask else None
        return first if first is None or isinstance(first, bytes) else bytes(first.public_bytes(_DER))


@functools.lru_cache(maxsize=8)
def client_context(ca_file: str | None, pin: str | None = None) -> ssl.SSLContext:
    """A context that verifies the certificate and the name, TLS 1.2 or newer; `ca_file` is trusted too.

    With a `pin`, the SHA-256 of a certificate in hexadecimal, that very certificate is accepted and no other.
    Made once, for reading the system's authorities takes longer than a handshake. Raises `CertificateError` when
    `ca_file` cannot be read.
    """
    if pin is not None:
        return _pinned(pin)
    context = ssl.create_default_context()
    context.sslobject_class = _Session
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file:
        try:
            context.load_verify_locations(cafile=ca_file)
        except (OSError, ssl.SSLError):
            raise CertificateError(
                _("ca_file {ca_file} cannot be read as PEM certificates").format(ca_file=ca_file)
            ) from None
    return context


def _pinned(pin: str) -> ssl.SSLContext:
    context = _Context(ssl.PROTOCOL_TLS_CLIENT)
    context.pin = pin
    context.sslobject_class = _Session
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # `_Session` looks at the certificate
    return context


# --- what a failed handshake means ------------------------------------------------------------------------------------


def handshake_error(endpoint: Endpoint, error: ssl.SSLError) -> LinkError:
    """What a failed handshake means."""
    host = endpoint.host
    if isinstance(error, Unverified):
        return _unverified(endpoint, error)
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return hung_up(host)
    if error.reason in ("UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION"):
        words = _("{host} speaks only old TLS, which protects nothing any more (1.2 is needed); nothing was sent to it")
        return CertificateError(words.format(host=host))
    if error.reason in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"):
        words = _(
            "{host}, or somebody between, does not speak TLS on port {port}; nothing was sent to it. Is the port "
            'right, or is it one for tls = "starttls"?'
        )
        return CertificateError(words.format(host=host, port=endpoint.port))
    return CertificateError(
        _("no encrypted link to {host} could be agreed on ({reason}); nothing was sent to it").format(
            host=host, reason=error.reason
        )
    )


def hung_up(host: str) -> LinkError:
    """The error for a link that ended during the handshake, as where a network lets nobody through to a name."""
    words = _(
        "{host}, or somebody between, hung up before the link was encrypted. If it stays so, this network may not let "
        "you through to it: a proxy may help"
    )
    return LinkError(words.format(host=host))


def _unverified(endpoint: Endpoint, error: Unverified) -> CertificateError:
    host = endpoint.host
    if error.reason_code is None:
        shown = certificate.fingerprint(error.shown or b"")
        words = _(
            "{host} does not show the certificate that tls_pin names, but {shown}; nothing was sent to it. Somebody "
            "may be between. If your provider says, by another way than this link, that this is its new certificate, "
            "change tls_pin."
        )
        return CertificateError(words.format(host=host, shown=shown))
    now = datetime.now(UTC)
    problem = _problem(error, now)
    words = _("{host} could not prove who it is: {problem}; nothing was sent to it").format(host=host, problem=problem)
    clock = error.reason_code in (NOT_YET_VALID, EXPIRED) and certificate.clock_is_wrong(now)
    if error.shown is None or clock:
        return CertificateError(words)
    advice, line = certificate.doubt(error.shown, host)
    return CertificateError(_("{what}.\n{advice}").format(what=words, advice=advice), line)


def _problem(error: Unverified, now: datetime) -> str:
    if error.reason_code in (NOT_YET_VALID, EXPIRED):
        return certificate.out_of_date(certificate.validity(error.shown or b""), now)
    if error.reason_code in UNKNOWN_SIGNER:
        return _("nobody this machine trusts has signed its certificate")
    if error.reason_code in OTHER_NAME:
        return _("its certificate is for another name")
    return error.words


_resumable: dict[tuple[ssl.SSLContext, Endpoint], ssl.SSLSession] = {}
"""Sessions that servers agreed to go on with, while this process lives: no certificate is sent again (RFC 8446, 2.2).

Held by everything that the server had to prove for them, and by the way to it: who sees a session taken up again knows
that it is the same person, be it through another proxy or into another account.
"""


class TlsLayer:
    """One TLS session between two buffers: `encrypted_in` takes what came, `encrypted_out` gives what must go."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = client_context(endpoint.ca_file, endpoint.pin)
        self._proven = (context, endpoint)
        before = _resumable.get(self._proven)
        try:
            self._session = context.wrap_bio(
                self._incoming, self._outgoing, server_hostname=endpoint.host, session=before
            )
        except (ValueError, UnicodeError):
            raise CertificateError(
                _("{host!r} is no name that a certificate could prove").format(host=endpoint.host)
            ) from None

    def encrypted_in(self, data: bytes) -> None:
        """Feed what the network brought; b"" says it has ended."""
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()

    def encrypted_out(self) -> bytes:
        """What must go to the network now."""
        return self._outgoing.read()

    def handshake(self) -> bool:
        """Go on with the handshake; False when it needs more from the network. Raises as `handshake_error` says."""
        try:
            self._session.do_handshake()
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLError as error:
            raise handshake_error(self._endpoint, error) from None
        return True

    def read(self) -> bytes | None:
        """Decrypted bytes; None when it needs more from the network, b"" when the other side has ended.

        An end without TLS's farewell is an end too: both protocols frame what they say. Raises `LinkError` when the
        bytes were damaged on the way.
        """
        try:
            return self._session.read(PIECE)
        except ssl.SSLWantReadError:
            return None
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            return b""
        except ssl.SSLError:
            raise LinkError(_("the encrypted link to {host} was damaged").format(host=self._endpoint.host)) from None

    def write(self, data: bytes) -> None:
        """Encrypt; `encrypted_out` then has it."""
        view = memoryview(data)
        while view:
            view = view[self._session.write(view) :]

    def farewell(self) -> None:
        """Say that nothing more comes (close_notify), without waiting for the other side to say so."""
        session = self._session.session
        if session and session.has_ticket:
            _resumable[self._proven] = session
        with contextlib.suppress(ssl.SSLError):  # it wants to wait for the other side's, which nobody needs
            self._session.unwrap()
