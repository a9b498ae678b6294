"""Our codec for Whoosh: segments of two files without a pickle, written and read a whole posting list at a time.

What Whoosh's own classes ask of a codec stands here; how terms, posting lists and columns are packed stands in
`dictionary` and `postings`. Each file ends with a directory of its sections.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator, Sequence
from struct import Struct
from typing import Any, Final

from whoosh.codec import base
from whoosh.columns import ColumnReader
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile
from whoosh.matching import ListMatcher
from whoosh.reading import TermInfo, TermNotFound
from whoosh.util.numeric import length_to_byte

from listforum.search.dictionary import Field, FieldWriter
from listforum.search.postings import LENGTHS, NOWHERE, Postings, pack_numbers, unpack_numbers

TERMS: Final = ".terms"
COLUMNS: Final = ".columns"
EXTENSIONS: Final = (TERMS, COLUMNS)

MOST_FREQUENT: Final = 255
"""A term that stands more often than this in a field of a post counts this often."""

_END: Final = Struct("<I8s")
_MAGIC: Final = b"lforum01"
_LONGEST: Final = LENGTHS[255]


class Codec(base.Codec):
    """Writes and reads our segments for Whoosh."""

    def per_document_writer(self, storage: FileStorage, segment: Segment) -> ColumnsWriter:
        """The writer of a segment's columns."""
        return ColumnsWriter(segment.create_file(storage, COLUMNS), segment)

    def field_writer(self, storage: FileStorage, segment: Segment) -> TermsWriter:
        """The writer of a segment's terms and posting lists."""
        return TermsWriter(segment.create_file(storage, TERMS))

    def terms_reader(self, storage: FileStorage, segment: Segment) -> TermsReader:
        """The reader of a segment's terms and posting lists."""
        return TermsReader(segment.open_file(storage, TERMS), storage.file_length(segment.make_filename(TERMS)))

    def per_document_reader(self, storage: FileStorage, segment: Segment) -> ColumnsReader:
        """The reader of a segment's columns."""
        length = storage.file_length(segment.make_filename(COLUMNS))
        return ColumnsReader(segment.open_file(storage, COLUMNS), length, segment)

    def new_segment(self, storage: FileStorage, indexname: str) -> Segment:  # noqa: ARG002 - Whoosh's signature
        """A segment that is still to be written."""
        return Segment(indexname)


class Segment(base.Segment):
    """What Whoosh knows of a segment besides its files: how many documents it has, and which of them are gone."""

    def __init__(self, indexname: str) -> None:
        super().__init__(indexname)
        self._documents = 0
        self._deleted: set[int] = set()

    @classmethod
    def known(cls, indexname: str, name: str, documents: int, deleted: Iterable[int]) -> Segment:
        """A segment that was written before."""
        segment = cls(indexname)
        segment.segid, segment._documents, segment._deleted = name, documents, set(deleted)
        return segment

    def codec(self) -> Codec:
        return Codec()

    def should_assemble(self) -> bool:
        """Whether Whoosh is to make one file of all: the directory of such a file is a pickle."""
        return False

    def set_doc_count(self, documents: int) -> None:
        self._documents = documents

    def doc_count_all(self) -> int:
        return self._documents

    def deleted_count(self) -> int:
        return len(self._deleted)

    def deleted_docs(self) -> set[int]:
        return self._deleted

    def is_deleted(self, document: int) -> bool:
        return document in self._deleted

    def delete_document(self, document: int, delete: bool = True) -> None:
        (self._deleted.add if delete else self._deleted.discard)(document)


# --- sections -------------------------------------------------------------------------------------------------------


class _Sections:
    """Writes a file whose end tells where each section is."""

    def __init__(self, file: StructFile) -> None:
        self._file = file
        self._at = 0
        self._places: dict[str, tuple[int, int]] = {}

    def write(self, content: bytes) -> int:
        at = self._at
        self._file.write(content)
        self._at += len(content)
        return at

    def section(self, name: str, content: bytes) -> None:
        self._places[name] = (self.write(content), len(content))

    def close(self) -> None:
        directory = json.dumps(self._places).encode()
        self.write(directory)
        self.write(_END.pack(len(directory), _MAGIC))
        self._file.close()


