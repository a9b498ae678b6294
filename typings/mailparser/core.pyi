from datetime import datetime
from email.message import Message
from typing import Any, Self

class MailParser:
    @classmethod
    def from_string(cls, s: str) -> Self: ...
    def _make_mail(self, complete: bool = True) -> dict[str, Any]: ...
    @property
    def address_header_defects(self) -> list[dict[str, Any]]: ...
    @property
    def date(self) -> datetime | None: ...
    @property
    def message(self) -> Message | None: ...
    # Header fields are attributes made on the fly; these hold (display name, addr-spec) pairs.
    from_: list[tuple[str, str]]
    reply_to: list[tuple[str, str]]
    to: list[tuple[str, str]]
    cc: list[tuple[str, str]]
