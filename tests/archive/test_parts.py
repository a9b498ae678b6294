"""Parts are kept in pieces as they are fetched, and given back as they are needed."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.archive.archive import Archive
from listforum.archive.arrival import understand
from listforum.archive.database import Database
from listforum.archive.salvage import is_sound, salvage
from listforum.errors import ArchiveError
from listforum.mail.structure import split
from listforum.model.mail import Part, Piece, Received
from listforum.model.server import Place
from mails import BEGAN, mail

NOW = BEGAN + 10_000 * 3600
TEXT = Part("1", "text/plain", 40, "utf-8", "base64")
FILE = Part("2", "application/octet-stream", 300, "", "base64", name="census.bin", attached=True)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive.sqlite3")


def announced(archive: Archive, *parts: Part, number: int = 1) -> int:
    """A post of which a sync brought the header fields only."""
    received = Received(split(mail(number)).header, parts, None, BEGAN)
    return archive.posts.add("open-data", [understand(received, Place("home", "INBOX", 7, number))], NOW).posts[0]


def here(archive: Archive, post: int, section: str = "2") -> Part:
    return next(part for part in archive.contents.received(post).parts if part.section == section)


def content(archive: Archive, post: int, section: str = "2") -> bytes:
    return b"".join(archive.contents.pieces(post, section))


class TestPieces:
    def test_pieces_that_follow_one_another_make_up_a_part(self, archive: Archive) -> None:
        post = announced(archive, TEXT, FILE)
        for offset in (0, 100, 200):
            assert not here(archive, post).complete
            archive.contents.add_parts(post, [Piece("2", offset, bytes([offset]) * 100)])
            assert here(archive, post).here == offset + 100
        assert here(archive, post).complete
        assert content(archive, post) == b"\0" * 100 + b"d" * 100 + b"\xc8" * 100

    def test_what_is_here_already_changes_nothing(self, archive: Archive) -> None:
        post = announced(archive, TEXT, FILE)
        archive.contents.add_parts(post, [Piece("2", 0, b"abcdef"), Piece("2", 6, b"ghi")])
        archive.contents.add_parts(post, [Piece("2", 0, b"abc"), Piece("2", 4, b"efg"), Piece("2", 9, b"")])
        assert content(archive, post) == b"abcdefghi"

    @pytest.mark.parametrize(
        "piece",
        [Piece("2", 5, b"gap"), Piece("2", 2, b"overlaps"), Piece("2", 4, b"decoded", decoded=True)],
    )
    def test_a_piece_that_does_not_fit_is_refused(self, archive: Archive, piece: Piece) -> None:
        post = announced(archive, TEXT, FILE)
        archive.contents.add_parts(post, [Piece("2", 0, b"abcd")])
        with pytest.raises(ValueError, match="what is here"):
            archive.contents.add_parts(post, [piece])
        assert content(archive, post) == b"abcd"

    def test_a_piece_cannot_begin_behind_the_beginning(self, archive: Archive) -> None:
        post = announced(archive, TEXT, FILE)
        with pytest.raises(ValueError, match="nothing is here"):
            archive.contents.add_parts(post, [Piece("2", 5, b"abcd")])

    @pytest.mark.parametrize("decoded", [True, False])
    def test_a_beginning_in_the_other_form_takes_the_place_of_what_is_here(
        self, archive: Archive, decoded: bool
    ) -> None:
        post = announced(archive, TEXT, FILE)
        old = [Piece("2", 0, b"abcd", not decoded), Piece("2", 4, b"efgh", not decoded)]
        archive.contents.add_parts(post, [*old, Piece("2", 0, b"xyz", decoded)])
        assert content(archive, post) == b"xyz"
        assert here(archive, post).decoded == decoded
        archive.contents.add_parts(post, [Piece("2", 3, b"z", decoded)])
        assert content(archive, post) == b"xyzz"

    def test_a_part_that_ended_before_its_size_is_complete(self, archive: Archive) -> None:
        post = announced(archive, TEXT, FILE)
        archive.contents.add_parts(post, [Piece("2", 0, b"short", decoded=True)])
        assert not here(archive, post).complete
        archive.contents.end_part(post, "2")
        assert here(archive, post).complete
        assert here(archive, post).size == FILE.size

    def test_a_part_of_which_the_server_has_nothing_is_complete(self, archive: Archive) -> None:
        post = announced(archive, TEXT, FILE)
        archive.contents.end_part(post, "2")
        assert here(archive, post).complete
        assert content(archive, post) == b""

    def test_what_belongs_to_no_part_is_ignored(self, archive: Archive) -> None:
        post = announced(archive, TEXT, FILE)
        archive.contents.add_parts(post, [Piece("9", 0, b"abc")])
        assert content(archive, post, "9") == b""

    def test_the_parts_of_an_imported_mail_are_given_too(self, archive: Archive) -> None:
        post = archive.posts.add("open-data", [understand(split(mail(1, text="Words.")))], NOW).posts[0]
        assert content(archive, post, "1") == b"Words.\r\n"

    @given(sizes=st.lists(st.integers(0, 40), max_size=12))
    @settings(deadline=None, max_examples=30)
    def test_it_does_not_matter_in_which_pieces_a_part_comes(self, sizes: list[int]) -> None:
        whole, offset = bytes(range(250)) * 2, 0
        with TemporaryDirectory() as directory, Archive(Path(directory) / "archive.sqlite3") as archive:
            post = announced(archive, TEXT, FILE)
            for size in sizes:
                archive.contents.add_parts(post, [Piece("2", offset, whole[offset : offset + size])])
                offset += size
            assert content(archive, post) == whole[:offset]


class TestTexts:
    def test_a_text_under_way_is_not_read_and_still_waits(self, archive: Archive) -> None:
        post = announced(archive, TEXT)
        archive.contents.add_parts(post, [Piece("1", 0, b"QWxs")])
        assert archive.topics.post(post).state == "header"
        assert here(archive, post, "1").content is None
        (waiting,) = archive.waiting.texts(archive.lists.id_of("open-data"), "home", "INBOX", 7)
        assert {section: (begun.bytes, begun.decoded) for section, begun in waiting.begun.items()} == {"1": (4, False)}
        archive.rebuild(NOW, lambda _done, _all: None)
        assert archive.contents.own_words([post]) == {}

    def test_its_last_piece_makes_it_a_text(self, archive: Archive) -> None:
        post = announced(archive, TEXT)
        archive.contents.add_parts(post, [Piece("1", 0, b"QWxsIGlz")])
        archive.posts.add_texts([(post, [Piece("1", 8, b"IHdlbGwu")])])
        assert archive.topics.post(post).state == "text"
        assert archive.contents.own_words([post])[post].strip() == "All is well."

    def test_what_the_server_decoded_is_not_decoded_again(self, archive: Archive) -> None:
        post = announced(archive, TEXT)
        archive.posts.add_texts([(post, [Piece("1", 0, b"QWxsIGlzIHdlbGwu", decoded=True)])])
        assert archive.contents.own_words([post])[post].strip() == "QWxsIGlzIHdlbGwu"

    def test_a_decoded_text_is_the_same_post_as_the_whole_mail(self, archive: Archive) -> None:
        raw = mail(1, text="All is well.").replace(b"Message-ID: ", b"X-Was: ")
        received = split(raw)
        parts = (Part("1", "text/plain", received.parts[0].size + 9, "utf-8", "base64"),)
        told = understand(Received(received.header, parts, None, BEGAN), Place("home", "INBOX", 7, 1))
        (post,) = archive.posts.add("open-data", [told], NOW).posts
        archive.posts.add_texts([(post, [Piece("1", 0, b"All is well.\r\n", decoded=True)])])
        archive.contents.end_part(post, "1")
        assert archive.posts.add("open-data", [told], NOW).posts == (post,)
        assert archive.posts.add("open-data", [understand(received)], NOW).posts == (post,)

    def test_of_an_endless_text_a_reader_holds_the_beginning(self, archive: Archive) -> None:
        post = announced(archive, Part("1", "text/plain", 6_000_000))
        pieces = [Piece("1", offset, b"word " * 20_000) for offset in range(0, 6_000_000, 100_000)]
        archive.posts.add_texts([(post, pieces)])
        text = here(archive, post, "1")
        assert text.complete
        assert 4_000_000 <= len(text.content or b"") < 4_200_000


class TestDamage:
    @pytest.fixture
    def damaged(self, archive: Archive, tmp_path: Path) -> Path:
        post = announced(archive, TEXT, FILE)
        for offset in (0, 100, 200):
            archive.contents.add_parts(post, [Piece("2", offset, bytes([offset]) * 100)])
        archive.close()
        path = tmp_path / "archive.sqlite3"
        assert is_sound(path)
        database = Database(path)
        database.run("UPDATE piece SET content = x'00' WHERE at = 200")
        database.close()
        return path

    def test_a_damaged_piece_is_told(self, damaged: Path) -> None:
        assert not is_sound(damaged)
        with pytest.raises(ArchiveError, match="damaged"):
            content(Archive(damaged), 1)

    def test_what_stands_before_it_is_saved_and_fetching_goes_on_there(self, damaged: Path) -> None:
        salvage(damaged, lambda _done, _all: None)
        archive = Archive(damaged)
        assert content(archive, 1) == b"\0" * 100 + b"d" * 100
        assert here(archive, 1).here == 200
        archive.contents.add_parts(1, [Piece("2", 200, b"x" * 100)])
        assert here(archive, 1).complete
