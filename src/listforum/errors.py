"""What can go wrong, in the domain's words. Raised where it is known, shown once at the edge."""

from __future__ import annotations

from typing import ClassVar


class ListforumError(Exception):
    """A failure with a sentence for the person that says what happened and what to do.

    The message may quote a server or a mail: whoever shows it passes it through `mail.safe`.
    It never holds a password, a token or an authentication command.
    """

    kind: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1


class UsageError(ListforumError):
    """The command, or something in it, was written wrongly."""

    kind = "usage"
    exit_code = 2


class QueryError(UsageError):
    """A search query that cannot be understood."""

    kind = "query"


class UnknownItem(ListforumError):
    """A list, topic, post, attachment or outbox item that does not exist."""

    kind = "unknown"


class ConfigError(ListforumError):
    """The configuration cannot be used; the message names file, key and what would be right, one mistake a line."""

    kind = "config"


class HomeError(ListforumError):
    """The home directory cannot be made, read or written, or its disk is full."""

    kind = "home"


class BusyError(ListforumError):
    """Another listforum holds the lock of this home."""

    kind = "busy"


class ArchiveError(ListforumError):
    """The archive is damaged, or was written by a newer listforum."""

    kind = "archive"


class MailFileError(ListforumError):
    """A file of mails cannot be read, or an export cannot be written."""

    kind = "file"


class LinkError(ListforumError):
    """The network or the server went away, or never answered. Says nothing about the password."""

    kind = "link"


class DeadlineError(LinkError):
    """A phase took longer than its absolute deadline."""

    kind = "deadline"


class CertificateError(LinkError):
    """The server could not prove who it is; nothing was sent to it.

    `line` is the setting that would accept its certificate, once the person has compared the fingerprint.
    """

    kind = "certificate"

    def __init__(self, message: str, line: str = "") -> None:
        super().__init__(f"{message}\n{line}" if line else message)
        self.line = line


class LoginError(ListforumError):
    """The server refused the login in a tagged answer, or no secret could be had."""

    kind = "login"


class ServerError(ListforumError):
    """The server answered, and refused or made no sense."""

    kind = "server"


class BudgetError(ListforumError):
    """The next request could cost more than what is left of the budget."""

    kind = "budget"
    exit_code = 0


class Cancelled(ListforumError):
    """The person stopped it."""

    kind = "cancel"
    exit_code = 130


class NoAddressError(ListforumError):
    """There is no safe address to send to: no posting address, or no proven person behind a post."""

    kind = "address"
