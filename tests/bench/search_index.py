"""Index the mails of an mbox and search them: `python tests/bench/search_index.py MBOX [MAILS]`.

Prints posts a second, bytes a post, memory, and for words of every frequency the CPU milliseconds of a first search.
Own words are taken to be the lines of the first text part that do not begin with ">".
"""

from __future__ import annotations

import mailbox
import random
import resource
import statistics
import sys
import tempfile
import time
from collections import Counter
from datetime import date
from email.message import Message
from email.utils import parseaddr
from itertools import islice, pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from listforum.model.forum import Document
from listforum.search.analysis import words
from listforum.search.index import SearchIndex
from listforum.search.parse import parse
from search.memory import MemoryArchive, document

QUERIES = 40


def own_words(mail: Message) -> str:
    part = next((part for part in mail.walk() if part.get_content_type() == "text/plain"), None)
    content = part.get_payload(decode=True) if part is not None else b""
    text = content.decode("utf-8", "replace") if isinstance(content, bytes) else ""
    return "\n".join(line for line in text.splitlines() if not line.startswith(">"))


def read(path: Path, mails: int) -> list[Document]:
    found = []
    for post, mail in enumerate(islice(mailbox.mbox(path), mails), 1):
        name, address = parseaddr(str(mail.get("From", "")))
        subject = str(mail.get("Subject", ""))
        found.append(
            document(post, own_words(mail), subject=subject, author=name, address=address, topic=(post + 3) // 4)
        )
    return found


class QuickArchive(MemoryArchive):
    """A memory archive whose posts were added in order and never change."""

    def documents(self, after: int, limit: int) -> list[Document]:
        return list(islice(self.by_post.values(), after, after + limit))


def index_all(archive: QuickArchive, directory: Path) -> SearchIndex:
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started, used = time.perf_counter(), time.process_time()
    index = SearchIndex(directory, archive)
    posts = index.catch_up()
    elapsed, used = time.perf_counter() - started, time.process_time() - used
    size = sum(path.stat().st_size for path in directory.iterdir())
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory
    print(f"{posts} posts: {posts / elapsed:.0f}/s, {posts / used:.0f}/CPU s, {size / posts:.0f} B a post")
    print(f"memory while indexing: {memory / 1024:.0f} MB more")
    return index


def cpu_milliseconds(index: SearchIndex, typed: str) -> float:
    started = time.process_time()
    index.search(parse(typed, date(2026, 1, 1)), sort="newest", limit=50, unit="topics")
    return (time.process_time() - started) * 1_000


def search_all(index: SearchIndex, archive: QuickArchive) -> None:
    standing_in = Counter(word for each in archive.by_post.values() for word in set(words(each.own_words)))
    posts = len(archive.by_post)
    bands = {"rare": (0.0001, 0.001), "mid": (0.01, 0.03), "common": (0.15, 1.0)}
    for band, (low, high) in bands.items():
        terms = [term for term, count in standing_in.items() if low <= count / posts <= high]
        chosen = random.Random(1).sample(sorted(terms), min(QUERIES, len(terms)))
        for shape in ("{0}", "{0} {1}", '"{0} {1}"'):
            typed = [shape.format(one, other) for one, other in pairwise(chosen)]
            times = sorted(cpu_milliseconds(index, each) for each in typed)
            if times:
                shown = f"{statistics.median(times):8.1f} ms, p95 {times[int(len(times) * 0.95)]:8.1f} ms"
                print(f"{band:7} {shape.format('a', 'b'):6} {shown}")


if __name__ == "__main__":
    quick = QuickArchive(read(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 20_000))
    with tempfile.TemporaryDirectory() as folder:
        search_all(index_all(quick, Path(folder) / "index"), quick)
