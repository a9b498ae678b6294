"""What a file is, in a word."""

from __future__ import annotations

from gettext import gettext as _
from typing import Final

from listforum.words import N_

_KINDS: Final = {
    "application/pdf": "PDF",
    "application/zip": N_("packed files"),
    "application/gzip": N_("packed files"),
    "application/x-gzip": N_("packed files"),
    "application/x-tar": N_("packed files"),
    "application/x-7z-compressed": N_("packed files"),
    "application/x-xz": N_("packed files"),
    "application/vnd.ms-excel": N_("spreadsheet"),
    "application/vnd.oasis.opendocument.spreadsheet": N_("spreadsheet"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": N_("spreadsheet"),
    "application/msword": N_("document"),
    "application/rtf": N_("document"),
    "application/vnd.oasis.opendocument.text": N_("document"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": N_("document"),
    "application/pgp-signature": N_("digital signature"),
    "application/pkcs7-signature": N_("digital signature"),
    "application/x-pkcs7-signature": N_("digital signature"),
    "application/pgp-keys": N_("key"),
    "application/json": N_("data"),
    "application/xml": N_("data"),
    "application/geo+json": N_("data"),
    "text/csv": N_("table"),
    "text/html": N_("web page"),
    "text/calendar": N_("invitation"),
    "text/x-patch": N_("patch"),
    "text/x-diff": N_("patch"),
    "text/vcard": N_("address card"),
    "message/rfc822": N_("mail"),
}
_FAMILIES: Final = {
    "image": N_("picture"),
    "audio": N_("sound"),
    "video": N_("film"),
    "text": N_("text"),
    "font": N_("font"),
}


def kind(media_type: str) -> str:
    """A media type (RFC 6838) in a word."""
    told = media_type.lower()
    return _(_KINDS.get(told) or _FAMILIES.get(told.partition("/")[0]) or N_("file"))
