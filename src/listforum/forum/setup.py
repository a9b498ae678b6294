"""The first config of a new home."""

from __future__ import annotations

import os
from gettext import gettext as _
from typing import Final

from listforum.errors import ConfigError
from listforum.home import Home, explained

_STARTER: Final = """\
[accounts.home]
address = "Maria Silva <maria@example.org>"
imap = { host = "imap.example.org", port = 993, tls = "implicit", user = "maria" }
smtp = { host = "smtp.example.org", port = 465, tls = "implicit", user = "maria" }
password = "ask"      # or: password_command = ["pass", "show", "mail/maria"]

# [lists.open-data]
# account = "home"
# folder = "INBOX"
# list_id = "open-data.lists.example.org"     # when the folder holds other mail too
"""


def starter() -> str:
    """A config to fill in, with words on how."""
    words = (
        _("The config of listforum. Fill in your address and servers, then run: listforum doctor"),
        _("It also shows which lists your mail holds, with lines to paste here."),
    )
    comments = "".join(f"# {line}\n" for one in words for line in one.splitlines())
    return f"{comments}\n{_STARTER}"


def write_config(home: Home) -> str:
    """Writes a config to fill in, readable by its owner only; answers its path. Raises ConfigError if there is one."""
    path = home.config_file
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ConfigError(
            _("There is a config already: {path}. It was left as it is; edit it.").format(path=path)
        ) from None
    except OSError as error:
        raise explained(error, path) from error
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(starter())
            file.flush()
            os.fsync(descriptor)
    except OSError as error:
        path.unlink(missing_ok=True)  # half a config would be one that is there already
        raise explained(error, path) from error
    return str(path)
