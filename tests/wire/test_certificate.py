"""What a certificate that could not be verified is told about: its fingerprint, its dates, and a wrong clock."""

from __future__ import annotations

import datetime
import hashlib
import ssl
import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.wire.certificate import WRITTEN, Validity, doubt, fingerprint, out_of_date, validity
from servers.certificates import Authority

KEY = ec.generate_private_key(ec.SECP256R1())
GOOD = Validity(datetime.datetime(2027, 1, 1, tzinfo=datetime.UTC), datetime.datetime(2027, 4, 1, tzinfo=datetime.UTC))
MOMENTS = st.integers(-630_000_000, 7_258_000_000).map(lambda at: datetime.datetime.fromtimestamp(at, datetime.UTC))
"""Seconds from 1950 to 2199, which is what certificates are about."""


def made(begins: datetime.datetime, ends: datetime.datetime, serial: int = 1, name: str = "x") -> bytes:
    """A self-signed certificate in DER."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(subject, subject, KEY.public_key(), serial, begins, ends)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


SAMPLE = made(GOOD.begins, GOOD.ends)


@given(MOMENTS, MOMENTS, st.integers(1, 2**150), st.text("abc é漢", min_size=1, max_size=60))
@settings(deadline=None, max_examples=60)
def test_the_dates_are_those_that_were_signed(
    one: datetime.datetime, other: datetime.datetime, serial: int, name: str
) -> None:
    begins, ends = sorted((one, other))
    assert validity(made(begins, ends, serial, name)) == Validity(begins, ends)


@given(st.binary(max_size=300) | st.builds(lambda cut: SAMPLE[:cut], st.integers(0, 400)), st.binary(max_size=3))
@settings(deadline=None, max_examples=300)
def test_what_is_no_certificate_has_no_dates(start: bytes, end: bytes) -> None:
    found = validity(start + end)
    assert found is None or start[:100] == SAMPLE[:100]


@pytest.mark.parametrize("position", range(120))
def test_a_damaged_certificate_is_read_or_not_but_harms_nobody(position: int) -> None:
    for octet in (0x00, 0x7F, 0x80, 0x84, 0xFF):
        found = validity(SAMPLE[:position] + bytes([octet]) + SAMPLE[position + 1 :])
        assert found is None or isinstance(found, Validity)


def test_the_fingerprint_is_what_openssl_shows(authority: Authority) -> None:
    chain = authority.self_signed("localhost").chain
    shown = subprocess.run(
        ["openssl", "x509", "-fingerprint", "-sha256", "-noout", "-in", str(chain)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    certificate = ssl.PEM_cert_to_DER_cert(chain.read_text())
    assert fingerprint(certificate) == "sha256:" + shown.strip().partition("=")[2]
    assert fingerprint(certificate).replace(":", "").lower() == "sha256" + hashlib.sha256(certificate).hexdigest()


def test_the_line_to_add_is_told_with_what_to_do_before() -> None:
    words, line = doubt(b"a certificate", "mail.example.org")
    assert line == f'tls_pin = "{fingerprint(b"a certificate")}"'
    assert "mail.example.org" in words
    assert "another way than this link" in words


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ("1970-01-01", "your clock says 1970-01-01; is that right? Set it, and try again"),
        ("2019-01-01", "your clock says 2019-01-01; is that right? Set it, and try again"),
        ("2026-12-24", "its certificate begins on 2027-01-01, and your clock says 2026-12-24; is that right?"),
        ("2027-04-02", "its certificate has expired on 2027-04-01 (your clock says 2027-04-02)"),
        ("2038-01-19", "its certificate has expired on 2027-04-01 (your clock says 2038-01-19)"),
    ],
)
def test_a_clock_that_is_wrong_is_named(now: str, said: str) -> None:
    assert out_of_date(GOOD, datetime.datetime.fromisoformat(f"{now}T12:00:00+00:00")) == said


@given(st.none() | st.builds(Validity, st.just(GOOD.begins), st.just(GOOD.ends)), MOMENTS)
@settings(deadline=None, max_examples=100)
def test_the_day_of_the_clock_is_always_said(dates: Validity | None, now: datetime.datetime) -> None:
    said = out_of_date(dates, now)
    assert f"your clock says {now:%Y-%m-%d}" in said
    assert ("Set it" in said) is (now < WRITTEN)
