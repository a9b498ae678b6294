"""Parts of a whole that are made when they are first asked for, and only once, whichever thread asks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

Whole = TypeVar("Whole")
Part = TypeVar("Part")


class once(Generic[Whole, Part]):  # noqa: N801 - it is used as a decorator, like `property`
    """A property that is made once for each object and then kept in it; what cannot be made is tried anew next time.

    One thread makes at a time, for all objects: making is quick, and one part may need another.
    """

    _making = threading.RLock()

    def __init__(self, make: Callable[[Whole], Part]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, _owner: type[Any], name: str) -> None:
        self._name = name

    @overload
    def __get__(self, whole: None, owner: type[Any]) -> Self: ...
    @overload
    def __get__(self, whole: Whole, owner: type[Any]) -> Part: ...
    def __get__(self, whole: Whole | None, owner: type[Any]) -> Self | Part:
        if whole is None:
            return self
        kept = vars(whole)
        with self._making:
            if self._name not in kept:
                kept[self._name] = self._make(whole)
        part: Part = kept[self._name]
        return part
