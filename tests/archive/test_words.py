"""What the search index is told of posts, in which order, and that it is told again of what changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digests import as_text
from listforum.archive.archive import Archive
from listforum.archive.arrival import Arrival, understand
from listforum.mail.structure import split
from listforum.model.forum import Document
from listforum.model.mail import Part, Piece, Received
from listforum.model.server import Place
from mails import BEGAN, mail

NOW = BEGAN + 10_000 * 3600
PATCH = """diff --git a/wells.py b/wells.py
--- a/wells.py
+++ b/wells.py
@@ -1,2 +1,2 @@
 depth = 40
-dry = True
+dry = False"""


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive(tmp_path / "archive.sqlite3") as archive:
        yield archive


def add(archive: Archive, *raws: bytes, to: str = "open-data") -> tuple[int, ...]:
    return archive.posts.add(to, [understand(split(raw)) for raw in raws], NOW).posts


def document(archive: Archive, post: int) -> Document:
    (found,) = [one for one in archive.words.after(0, 1_000) if one.post == post]
    return found


def with_parts(*parts: str, kind: str = "mixed") -> bytes:
    """A mail of several parts, each with its own header fields."""
    header, _blank, _body = mail(1).partition(b"\r\n\r\n")
    kept = [line for line in header.decode().split("\r\n") if not line.startswith(("Content-", "MIME-"))]
    lines = [*kept, "MIME-Version: 1.0", f"Content-Type: multipart/{kind}; boundary=cut", ""]
    return "\r\n".join([*lines, *(f"--cut\r\n{part}" for part in parts), "--cut--", ""]).encode()


def text(words: str = "Here it is.", type_: str = "text/plain") -> str:
    return f"Content-Type: {type_}; charset=utf-8\r\n\r\n{words}"


def attached(name: str, type_: str = "application/pdf", disposition: str = "attachment") -> str:
    return f'Content-Type: {type_}\r\nContent-Disposition: {disposition}; filename="{name}"\r\n\r\nbytes'


def described(raw: bytes, arrived: int | None = BEGAN, uid: int = 4) -> Arrival:
    """What a sync brings first: header fields, and what parts there are."""
    received = split(raw)
    parts = tuple(replace(part, content=None) for part in received.parts)
    return understand(Received(received.header, parts, None, arrived), Place("home", "INBOX", 7, uid))


class TestFiles:
    def test_an_attachment_is_told_by_its_name_as_it_is_shown(self, archive: Archive) -> None:
        (post,) = add(archive, with_parts(text(), attached("wells\u202e 2026.pdf"), attached("map.png", "image/png")))
        told = document(archive, post)
        assert told.files == ("wells 2026.pdf", "map.png")
        assert told.has == ("attachment",)

    def test_an_attachment_without_a_name_is_one(self, archive: Archive) -> None:
        (post,) = add(archive, with_parts(text(), "Content-Type: image/png\r\n\r\nbytes"))
        assert (document(archive, post).files, document(archive, post).has) == ((), ("attachment",))

    def test_another_version_of_the_text_is_none(self, archive: Archive) -> None:
        (post,) = add(archive, with_parts(text(), text("<p>Here it is.", "text/html"), kind="alternative"))
        assert (document(archive, post).files, document(archive, post).has) == ((), ())

    @pytest.mark.parametrize("type_", ["application/pgp-signature", "application/pkcs7-signature"])
    def test_a_signature_is_none(self, archive: Archive, type_: str) -> None:
        (post,) = add(archive, with_parts(text(), attached("signature.asc", type_)))
        assert (document(archive, post).files, document(archive, post).has) == ((), ())

    def test_a_mail_in_a_digest_has_its_own_and_the_digest_none(self, archive: Archive) -> None:
        (digest,) = add(archive, as_text([mail(1), mail(2), mail(3, text=f"Please look.\n\n{PATCH}")]))
        told = {one.post: one.has for one in archive.words.after(0, 99)}
        assert [told[post] for post in archive.digests.members_of(digest)] == [(), (), ("patch",)]
        assert document(archive, digest) == replace(
            Document(digest, 0, 0, (), "", "", "", 0, ""),
            **{name: getattr(document(archive, digest), name) for name in ("change", "topic", "date")},
        )

    def test_names_are_told_of_those_that_have_any(self, archive: Archive) -> None:
        first, second = add(archive, with_parts(text(), attached("wells.pdf"), attached("wells.pdf")), mail(2))
        assert archive.words.files([second, first, 999]) == {first: ("wells.pdf",)}

    def test_they_are_known_before_any_byte_of_them_and_stay_when_all_is_here(self, archive: Archive) -> None:
        raw = with_parts(text(), attached("wells.pdf"))
        (post,) = archive.posts.add("open-data", [described(raw)], NOW).posts
        assert document(archive, post).files == ("wells.pdf",)
        add(archive, raw)
        assert document(archive, post).files == ("wells.pdf",)

    def test_they_are_found_anew_when_the_archive_is_rebuilt(self, archive: Archive, tmp_path: Path) -> None:
        (post,) = add(archive, with_parts(text(), attached("wells.pdf")))
        with closing(sqlite3.connect(tmp_path / "archive.sqlite3")) as connection, connection:
            connection.execute("DELETE FROM file")
        assert document(archive, post).files == ()
        archive.rebuild(NOW, lambda _done, _total: None)
        assert document(archive, post).files == ("wells.pdf",)


class TestPatches:
    @pytest.mark.parametrize(
        ("name", "type_", "disposition"),
        [
            ("wells.patch", "application/octet-stream", "attachment"),
            ("WELLS.DIFF", "text/plain", "inline"),
            ("wells.txt", "text/x-patch", "attachment"),
            ("wells.txt", "text/x-diff", "inline"),
        ],
    )
    def test_one_that_came_as_a_file(self, archive: Archive, name: str, type_: str, disposition: str) -> None:
        (post,) = add(archive, with_parts(text(), attached(name, type_, disposition)))
        told = document(archive, post)
        assert told.files == (name,)
        assert "patch" in told.has
        assert ("attachment" in told.has) == (disposition == "attachment")

    @pytest.mark.parametrize(
        "words",
        [
            PATCH,
            PATCH.split("\n", 1)[1],
            "diff --git a/map.png b/map.png\nBinary files a/map.png and b/map.png differ",
            "diff --git a/old b/new\nsimilarity index 100%\nrename from old\nrename to new",
        ],
    )
    def test_one_that_stands_in_the_text(self, archive: Archive, words: str) -> None:
        (post,) = add(archive, mail(1, text=f"This mends it.\n\n{words}"))
        assert document(archive, post).has == ("patch",)

    @pytest.mark.parametrize(
        "words",
        [
            "Please run diff --git a b and look.",
            "--- \nMaria\n+++ more +++",
            "In @@ -1,2 +1,2 @@ nothing is added.",
            "\n".join(f"> {line}" for line in PATCH.split("\n")) + "\n\nI like this.",
        ],
    )
    def test_what_is_none(self, archive: Archive, words: str) -> None:
        (post,) = add(archive, mail(1, text=f"Hello.\n\n{words}"))
        assert document(archive, post).has == ()


class TestLinks:
    @pytest.mark.parametrize(
        "words",
        [
            "See https://example.org/wells.",
            "see HTTP://EXAMPLE.ORG",
            "(www.example.org)",
            "Www.example.org",
            "WWW.EXAMPLE.ORG",
            "ftp://example.org/map",
            "gemini://example.org",
            "اینجاhttps://example.org",
        ],
    )
    def test_a_link(self, archive: Archive, words: str) -> None:
        (post,) = add(archive, mail(1, text=words))
        assert document(archive, post).has == ("link",)

    @pytest.mark.parametrize(
        "words",
        ["http:// is how it begins", "file://etc", "awww.", "ww.org", "swww.example", "> https://example.org\n\nYes."],
    )
    def test_what_is_none(self, archive: Archive, words: str) -> None:
        (post,) = add(archive, mail(1, text=words))
        assert document(archive, post).has == ()


class TestOrder:
    def pages(self, archive: Archive, upto: int, size: int) -> list[int]:
        """All posts as `older` tells them, page by page."""
        posts: list[int] = []
        than: tuple[int, int] | None = None
        while page := archive.words.older(upto, than, size):
            posts += [one.post for one in page]
            than = page[-1].date, page[-1].post
            assert archive.words.count_older(upto, than) == archive.words.count_older(upto, None) - len(posts)
        return posts

    @settings(deadline=None, max_examples=20)
    @given(st.lists(st.integers(0, 6), max_size=12), st.integers(1, 5), st.integers(0, 14))
    def test_the_newest_come_first_each_once_and_none_that_changed_later(
        self, tmp_path_factory: pytest.TempPathFactory, hours: list[int], size: int, upto: int
    ) -> None:
        with Archive(tmp_path_factory.mktemp("home") / "archive.sqlite3") as archive:
            add(archive, *(mail(n, hours=hour) for n, hour in enumerate(hours, 1)))
            known = [one for one in archive.words.after(0, 99) if one.change <= upto]
            expected = [one.post for one in sorted(known, key=lambda one: (one.date, one.post), reverse=True)]
            assert self.pages(archive, upto, size) == expected
            assert archive.words.count_older(upto, None) == len(expected)

    def test_both_orders_tell_the_same_of_a_post(self, archive: Archive) -> None:
        raws = [mail(1), with_parts(text(), attached("wells.pdf")), mail(2, text="See https://example.org")]
        add(archive, *raws)
        add(archive, raws[0], to="maps")
        by_change = archive.words.after(0, 99)
        by_date = archive.words.older(archive.words.changed(), None, 99)
        assert sorted(by_change, key=lambda one: one.post) == sorted(by_date, key=lambda one: one.post)
        assert {one.lists for one in by_date} == {("open-data",), ("open-data", "maps")}

    @pytest.mark.parametrize("than", [None, (BEGAN, 5)])
    def test_a_page_costs_no_sort_and_no_reading_of_all(
        self, archive: Archive, tmp_path: Path, than: tuple[int, int] | None
    ) -> None:
        add(archive, mail(1))
        plan = plan_of_the_last_statement(tmp_path / "archive.sqlite3", archive, than)
        assert any("USING INDEX post_date" in step for step in plan)
        assert not any("TEMP B-TREE" in step or step.startswith("SCAN post") for step in plan)


def plan_of_the_last_statement(path: Path, archive: Archive, than: tuple[int, int] | None) -> Sequence[str]:
    """How SQLite goes about the first statement of `Words.older`."""
    asked: list[str] = []
    connection = archive.words._database._connection
    connection.set_trace_callback(asked.append)
    archive.words.older(99, than, 10)
    connection.set_trace_callback(None)
    with closing(sqlite3.connect(path)) as other:
        return [row[3] for row in other.execute(f"EXPLAIN QUERY PLAN {asked[0]}")]


class TestChanges:
    """Whatever changes in a document raises its number."""

    @pytest.fixture
    def seen(self, archive: Archive) -> int:
        return archive.words.changed()

    def changed(self, archive: Archive, since: int) -> set[int]:
        return {one.post for one in archive.words.after(since, 99)}

    def test_a_text_that_came(self, archive: Archive) -> None:
        (post,) = archive.posts.add("open-data", [described(mail(1))], NOW).posts
        before = archive.words.changed()
        archive.posts.add_texts([(post, [Piece("1", 0, b"See https://example.org.\r\n")])])
        assert self.changed(archive, before) == {post}
        assert document(archive, post).has == ("link",)

    def test_a_date_that_becomes_an_earlier_one(self, archive: Archive) -> None:
        late = described(mail(1, hours=500), arrived=BEGAN + 3600)
        (post,) = archive.posts.add("open-data", [late], NOW).posts
        before, date = archive.words.changed(), document(archive, post).date
        archive.posts.add("open-data", [described(mail(1, hours=500), arrived=BEGAN, uid=9)], NOW)
        assert document(archive, post).date < date
        assert self.changed(archive, before) == {post}

    def test_parts_that_become_known_with_the_whole_mail(self, archive: Archive) -> None:
        raw = with_parts(text(), attached("wells.pdf"))
        less = replace(described(raw).received, parts=(Part("1", "text/plain", 11),))
        (post,) = archive.posts.add("open-data", [understand(less)], NOW).posts
        before = archive.words.changed()
        assert document(archive, post).files == ()
        add(archive, raw)
        assert document(archive, post).files == ("wells.pdf",)
        assert self.changed(archive, before) == {post}

    def test_another_list_and_with_it_another_id(self, archive: Archive) -> None:
        raw = mail(1, fields=["X-Microsoft-Original-Message-ID: <first@example.org>"])
        (post,) = add(archive, mail(1))
        before = archive.words.changed()
        assert add(archive, raw, to="maps") == (post,)
        assert document(archive, post).lists == ("open-data", "maps")
        assert self.changed(archive, before) == {post}

    def test_nothing_new_is_told_when_nothing_is_new(self, archive: Archive) -> None:
        add(archive, mail(1), with_parts(text(), attached("wells.pdf")))
        before = archive.words.changed()
        add(archive, mail(1), with_parts(text(), attached("wells.pdf")))
        assert self.changed(archive, before) == set()