def _sections(file: StructFile, size: int) -> dict[str, tuple[int, int]]:
    """Position and length of each section of a file. Raises ValueError when it is not one of ours."""
    length, magic = _END.unpack(file.get(size - _END.size, _END.size))
    if magic != _MAGIC:
        raise ValueError("not a segment of this format")
    found: dict[str, tuple[int, int]] = json.loads(file.get(size - _END.size - length, length))
    return found


# --- terms ----------------------------------------------------------------------------------------------------------


class TermsWriter(base.FieldWriter):
    """Writes fields and terms in ascending order: posting by posting, as Whoosh does, or a whole list at a time."""

    def __init__(self, file: StructFile) -> None:
        self._sections = _Sections(file)
        self._name = ""
        self._field = FieldWriter(self._sections.write)
        self._term = b""
        self._documents = array("I")
        self._frequencies = bytearray()

    def start_field(self, name: str, field: object = None) -> None:  # noqa: ARG002 - Whoosh's signature
        self._name, self._field = name, FieldWriter(self._sections.write)

    def start_term(self, term: bytes) -> None:
        self._term, self._documents, self._frequencies = term, array("I"), bytearray()

    def add(self, document: int, weight: float, _payload: bytes, _length: int) -> None:
        self._documents.append(document)
        self._frequencies.append(min(int(weight), MOST_FREQUENT))

    def finish_term(self) -> None:
        self.write_term(self._term, Postings(self._documents, bytes(self._frequencies)))

    def write_term(self, term: bytes, postings: Postings) -> None:
        """Write a term with all its postings."""
        self._field.add(term, postings)

    def finish_field(self) -> None:
        self._sections.section(self._name, self._field.finish())

    def close(self) -> None:
        self._sections.close()


class TermsReader(base.TermsReader):
    """Reads terms and whole posting lists."""

    def __init__(self, file: StructFile, size: int) -> None:
        self._file = file
        self.fields = {
            name: Field(file.get, file.get(at, length)) for name, (at, length) in sorted(_sections(file, size).items())
        }

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        name, text = term
        return name in self.fields and text in self.fields[name]

    def terms(self) -> Iterator[tuple[str, bytes]]:
        return ((name, term) for name, field in self.fields.items() for term in field.terms_from(b""))

    def terms_from(self, name: str, start: bytes) -> Iterator[tuple[str, bytes]]:
        for later, field in self.fields.items():
            if later >= name:
                yield from ((later, term) for term in field.terms_from(start if later == name else b""))

    def items(self) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        return ((key, self.term_info(*key)) for key in self.terms())

    def items_from(self, name: str, start: bytes) -> Iterator[tuple[tuple[str, bytes], TermInfo]]:
        return ((key, self.term_info(*key)) for key in self.terms_from(name, start))

    def term_info(self, name: str, term: bytes) -> TermInfo:
        postings = self._known(name, term)
        return TermInfo(
            weight=float(sum(postings.frequencies)),
            df=len(postings.documents),
            minlength=0,
            maxlength=_LONGEST,
            maxweight=float(max(postings.frequencies)),
            minid=postings.documents[0],
            maxid=postings.documents[-1],
        )

    def frequency(self, name: str, term: bytes) -> float:
        return float(sum(self.postings(name, term).frequencies))

    def doc_frequency(self, name: str, term: bytes) -> int:
        return len(self.postings(name, term).documents)

    def matcher(self, name: str, term: bytes, format_: object, scorer: Any = None) -> ListMatcher:
        postings = self._known(name, term)
        return ListMatcher(
            list(postings.documents),
            list(map(float, postings.frequencies)),
            format=format_,
            scorer=scorer,
            term=(name, term),
            terminfo=self.term_info(name, term),
        )

    def indexed_field_names(self) -> Sequence[str]:
        return list(self.fields)

    def close(self) -> None:
        self._file.close()

    def postings(self, name: str, term: bytes) -> Postings:
        """All postings of a term, deleted documents included; none where it is not here."""
        return self.fields[name].postings(term) if name in self.fields else NOWHERE

    def _known(self, name: str, term: bytes) -> Postings:
        found = self.postings(name, term)
        if not found.documents:
            raise TermNotFound(f"{name}:{term!r}")
        return found


# --- columns --------------------------------------------------------------------------------------------------------


