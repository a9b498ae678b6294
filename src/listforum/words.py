"""The language that listforum speaks: where its translations lie, and when there are none to look for."""

from __future__ import annotations

import os

TYPE_CHECKING = False  # importing it costs as much as the page that `listforum --help` shows
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DOMAIN = "listforum"
_NAMED_BY = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
_WRITTEN_IN = ("en", "c", "posix")


def N_(text: str) -> str:  # noqa: N802 - the name by which tools that extract texts know it
    """Mark a text that is written down before the language is known; whoever shows it translates it."""
    return text


NAMES = (
    *(N_("draft"), N_("queued"), N_("sending"), N_("uncertain"), N_("sent"), N_("on the list"), N_("failed")),
    *(N_("connect"), N_("headers"), N_("text"), N_("attachment"), N_("send")),
    *(N_("home"), N_("archive"), N_("index"), N_("config"), N_("folder"), N_("list")),
    *(N_("budget"), N_("link"), N_("login"), N_("cancel"), N_("deadline")),
)
"""Names that are the same in every language for programs, and are translated where a person reads them.

They are the states of what is to be sent, the purposes of bytes on the wire, what doctor examines, and what may stop a
sync.
"""


def speak(environ: Mapping[str, str]) -> Callable[[str], str]:
    """Bind gettext to the catalogues of listforum, and return what translates a text.

    They lie in LISTFORUM_LOCALE_DIR, else in the package, as LANGUAGE/LC_MESSAGES/listforum.mo. Where the language is
    English, or there are no catalogues, nothing is looked for and gettext is not even imported.
    """
    directory = environ.get("LISTFORUM_LOCALE_DIR") or __file__.removesuffix("words.py") + "locale"
    if _is_english(environ) or not os.path.isdir(directory):  # noqa: PTH112 - pathlib costs more than all of this
        return N_
    import gettext  # noqa: PLC0415 - as above

    gettext.bindtextdomain(DOMAIN, directory)
    gettext.textdomain(DOMAIN)
    return gettext.gettext


def _is_english(environ: Mapping[str, str]) -> bool:
    """Tell whether the person's first language, as POSIX names it, is the one that the texts are written in."""
    named = next((environ[name] for name in _NAMED_BY if environ.get(name)), "C")
    language = named.partition(":")[0].partition(".")[0].partition("@")[0].partition("_")[0]
    return language.lower() in _WRITTEN_IN
