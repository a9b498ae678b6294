"""Where the wire leads, and how it refuses to lead in clear."""

from __future__ import annotations

import pytest

from listforum.errors import ConfigError
from listforum.secret import Secret
from listforum.wire.endpoint import Credentials, Endpoint


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1"])
def test_a_link_in_clear_is_for_this_machine(host: str) -> None:
    assert Endpoint(host, 143, "none").host == host


@pytest.mark.parametrize("host", ["imap.example.org", "192.0.2.1", "localhost.example.org", "::2", ""])
def test_a_link_in_clear_to_another_machine_is_refused(host: str) -> None:
    with pytest.raises(ConfigError, match="none"):
        Endpoint(host, 143, "none")


def test_credentials_show_no_secret() -> None:
    assert "canary" not in repr(Credentials("maria", Secret("canary"), "password"))