def _lengths_of(name: str) -> str:
    return f"{name} lengths"


class ColumnsWriter(base.PerDocumentWriter):
    """Writes the numbers of each document, and how long its fields are."""

    def __init__(self, file: StructFile, segment: Segment) -> None:
        self._sections = _Sections(file)
        self._segment = segment
        self._columns: dict[str, array[int]] = {}
        self._document = 0

    def start_doc(self, document: int) -> None:
        self._document = document

    def add_field(self, name: str, _field: object, _value: object, length: int) -> None:
        if length:
            self._put(_lengths_of(name), length_to_byte(length))

    def add_column_value(self, name: str, _column: object, value: int) -> None:
        self._put(name, value)

    def add_vector_items(self, _name: str, _field: object, _items: object) -> None:
        raise NotImplementedError  # none are kept

    def finish_doc(self) -> None:
        """Nothing is left to do once the values are known."""

    def write_column(self, name: str, numbers: Sequence[int]) -> None:
        """Write a number for each document."""
        self._columns[name] = array("q", list(numbers))

    def write_lengths(self, name: str, lengths: Sequence[int]) -> None:
        """Write the length of a field in each document, as the byte that stands for it."""
        self.write_column(_lengths_of(name), lengths)

    def close(self) -> None:
        for name, numbers in self._columns.items():
            self._sections.section(name, pack_numbers(numbers))
        self._sections.close()

    def _put(self, name: str, number: int) -> None:
        column = self._columns.setdefault(name, array("q"))
        column.extend([0] * (self._document - len(column)))
        column.append(number)


class ColumnsReader(base.PerDocumentReader):
    """Reads the numbers of all documents at once."""

    def __init__(self, file: StructFile, size: int, segment: Segment) -> None:
        self._file = file
        self._segment = segment
        self._places = _sections(file, size)
        self._read: dict[str, array[int]] = {}

    def column(self, name: str) -> array[int]:
        """The number of each document; 0 where none was written. Raises ValueError when they are too many."""
        if name not in self._read:
            numbers = unpack_numbers(self._file.get(*self._places[name])) if name in self._places else array("q")
            documents = self._segment.doc_count_all()
            if len(numbers) > documents:
                raise ValueError(f"{len(numbers)} values for {documents} documents")
            numbers.extend([0] * (documents - len(numbers)))
            self._read[name] = numbers
        return self._read[name]

    def lengths(self, name: str) -> Sequence[int]:
        """The length of a field in each document, as the byte that stands for it."""
        return self.column(_lengths_of(name))

    def doc_count(self) -> int:
        return self._segment.doc_count()

    def doc_count_all(self) -> int:
        return self._segment.doc_count_all()

    def has_deletions(self) -> bool:
        return self._segment.has_deletions()

    def is_deleted(self, document: int) -> bool:
        return self._segment.is_deleted(document)

    def deleted_docs(self) -> set[int]:
        return self._segment.deleted_docs()

    def supports_columns(self) -> bool:
        return True

    def has_column(self, name: str) -> bool:
        return name in self._places

    def list_columns(self) -> list[str]:
        return list(self._places)

    def column_reader(self, name: str, _column: object) -> _Column:
        return _Column(self.column(name))

    def doc_field_length(self, document: int, name: str, default: int = 0) -> int:
        return LENGTHS[self.lengths(name)[document]] if self.has_column(_lengths_of(name)) else default

    def field_length(self, name: str) -> int:
        return sum(map(LENGTHS.__getitem__, self.lengths(name)))

    def min_field_length(self, name: str) -> int:
        return LENGTHS[min(self.lengths(name), default=0)]

    def max_field_length(self, name: str) -> int:
        return LENGTHS[max(self.lengths(name), default=0)]

    def stored_fields(self, document: int) -> dict[str, object]:  # noqa: ARG002 - nothing is stored
        return {}

    def close(self) -> None:
        self._file.close()


class _Column(ColumnReader):
    """A column in memory, for Whoosh."""

    def __init__(self, numbers: array[int]) -> None:
        super().__init__(None, 0, 0, len(numbers))
        self._numbers = numbers

    def __getitem__(self, document: int) -> int:
        return self._numbers[document]

    def load(self) -> array[int]:
        """All values."""
        return self._numbers
