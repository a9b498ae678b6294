"""Who searches the same mails in the benchmark of search: notmuch as Debian has it, and Whoosh as its manual shows."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from email.header import Header as EncodedHeader
from email.utils import formataddr, formatdate
from importlib import import_module
from pathlib import Path
from typing import Any, Final, cast

from search_ours import NEW, documents_of

from listforum.model.forum import Document

_analysis, _fields, _index, _qparser, _sorting = (
    cast("Any", import_module(f"whoosh.{name}")) for name in ("analysis", "fields", "index", "qparser", "sorting")
)
"""Whoosh without types: our stubs know only what we use of it."""

CONFIG: Final = """\
[database]
path={directory}
[user]
name=Bench
primary_email=bench@example.org
[new]
tags=
[search]
exclude_tags=
"""


@dataclass(frozen=True, slots=True)
class Took:
    """What something took, in seconds."""

    wall: float
    cpu: float


class Notmuch:
    """notmuch, with a database and a config of its own over a directory of mails."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._config = directory.with_name(directory.name + ".config")
        self._config.write_text(CONFIG.format(directory=directory))

    @staticmethod
    def is_here() -> bool:
        """Whether it is installed."""
        return shutil.which("notmuch") is not None

    def new(self) -> Took:
        """Indexes what is new."""
        return self._run("new", "--quiet", "--no-hooks")

    def search(self, typed: str) -> Took:
        """Counts the threads of a query, and lists the newest 50 of them: two processes."""
        counted, listed = self._run("count", "--output=threads", typed), self._run("search", "--limit=50", typed)
        return Took(counted.wall + listed.wall, counted.cpu + listed.cpu)

    def starts(self) -> Took:
        """Two processes that find nothing."""
        return self.search("id:nothing-has-this-id@example.org")

    def octets(self) -> int:
        """The size of its database."""
        return sum(path.stat().st_size for path in (self.directory / ".notmuch").rglob("*") if path.is_file())

    def _run(self, *arguments: str) -> Took:
        began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            ["notmuch", *arguments],
            env={**os.environ, "NOTMUCH_CONFIG": str(self._config)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=arguments[0] == "new",  # it refuses a few queries, such as "or*"; that takes its time, too
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Took(time.perf_counter() - began, cpu)


def write_mails(raws: Iterable[bytes], directory: Path, begin: int = 0) -> None:
    """Puts mails into a directory, a file for each, a thousand in each directory."""
    for number, raw in enumerate(raws, begin):
        place = directory / f"{number // 1000:04}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number:07}.eml").write_bytes(raw)


def de_quoted(document: Document) -> bytes:
    """A mail that says what is indexed of a post, and nothing else."""
    sender = formataddr((document.author or "Somebody", document.address or "unknown@example.org"), "utf-8")
    fields = [
        f"From: {_line(sender)}",
        f"Date: {formatdate(max(0, document.date))}",
        f"Subject: {EncodedHeader(_line(document.subject), 'utf-8').encode()}",
        f"Message-ID: <{document.post}@bench.example.org>",
        f"References: <topic-{document.topic}@bench.example.org>",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    ]
    return ("\n".join(fields) + "\n\n" + document.own_words + "\n").encode("utf-8", "replace")


def _line(text: str) -> str:
    return " ".join(text.split())


class StockWhoosh:
    """Stock Whoosh: everything stored, stemmed, with positions, one commit. Runs in a process of its own."""

    def __init__(self, directory: Path) -> None:
        self._documents = directory
        self._directory = directory / "index-whoosh"
        self._index: Any = _index.open_dir(self._directory) if self._directory.exists() else None
        self._searcher: Any = None
        self._new: Sequence[Document] = ()

    def index(self) -> int:
        """Indexes the posts, or those that were added since."""
        documents = self._new
        if self._index is None:
            documents = documents_of(self._documents)
            self._directory.mkdir()
            words = {"stored": True, "analyzer": _analysis.StemmingAnalyzer()}
            schema = _fields.Schema(
                post=_fields.NUMERIC(stored=True),
                topic=_fields.NUMERIC(sortable=True),
                date=_fields.NUMERIC(bits=64, sortable=True),
                list=_fields.ID(stored=True),
                subject=_fields.TEXT(**words),
                author=_fields.TEXT(stored=True),
                text=_fields.TEXT(**words),
            )
            self._index = _index.create_in(self._directory, schema)
        writer = self._index.writer()
        for each in documents:
            writer.add_document(
                post=each.post,
                topic=each.topic,
                date=each.date,
                list="bench",
                subject=each.subject,
                author=f"{each.author} {each.address}",
                text=each.own_words,
            )
        writer.commit()
        self._searcher = None
        return len(documents)

    def add(self, nth: int) -> None:
        """Lets some posts more come, which are copies of others."""
        documents = documents_of(self._documents)
        number = len(documents) + nth * NEW
        some = documents[-NEW:]
        self._new = [replace(each, post=number + at) for at, each in enumerate(some, 1)]

    def search(self, typed: str, sort: str, limit: int, unit: str) -> tuple[int, list[int]]:
        """How many hits there are, and the posts of the first of them."""
        if self._searcher is None:
            self._searcher = self._index.searcher()
        wanted = _qparser.MultifieldParser(["subject", "author", "text"], self._index.schema).parse(typed)
        options: dict[str, Any] = {"limit": limit}
        if sort == "newest":
            options["sortedby"] = _sorting.FieldFacet("date", reverse=True)
        if unit == "topics":
            options["collapse"] = "topic"
        found = self._searcher.search(wanted, **options)
        return len(found), [hit["post"] for hit in found]

    def first(self, typed: str, limit: int) -> int:
        """How many hits the first answer shows: there is but one."""
        return len(self.search(typed, "newest", limit, "topics")[1])
