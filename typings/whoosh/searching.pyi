from collections.abc import Iterator
from typing import Any

from whoosh.query import Query

class Searcher:
    def __init__(self, reader: Any) -> None: ...
    def search(self, q: Query, *, limit: int | None = ...) -> Iterator[Any]: ...
