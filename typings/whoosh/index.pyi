from typing import Any

from whoosh.fields import Schema
from whoosh.filedb.filestore import Storage

class FileIndex:
    @classmethod
    def create(cls, storage: Storage, schema: Schema, indexname: str = ...) -> FileIndex: ...
    def writer(self) -> Any: ...
    def reader(self) -> Any: ...
