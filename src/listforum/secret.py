"""A value that must never be seen: passwords and tokens."""

from __future__ import annotations


class Secret:
    """Holds a secret and shows nothing of it in repr, str, format, pickles or tracebacks' locals.

    Not a `str`: code that wants the value says so with `reveal()`.
    """

    __slots__ = ("__value",)

    def __init__(self, value: str) -> None:
        self.__value = value

    def reveal(self) -> str:
        """The secret itself, for the one line that writes it to an encrypted socket."""
        return self.__value

    def __repr__(self) -> str:
        return "Secret(***)"

    def __reduce__(self) -> str:
        raise TypeError("a Secret is not pickled")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.reveal() == other.reveal()

    def __hash__(self) -> int:
        return hash(self.__value)
