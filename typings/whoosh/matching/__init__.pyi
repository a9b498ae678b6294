from typing import Any

from whoosh.reading import TermInfo

class ListMatcher:
    def __init__(
        self,
        ids: list[int],
        weights: list[float] | None = ...,
        *,
        format: object = ...,
        scorer: Any = ...,
        term: tuple[str, bytes] | None = ...,
        terminfo: TermInfo | None = ...,
    ) -> None: ...
