"""TLS over our own buffers, so that bytes are counted below it, and in words a person can act on."""

from __future__ import annotations

import contextlib
import functools
import ssl
from gettext import gettext as _

from listforum.errors import CertificateError, LinkError
from listforum.wire.endpoint import Endpoint

PIECE = 65536

# OpenSSL's X509_V_ERR codes
NOT_YET_VALID, EXPIRED = 9, 10
UNKNOWN_SIGNER = {18, 19, 20, 21}
OTHER_NAME = {62, 64}


@functools.lru_cache(maxsize=8)
def client_context(ca_file: str | None) -> ssl.SSLContext:
    """A context that verifies the certificate and the name, TLS 1.2 or newer; `ca_file` is trusted too.

    Made once, for reading the system's authorities takes longer than a handshake. Raises `CertificateError` when
    `ca_file` cannot be read.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file:
        try:
            context.load_verify_locations(cafile=ca_file)
        except (OSError, ssl.SSLError):
            raise CertificateError(
                _("ca_file {ca_file} cannot be read as PEM certificates").format(ca_file=ca_file)
            ) from None
    return context


def handshake_error(endpoint: Endpoint, error: ssl.SSLError) -> LinkError:
    """What a failed handshake means."""
    host = endpoint.host
    if isinstance(error, ssl.SSLCertVerificationError):
        return CertificateError(_verification(host, error))
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return LinkError(_("{host} hung up before the link was encrypted").format(host=host))
    if error.reason in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG"):
        return CertificateError(
            _("{host} does not speak TLS on port {port}; nothing was sent to it").format(host=host, port=endpoint.port)
        )
    return CertificateError(
        _("no encrypted link to {host} could be agreed on ({reason}); nothing was sent to it").format(
            host=host, reason=error.reason
        )
    )


def _verification(host: str, error: ssl.SSLCertVerificationError) -> str:
    code = error.verify_code
    if code == EXPIRED:
        problem = _("its certificate has expired, or the clock of this machine is wrong")
    elif code == NOT_YET_VALID:
        problem = _("its certificate is not valid yet, or the clock of this machine is wrong")
    elif code in UNKNOWN_SIGNER:
        problem = _("nobody this machine trusts has signed its certificate")
    elif code in OTHER_NAME:
        problem = _("its certificate is for another name")
    else:
        problem = error.verify_message
    return _("{host} could not prove who it is: {problem}; nothing was sent to it").format(host=host, problem=problem)


class TlsLayer:
    """One TLS session between two buffers: `encrypted_in` takes what came, `encrypted_out` gives what must go."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        context = client_context(endpoint.ca_file)
        try:
            self._session = context.wrap_bio(self._incoming, self._outgoing, server_hostname=endpoint.host)
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
        with contextlib.suppress(ssl.SSLError):  # it wants to wait for the other side's, which nobody needs
            self._session.unwrap()
