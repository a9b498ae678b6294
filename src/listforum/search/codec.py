"""Whoosh's own segment format, written and read a whole posting list at a time.

Any Whoosh 2.7 or 3 reads what stands here: only the loops around the format are ours. Whoosh adds postings one call
after the other, with a Token, a tuple and several checks for each; a posting list that is already sorted needs none of
that. A term that stands in one document only is kept beside the term itself, which Whoosh can read and means to write.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import accumulate
from operator import sub
from struct import Struct
from typing import Any

from whoosh.codec.whoosh3 import (
    W3Codec,
    W3FieldWriter,
    W3LeafMatcher,
    W3PostingsWriter,
    W3TermInfo,
    W3TermsReader,
)
from whoosh.fields import FieldType
from whoosh.filedb.structfile import StructFile
from whoosh.formats import Existence
from whoosh.reading import TermNotFound

from listforum.search.postings import NOWHERE, Postings

POSTINGS_A_BLOCK = 256
POSTINGS_WORTH_COMPRESSING = 8
FASTEST = 1

POSTS_FORMAT = Existence()

_RECORD = Struct("!Ii")
"""What stands before each record of Whoosh's table of terms: the lengths of key and value."""


class _PostingsWriter(W3PostingsWriter):
    def add_list(self, postings: Postings, lengths: Sequence[int] | None) -> None:
        """Add a whole posting list; `lengths` are the field lengths of all documents, None where not scored."""
        documents, frequencies = postings.documents, postings.frequencies
        for start in range(0, len(documents), POSTINGS_A_BLOCK):
            if start:
                self._write_block()
            block = documents[start : start + POSTINGS_A_BLOCK]
            self._ids = array("I", block)
            self._weights = array("f", frequencies[start : start + POSTINGS_A_BLOCK])
            self._maxweight = max(self._weights)
            if lengths is not None:
                here = [lengths[document] for document in block]
                self._minlength, self._maxlength = min(here), max(here)

    def finish_postings(self) -> W3TermInfo:
        if self.written() or len(self._ids) > 1:
            return super().finish_postings()
        info: W3TermInfo = self._terminfo
        info.add_block(self)
        info.set_inlined(self._ids, self._weights, (b"",))
        self._terminfo = None
        return info

    def _write_block(self, last: bool = False) -> None:
        self._compression = FASTEST if len(self._ids) >= POSTINGS_WORTH_COMPRESSING else 0
        super()._write_block(last)

    def _mini_ids(self) -> tuple[int, ...]:
        ids = self._ids
        return (ids[0], *map(sub, ids[1:], ids))

    def _mini_weights(self) -> float | tuple[float, ...] | None:
        weights = self._weights
        lowest = min(weights)
        if lowest != self._maxweight:
            return tuple(weights)
        return None if lowest == 1.0 else float(lowest)


class _TermsWriter(W3FieldWriter):
    def write_term(self, term: bytes, postings: Postings, lengths: Sequence[int] | None) -> None:
        """Write a term with all its postings; terms come in ascending order within a field."""
        self.start_term(term)
        self._postwriter.add_list(postings, lengths)
        self.finish_term()


class _Matcher(W3LeafMatcher):
    def read_all(self) -> Postings:
        """All postings from here to the end of the list."""
        documents, frequencies = array("I"), array("f")
        while self.is_active():
            documents.extend(self._block_ids())
            frequencies.extend(self._block_weights())
            self._next_block()
        return Postings(documents, frequencies)

    def _block_ids(self) -> Iterator[int]:
        if self._data is None:
            self._read_data()
        return accumulate(self._data[0])

    def _block_weights(self) -> Sequence[float]:
        weights = self._data[1]
        if weights is None:
            return (1.0,) * self._blocklength
        return (weights,) * self._blocklength if isinstance(weights, float) else weights


class Codec(W3Codec):
    """Whoosh's codec with bulk writing and reading."""

    def __init__(self) -> None:
        super().__init__(blocklimit=POSTINGS_A_BLOCK, compression=FASTEST)

    def field_writer(self, storage: Any, segment: Any) -> _TermsWriter:
        """The writer of a segment's terms and postings."""
        return _TermsWriter(self, storage, segment)

    def postings_writer(self, dbfile: Any, byteids: bool = False) -> _PostingsWriter:
        """The writer of one posting list after the other."""
        return _PostingsWriter(dbfile, self._blocklimit, byteids=byteids, compression=self._compression)

    def terms_reader(self, storage: Any, segment: Any) -> TermsReader:
        """The reader of a segment's terms and postings."""
        name = segment.make_filename(self.TERMS_EXT)
        terms = storage.open_file(name)
        return TermsReader(self, terms, storage.file_length(name), segment.open_file(storage, self.POSTS_EXT))


class TermsReader(W3TermsReader):
    """Reads posting lists whole."""

    def postings(self, field: str, term: bytes) -> Postings:
        """All postings of a term, deleted documents included."""
        try:
            info = self.term_info(field, term)
        except TermNotFound:
            return NOWHERE
        return self._read(info)

    def every_term(self) -> Iterator[tuple[str, bytes, Postings]]:
        """Field, term and postings of all there is, in order."""
        table = self._tindex
        records = self._dbfile.get(table.startofdata, table.endofdata - table.startofdata)
        at = 0
        while at < len(records):
            key_length, length = _RECORD.unpack_from(records, at)
            start = at + _RECORD.size + key_length
            at = start + length
            field, term = self._keydecoder(records[start - key_length : start])
            yield field, term, self._read(W3TermInfo.from_bytes(records[start:at]))

    def _read(self, info: W3TermInfo) -> Postings:
        if info.is_inlined():
            documents, frequencies, _ = info.inlined_postings()
            return Postings(documents, frequencies)
        # The first field of an extent read from disk is a number, the second a tuple of one.
        offset, (length,) = info.extent()
        postings = StructFile(BytesIO(self._postfile.get(offset, length)))
        return _Matcher(postings, 0, length, POSTS_FORMAT).read_all()


def write_field(
    writer: _TermsWriter,
    name: str,
    field: FieldType,
    terms: Iterator[tuple[bytes, Postings]],
    lengths: Sequence[int] | None,
) -> None:
    """Write all terms of a field, which come in ascending order."""
    writer.start_field(name, field)
    for term, postings in terms:
        writer.write_term(term, postings, lengths)
    writer.finish_field()
