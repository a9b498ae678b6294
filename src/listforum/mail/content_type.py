"""What a MIME part says about itself: Content-Type, -Disposition and -Transfer-Encoding (RFC 2045, 2183, 2231)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from listforum.mail.charset import decode
from listforum.mail.fields import Fields
from listforum.mail.words import decode_value, decode_words

_TYPE = re.compile(r"\s*\"?([\w!#$&^.+-]{1,127})/([\w!#$&^.+-]{1,127})\"?(?:;|\Z|\s|,)", re.ASCII)
_TOKEN = re.compile(r"[\w.+-]{1,40}", re.ASCII)
_MAX_VALUE: Final = 4096
_MAX_NAME: Final = 1000


@dataclass(frozen=True, slots=True)
class Kind:
    """What a part is: its media type in lower case, and the parameters that matter for reading it."""

    type: str
    charset: str
    encoding: str
    boundary: bytes
    name: str | None
    attached: bool
    flowed: bool
    delsp: bool


def kind_of(fields: Fields, default_type: str = "text/plain") -> Kind:
    """The kind of the part with these header fields. What is absent or malformed is text/plain (RFC 2045, 5.2)."""
    return _kind(
        (fields.first("content-type") or b"")[:_MAX_VALUE],
        (fields.first("content-disposition") or b"")[:_MAX_VALUE],
        (fields.first("content-transfer-encoding") or b"")[:_MAX_VALUE],
        default_type,
    )


@lru_cache(maxsize=256)
def _kind(content_type: bytes, disposition: bytes, encoding: bytes, default_type: str) -> Kind:
    type_text = decode_value(content_type)
    disposition_text = decode_value(disposition)
    parameters = _parameters(type_text)
    token = _TOKEN.search(encoding.decode("ascii", "replace"))
    return Kind(
        type=_media_type(type_text, default_type),
        charset=parameters.get("charset", "").strip().lower()[:80],
        encoding=token[0].lower() if token else "7bit",
        boundary=parameters.get("boundary", "").rstrip().encode("utf-8", "replace"),
        name=(_parameters(disposition_text).get("filename") or parameters.get("name") or None),
        attached=_is_attachment(disposition_text),
        flowed=parameters.get("format", "").strip().lower() == "flowed",
        delsp=parameters.get("delsp", "").strip().lower() == "yes",
    )


def _media_type(text: str, default_type: str) -> str:
    match = _TYPE.match(text)
    if match:
        return f"{match[1]}/{match[2]}".lower()
    return default_type if not text.strip() else "text/plain"


def _is_attachment(disposition: str) -> bool:
    """Unknown dispositions are treated as attachment (RFC 2183, 2.8)."""
    token = _TOKEN.match(disposition.strip())
    return token is not None and token[0].lower() != "inline"


def _parameters(text: str) -> dict[str, str]:
    if ";" not in text:
        return {}
    from email.message import Message  # noqa: PLC0415 - 15 ms that choosing among known parts does not need

    message = Message()
    message["Content-Type"] = text
    parameters: dict[str, str] = {}
    # The first item is the value itself.
    for name, value in (message.get_params() or [])[1:]:
        parameters.setdefault(name.strip().lower(), _parameter_text(value)[:_MAX_NAME])
    return parameters


def _parameter_text(value: str | tuple[str | None, str | None, str]) -> str:
    if isinstance(value, tuple):
        charset, _, text = value
        # The standard library hands over percent-decoded octets as Latin-1.
        return decode(text.encode("latin-1", "replace"), charset or "").text
    return decode_words(value)
