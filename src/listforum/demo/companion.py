"""Beside the reader in the demo: the switch of the link, and the guide."""

from __future__ import annotations

from collections.abc import Sequence
from gettext import gettext as _
from typing import TYPE_CHECKING, Final

from listforum.demo.guide import Guide
from listforum.tui.companion import Extra
from listforum.words import N_

if TYPE_CHECKING:
    from listforum.demo.thin_link import ThinLink
    from listforum.tui.companion import Event

_NAMES: Final = {"2G": "2G", "3G": "3G", "satellite": N_("satellite"), "fast": N_("fast")}
"""The links, in the order in which they follow each other."""


class DemoCompanion:
    """Plays with the link, counts its bytes, and tells what to try next. `waiting` posts lie on the server."""

    def __init__(self, link: ThinLink, waiting: int) -> None:
        self._link = link
        self._guide = Guide(waiting)
        self._before = link.bytes.total
        self.extras: Sequence[Extra] = (
            Extra("f2", _("link"), _("Demo: change the link: 2G, 3G, satellite, fast"), self._change),
            Extra("f3", _("cut it"), _("Demo: cut the link for three seconds"), self._cut),
        )

    def status(self) -> str:
        words = _("no link") if self._link.down else _(_NAMES[self._link.name])
        kilobytes = (self._link.bytes.total - self._before) / 1000
        return _("{link} · {kilobytes} kB").format(link=words, kilobytes=f"{kilobytes:.1f}")

    def advice(self) -> str:
        return self._guide.advice()

    def happened(self, event: Event) -> None:
        self._guide.happened(event)

    def _change(self) -> str:
        order = tuple(_NAMES)
        profile = order[(order.index(self._link.name) + 1) % len(order)]
        self._link.use(profile)
        return {
            "2G": _("The link is 2G now: 4 kB a second, 0.6 s there and back."),
            "3G": _("The link is 3G now: 100 kB a second."),
            "satellite": _("The link is a satellite now: 60 kB a second, 0.7 s there and back."),
            "fast": _("The link is as fast as this machine."),
        }[profile]

    def _cut(self) -> str:
        self._link.cut()
        return _("The link is cut. It comes back in three seconds.")
