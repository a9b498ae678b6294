"""Segments are Whoosh's own: what its stock classes write and read is the same, term by term."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from whoosh import query
from whoosh.filedb.filestore import RamStorage
from whoosh.index import FileIndex
from whoosh.reading import MultiReader, SegmentReader
from whoosh.searching import Searcher

from listforum.search import manifest, writer
from listforum.search.index import SearchIndex
from listforum.search.query import FIELDS
from listforum.search.schema import SCHEMA
from listforum.search.segment import Segment
from search.memory import MemoryArchive, document

VOCABULARY = ["pump", "pumps", "water", "été", "کتاب‌ها", "搜索引擎", *(f"word{number}" for number in range(200))]


@pytest.fixture(scope="module")
def archive() -> MemoryArchive:
    chance = random.Random(3)
    return MemoryArchive(
        document(
            post,
            " ".join(chance.choices(VOCABULARY, k=chance.randrange(0, 400))),
            subject=" ".join(chance.choices(VOCABULARY, k=3)),
            author="Ana Pump",
            lists=("garden", "kitchen", "garden")[post % 3 :][:2],
        )
        for post in range(1, 701)
    )


@pytest.fixture(scope="module")
def stock(archive: MemoryArchive) -> Iterator[Any]:
    """The same documents written by Whoosh's own writer."""
    index = FileIndex.create(RamStorage(), SCHEMA, "stock")
    writing = index.writer()
    for each in archive.documents(0, 10_000):
        writing.add_document(
            subject=each.subject,
            author=f"{each.author} {each.address}",
            text=each.own_words,
            list=each.lists,
            post=each.post,
            date=each.date,
        )
    writing.commit()
    reader = index.reader()
    yield reader
    reader.close()


def read_by_whoosh(directory: Path) -> Any:
    segments = [Segment(directory, record) for record in manifest.load(directory).segments]
    readers = [SegmentReader(each.storage, SCHEMA, each.whoosh_segment) for each in segments]
    return readers[0] if len(readers) == 1 else MultiReader(readers)


@pytest.fixture(params=["one segment", "many segments", "merged segments"])
def ours(request: pytest.FixtureRequest, archive: MemoryArchive, tmp_path: Path) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        if request.param != "one segment":
            patch.setattr(writer, "SEGMENT_DOCUMENTS", 100)
            patch.setattr(writer, "PAGE", 100)
        patch.setattr(writer, "SEGMENTS_OF_A_SIZE", 2 if request.param == "merged segments" else 100)
        SearchIndex(tmp_path, archive).catch_up()
    assert (len(list(tmp_path.glob("*.terms"))) > 2) == (request.param == "many segments")
    return read_by_whoosh(tmp_path)


def posts(reader: Any) -> list[int]:
    """The post of each document number."""
    return list(reader.column_reader("post"))


def postings(reader: Any) -> dict[tuple[str, bytes], list[tuple[int, float]]]:
    found = {}
    post = posts(reader)
    for field, term in reader.all_terms():
        matcher = reader.postings(field, term)
        listed = []
        while matcher.is_active():
            listed.append((post[matcher.id()], matcher.weight()))
            matcher.next()
        found[field, term] = sorted(listed)
    return found


def test_terms_and_postings_are_those_of_the_stock_writer(stock: Any, ours: Any) -> None:
    expected = postings(stock)
    assert len(expected) > 200
    assert postings(ours) == expected


def test_statistics_are_those_of_the_stock_writer(stock: Any, ours: Any) -> None:
    assert ours.doc_count() == stock.doc_count() == 700
    for number, post in enumerate(posts(ours)):
        for field in FIELDS:
            assert ours.doc_field_length(number, field) == (stock.doc_field_length(post - 1, field) or 0)
    for name, term in [("text", b"pump"), ("subject", b"water"), ("list", b"garden")]:
        assert ours.doc_frequency(name, term) == stock.doc_frequency(name, term)
        assert ours.frequency(name, term) == stock.frequency(name, term)


def test_the_stock_searcher_searches_our_segments(stock: Any, ours: Any) -> None:
    asked = query.And([query.Term("text", "pump"), query.Not(query.Term("subject", "water"))])
    post = posts(ours)
    found = [post[hit.docnum] for hit in Searcher(ours).search(asked, limit=None)]
    assert sorted(found) == sorted(hit.docnum + 1 for hit in Searcher(stock).search(asked, limit=None))
    assert len(found) > 100
