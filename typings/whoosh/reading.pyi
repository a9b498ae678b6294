from typing import Any

class TermNotFound(Exception): ...

class TermInfo:
    def __init__(
        self,
        weight: float = ...,
        df: int = ...,
        minlength: int | None = ...,
        maxlength: int = ...,
        maxweight: float = ...,
        minid: int | None = ...,
        maxid: int = ...,
    ) -> None: ...

class SegmentReader:
    def __init__(self, storage: Any, schema: Any, segment: Any) -> None: ...
    def close(self) -> None: ...

class MultiReader:
    def __init__(self, readers: list[SegmentReader]) -> None: ...
