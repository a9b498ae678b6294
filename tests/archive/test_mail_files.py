"""Files of mails, as programs and people really leave them."""

from __future__ import annotations

import bz2
import errno
import gzip
import lzma
import os
import socket
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.archive import compressed, mbox
from listforum.archive.mail_files import MailFile, read_mails, write_mboxrd
from listforum.errors import MailFileError

FIRST = b"From: Ana <ana@example.org>\nSubject: one\n\nThe first.\n"
SECOND = b"From: Bo <bo@example.org>\nSubject: two\n\nThe second.\n"
ENVELOPE = b"From ana@example.org Sat Jan  3 01:05:34 1998\n"
MBOX = ENVELOPE + FIRST + b"\n" + ENVELOPE + SECOND + b"\n"


def file_of(directory: Path, content: bytes, name: str = "mails") -> Path:
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def raws(path: Path) -> list[bytes]:
    mails = list(read_mails(path))
    assert [mail for mail in mails if mail.problem] == []
    return [mail.raw for mail in mails]


def problems(path: Path) -> list[tuple[str, str | None]]:
    return [(Path(mail.where).name, mail.problem) for mail in read_mails(path) if mail.problem]


# --- mbox ---------------------------------------------------------------------------------------------------------


def test_an_mbox_is_read_mail_by_mail(tmp_path: Path) -> None:
    path = file_of(tmp_path, MBOX)
    assert list(read_mails(path)) == [MailFile(FIRST, f"{path}:1"), MailFile(SECOND, f"{path}:2")]


@pytest.mark.parametrize(
    "envelope",
    [
        b"From ana@example.org Sat Jan  3 01:05:34 1998\n",
        b"From ana at example.org  Sat Jan  3 01:05:34 1998\n",
        b"From - Sat Jan  3 01:05:34 1998\n",
        b"From 1234567890@xxx Sat Jan 03 01:05:34 +0000 1998\n",
        b"From MAILER-DAEMON Sat Jan  3 01:05 CET 1998\n",
        b"From ana@example.org Sat, 3 Jan 1998 01:05:34 +0100\n",
        b"From mboxrd@z Thu Jan  1 00:00:00 1970\n",
    ],
)
def test_envelope_lines_of_many_programs_are_known(tmp_path: Path, envelope: bytes) -> None:
    assert raws(file_of(tmp_path, envelope + FIRST + b"\n" + envelope + SECOND)) == [FIRST, SECOND]


def test_line_ends_stay_as_they_are(tmp_path: Path) -> None:
    assert raws(file_of(tmp_path, MBOX.replace(b"\n", b"\r\n"))) == [
        FIRST.replace(b"\n", b"\r\n"),
        SECOND.replace(b"\n", b"\r\n"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        b"From what I heard, it rained.\nDate: none\n",
        b"From here: https://example.org/\nTo: nobody\n",
        b"From ana@example.org Sat Jan  3 01:05:34 1998\nthis is how such a file begins.\n",
        b"From <https://example.org/about>:\nSubject: to change\n",
    ],
)
def test_a_line_of_a_body_that_was_not_quoted_does_not_begin_a_mail(tmp_path: Path, line: bytes) -> None:
    talking = FIRST + b"\n" + line
    assert raws(file_of(tmp_path, ENVELOPE + talking + b"\n" + ENVELOPE + SECOND)) == [talking, SECOND]


def test_an_envelope_line_within_a_paragraph_does_not_begin_a_mail(tmp_path: Path) -> None:
    talking = FIRST + ENVELOPE + b"Subject: pasted\n"
    assert raws(file_of(tmp_path, ENVELOPE + talking)) == [talking]


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("sender", [b"ana@example.org", b"ana at example.org ", b"-", b"MAILER-DAEMON"])
def test_an_mbox_without_blank_lines_is_read_mail_by_mail(tmp_path: Path, sender: bytes, line_end: bytes) -> None:
    mails = [mail.replace(b"\n", line_end) for mail in (FIRST, SECOND, FIRST)]
    envelope = b"From " + sender + b" Sat Jan  3 01:05:34 1998" + line_end
    assert raws(file_of(tmp_path, b"".join(envelope + mail for mail in mails))) == mails


@pytest.mark.parametrize(
    "pasted",
    [
        b"From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\n" + FIRST,
        b"> " + ENVELOPE + FIRST,
        b"  " + ENVELOPE + FIRST,
        ENVELOPE + b"and so on: it went\nSubject: and date\nDate: unknown\n",
        ENVELOPE + b"\n" + FIRST,
        b"From ana@example.org, who wrote on Sat Jan  3 01:05:34 1998\n" + FIRST,
        b"From ana@example.org Sat, 3 Jan 1998 01:05:34 +0100\n" + FIRST,
    ],
)
def test_what_is_pasted_into_a_paragraph_does_not_begin_a_mail(tmp_path: Path, pasted: bytes) -> None:
    talking = FIRST + pasted
    assert raws(file_of(tmp_path, ENVELOPE + talking)) == [talking]
    of_patches = b"From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\n"
    assert raws(file_of(tmp_path, of_patches + talking)) == [talking]


def test_a_patch_in_a_body_does_not_begin_a_mail(tmp_path: Path) -> None:
    patch = b"\nFrom 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\nFrom: Ana <a@b.org>\n"
    assert raws(file_of(tmp_path, ENVELOPE + FIRST + patch)) == [FIRST + patch]


def test_a_file_of_patches_is_read_patch_by_patch(tmp_path: Path) -> None:
    patch = b"From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001\n"
    assert raws(file_of(tmp_path, patch + FIRST + b"\n" + patch + SECOND)) == [FIRST, SECOND]


def test_a_mail_without_a_header_is_a_mail(tmp_path: Path) -> None:
    assert raws(file_of(tmp_path, ENVELOPE + b"\nhello\n\n" + ENVELOPE + b"\nworld\n")) == [b"\nhello\n", b"\nworld\n"]


def test_quoted_lines_lose_one_mark(tmp_path: Path) -> None:
    quoted = ENVELOPE + FIRST + b">From one\n>>From two\n> From three\n"
    assert raws(file_of(tmp_path, quoted)) == [FIRST + b"From one\n>From two\n> From three\n"]


def test_blank_lines_and_a_byte_order_mark_before_the_first_mail_are_passed_over(tmp_path: Path) -> None:
    assert raws(file_of(tmp_path, b"\xef\xbb\xbf\r\n\n" + MBOX)) == [FIRST, SECOND]


def test_a_content_length_that_lies_changes_nothing(tmp_path: Path) -> None:
    lying = b"Content-Length: 9999999\n" + FIRST
    assert raws(file_of(tmp_path, ENVELOPE + lying + b"\n" + ENVELOPE + SECOND)) == [lying, SECOND]


def test_a_mail_too_large_is_reported_and_the_next_ones_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mbox, "LARGEST_MAIL", 100_000)
    huge = FIRST + b"blah blah\n" * 500_000
    path = file_of(tmp_path, ENVELOPE + huge + b"\n" + MBOX)
    found = list(read_mails(path))
    assert [mail.problem for mail in found] == ["damaged", None, None]
    assert found[0].raw == b""
    assert found[0].where == f"{path}:1"
    assert "larger than" in found[0].words
    assert [mail.raw for mail in found[1:]] == [FIRST, SECOND]


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = file_of(tmp_path, (ENVELOPE + FIRST + b"x" * 2000 + b"\n\n") * 20_000)
    assert path.stat().st_size > 40_000_000
    tracemalloc.start()
    try:
        assert sum(1 for _ in read_mails(path)) == 20_000
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


lines = st.sampled_from(
    [
        b"",
        b"\r",
        b"text",
        b"From ",
        b">From x",
        b"From: y",
        b"Subject: z",
        b" more",
        ENVELOPE[:-1],
        ENVELOPE[:-1] + b"\r",
    ]
)
bodies = st.builds(b"\n".join, st.lists(lines, max_size=12)) | st.binary(max_size=60)


@settings(deadline=None, max_examples=100)
@given(content=bodies, sizes=st.lists(st.integers(1, 40), min_size=1, max_size=30), fill=st.sampled_from([0, 9000]))
def test_it_does_not_matter_in_which_pieces_an_mbox_comes(content: bytes, sizes: list[int], fill: int) -> None:
    whole = ENVELOPE + content + b"\n\n" + ENVELOPE + FIRST + b"x" * fill + b"\n\n" + ENVELOPE + content
    pieces, rest = [], whole
    for size in sizes:
        pieces.append(rest[:size])
        rest = rest[size:]
    assert list(mbox.split([*pieces, rest])) == list(mbox.split([whole]))


# --- single mails, Maildirs, directories --------------------------------------------------------------------------


def test_a_single_mail_is_known_by_its_content(tmp_path: Path) -> None:
    path = file_of(tmp_path, FIRST, "without-a-name")
    assert list(read_mails(path)) == [MailFile(FIRST, f"{path}:1")]


def test_a_strange_mail_is_known_by_its_name(tmp_path: Path) -> None:
    assert raws(file_of(tmp_path, b"\x00\x01 no header at all", "strange.eml")) == [b"\x00\x01 no header at all"]


def test_a_maildir_is_read_but_for_what_is_not_delivered(tmp_path: Path) -> None:
    file_of(tmp_path, FIRST, "box/cur/1:2,S")
    file_of(tmp_path, ENVELOPE + SECOND, "box/new/2")
    file_of(tmp_path, FIRST, "box/tmp/3")
    file_of(tmp_path, FIRST, "box/.Sent/cur/4")
    assert raws(tmp_path / "box") == [FIRST, SECOND]


def test_a_file_of_a_maildir_is_one_mail_whatever_it_says(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    talking = b"no header\n\n" + MBOX
    assert raws(file_of(tmp_path, talking, "cur/1")) == [talking]


def test_a_directory_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    file_of(tmp_path, SECOND, "b/two.eml")
    file_of(tmp_path, FIRST, "a/one.eml")
    file_of(tmp_path, MBOX, "c.mbox")
    file_of(tmp_path, FIRST, ".hidden.eml")
    assert raws(tmp_path) == [FIRST, SECOND, FIRST, SECOND]


def test_what_is_no_mail_is_reported_and_stops_nothing(tmp_path: Path) -> None:
    file_of(tmp_path, b"# Notes\n\nFrom time to time: nothing.\n", "README.md")
    file_of(tmp_path, b"\x89PNG\r\n\x1a\n\x00\x00", "logo.png")
    file_of(tmp_path, b"title: example\nport: 80\n", "some.yaml")
    file_of(tmp_path, b"", "empty.mbox")
    file_of(tmp_path, FIRST, "z.eml")
    assert problems(tmp_path) == [("README.md", "not mail"), ("logo.png", "not mail"), ("some.yaml", "not mail")]
    assert [mail.raw for mail in read_mails(tmp_path) if not mail.problem] == [FIRST]


def test_links_pipes_and_sockets_are_not_followed(tmp_path: Path) -> None:
    outside = file_of(tmp_path, MBOX, "outside/secret")
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "a-link").symlink_to(outside)
    (inside / "b-loop").symlink_to(inside)
    os.mkfifo(inside / "c-pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(inside)  # The path of a socket may not be long.
        listener.bind("d-socket")
        os.chdir(here)
        assert problems(inside) == [(name, "not mail") for name in ("a-link", "b-loop", "c-pipe", "d-socket")]


def test_a_link_that_the_person_names_is_followed(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(file_of(tmp_path, MBOX))
    assert raws(link) == [FIRST, SECOND]


@pytest.mark.parametrize(
    "content", [b"Dear diary,\nnothing happened.\n", b"\x00\x01\x02", b"From me to you\n\nhello\n"]
)
def test_a_single_file_that_is_no_mail_is_an_error_that_names_it(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(MailFileError, match=r"diary\.txt holds no mail"):
        list(read_mails(file_of(tmp_path, content, "diary.txt")))


def test_a_path_where_nothing_lies_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(MailFileError, match="nowhere cannot be read"):
        list(read_mails(tmp_path / "nowhere"))


def test_a_file_that_cannot_be_read_stops_nothing(tmp_path: Path) -> None:
    for name in ("a.eml", "b.eml", "c.eml"):
        file_of(tmp_path, FIRST, name)
    mails = read_mails(tmp_path)
    assert next(mails).raw == FIRST
    (tmp_path / "b.eml").unlink()
    unread, last = mails
    assert unread == MailFile(b"", str(tmp_path / "b.eml"), "damaged", unread.words)
    assert "b.eml cannot be read: No such file" in unread.words
    assert last.raw == FIRST


def test_progress_counts_bytes_on_the_disk_up_to_all_of_them(tmp_path: Path) -> None:
    file_of(tmp_path, (ENVELOPE + FIRST + b"\n") * 50_000, "a.mbox")
    file_of(tmp_path, b"no mail", "b.txt")
    file_of(tmp_path, gzip.compress(MBOX), "c.mbox.gz")
    total = sum(path.stat().st_size for path in tmp_path.iterdir())
    told: list[tuple[int, int]] = []
    for _ in read_mails(tmp_path, lambda done, all_: told.append((done, all_))):
        pass
    assert len(told) > 4
    assert told == sorted(told)
    assert {all_ for _, all_ in told} == {total}
    assert told[-1] == (total, total)


# --- compressed files ---------------------------------------------------------------------------------------------

COMPRESSORS: list[Callable[[bytes], bytes]] = [
    gzip.compress,
    lambda content: bz2.compress(content, compresslevel=1),
    lambda content: lzma.compress(content, preset=0),
]


@pytest.mark.parametrize("compress", COMPRESSORS)
def test_compressed_files_are_known_by_their_content(tmp_path: Path, compress: Callable[[bytes], bytes]) -> None:
    assert raws(file_of(tmp_path, compress(MBOX), "mails")) == [FIRST, SECOND]


@pytest.mark.parametrize("compress", COMPRESSORS)
def test_a_compressed_mail_keeps_its_name(tmp_path: Path, compress: Callable[[bytes], bytes]) -> None:
    assert raws(file_of(tmp_path, compress(b"strange"), "one.eml.packed")) == [b"strange"]


@pytest.mark.parametrize("compress", COMPRESSORS)
def test_compressed_parts_may_follow_each_other(tmp_path: Path, compress: Callable[[bytes], bytes]) -> None:
    assert raws(file_of(tmp_path, compress(MBOX) + compress(MBOX) + compress(b""))) == [FIRST, SECOND] * 2


@pytest.mark.parametrize("compress", COMPRESSORS)
def test_of_a_file_cut_short_the_mails_before_the_cut_are_read(
    tmp_path: Path, compress: Callable[[bytes], bytes]
) -> None:
    noise = os.urandom(200_000).hex().encode() + b"\n\n"
    whole = compress(ENVELOPE + FIRST + b"\n" + ENVELOPE + SECOND + noise + MBOX)
    found = list(read_mails(file_of(tmp_path, whole[: len(whole) * 9 // 10])))
    assert found[0].raw == FIRST
    assert [mail.problem for mail in found[1:]] == ["damaged"]


@pytest.mark.parametrize("compress", COMPRESSORS)
def test_a_compressed_file_of_which_nothing_can_be_read_is_an_error(
    tmp_path: Path, compress: Callable[[bytes], bytes]
) -> None:
    with pytest.raises(MailFileError, match=r"mails.gz (is damaged or cut short|cannot be read)"):
        list(read_mails(file_of(tmp_path, compress(MBOX)[:20], "mails.gz")))


@pytest.mark.parametrize("compress", COMPRESSORS)
def test_a_decompression_bomb_is_refused_in_flat_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, compress: Callable[[bytes], bytes]
) -> None:
    monkeypatch.setattr(compressed, "ALWAYS_ALLOWED", 8 * 2**20)
    path = file_of(tmp_path, compress(MBOX + b"\n" * 40_000_000), "bomb.gz")
    tracemalloc.start()
    try:
        found = list(read_mails(path))
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()
    assert found[0].raw == FIRST
    assert found[-1].problem == "damaged"
    assert "bomb.gz grows to more than" in found[-1].words


def test_an_xz_file_cannot_ask_for_all_the_memory(tmp_path: Path) -> None:
    greedy = lzma.compress(MBOX, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 192 * 2**20, "mf": lzma.MF_HC3}])
    with pytest.raises(MailFileError, match="damaged or cut short"):
        list(read_mails(file_of(tmp_path, greedy)))


# --- writing ------------------------------------------------------------------------------------------------------


def test_an_export_is_an_mboxrd(tmp_path: Path) -> None:
    path = tmp_path / "export.mbox"
    assert write_mboxrd([(b"Subject: a\r\n\r\nFrom x\r\n>From y", "listforum", 883789534)], path) == 1
    assert path.read_bytes() == (b"From listforum Sat Jan  3 01:05:34 1998\nSubject: a\n\n>From x\n>>From y\n\n")
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("sender", ["", "two words", "a\nFrom b", "höhe", "x" * 1000])
def test_a_sender_that_would_break_the_envelope_line_is_not_written(tmp_path: Path, sender: str) -> None:
    write_mboxrd([(FIRST, sender, 0)], tmp_path / "export")
    assert (tmp_path / "export").read_bytes() == b"From listforum Thu Jan  1 00:00:00 1970\n" + FIRST + b"\n"


@pytest.mark.parametrize("date", [-(10**18), -1, 10**18])
def test_a_date_beyond_the_calendar_is_written_as_its_end(tmp_path: Path, date: int) -> None:
    write_mboxrd([(FIRST, "listforum", date)], tmp_path / "export")
    assert raws(tmp_path / "export") == [FIRST]


@pytest.mark.parametrize("make", [Path.touch, Path.mkdir, lambda path: path.symlink_to("nowhere")])
def test_an_export_overwrites_nothing(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "export"
    make(path)
    with pytest.raises(MailFileError, match="export exists already"):
        write_mboxrd([(FIRST, "listforum", 0)], path)
    assert list(tmp_path.iterdir()) == [path]


def test_an_export_overwrites_nothing_that_appears_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "export"

    def mails() -> Iterator[tuple[bytes, str, int]]:
        path.write_bytes(b"precious")
        yield FIRST, "listforum", 0

    with pytest.raises(MailFileError, match="export exists already"):
        write_mboxrd(mails(), path)
    assert path.read_bytes() == b"precious"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_system_without_hard_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    write_mboxrd([(FIRST, "listforum", 0)], tmp_path / "export")
    assert raws(tmp_path / "export") == [FIRST]
    with pytest.raises(MailFileError, match="exists already"):
        write_mboxrd([(FIRST, "listforum", 0)], tmp_path / "export")


def test_a_full_disk_leaves_nothing_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(MailFileError, match="export cannot be written: No space left on device"):
        write_mboxrd([(FIRST, "listforum", 0)], tmp_path / "export")
    assert list(tmp_path.iterdir()) == []


def test_an_export_that_is_broken_off_leaves_nothing(tmp_path: Path) -> None:
    def mails() -> Iterator[tuple[bytes, str, int]]:
        yield FIRST, "listforum", 0
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_mboxrd(mails(), tmp_path / "export")
    assert list(tmp_path.iterdir()) == []


def test_an_export_into_a_directory_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MailFileError, match="cannot be written"):
        write_mboxrd([(FIRST, "listforum", 0)], tmp_path / "nowhere" / "export")


def as_it_comes_back(raw: bytes) -> bytes:
    text = raw.replace(b"\r\n", b"\n")
    return text if text.endswith(b"\n") else text + b"\n"


@settings(deadline=None, max_examples=100)
@given(mails=st.lists(bodies, min_size=1, max_size=5), date=st.integers(0, 2**33))
def test_what_is_exported_can_be_imported(
    tmp_path_factory: pytest.TempPathFactory, mails: list[bytes], date: int
) -> None:
    path = tmp_path_factory.mktemp("export") / "export.mbox"
    assert write_mboxrd([(raw, "listforum", date) for raw in mails], path) == len(mails)
    assert raws(path) == [as_it_comes_back(raw) for raw in mails]


# --- hostile sizes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        b"From " * 1000,
        b">" * 5000 + b"From ",
        b"From " + b"Mon " * 2000,
        b"\nFrom " + b"Mon " * 200,
        b"\n" + ENVELOPE,
        ENVELOPE,
        ENVELOPE + b"Date:",
        ENVELOPE + b"x:\n y" * 100,
        b"x" * 10_000,
        b"a:",
    ],
)
def test_reading_is_linear(tmp_path: Path, line: bytes) -> None:
    content = ENVELOPE + FIRST + (line + b"\n") * (4_000_000 // (len(line) + 1))
    path = file_of(tmp_path, content)
    started = time.perf_counter()
    list(read_mails(path))
    assert time.perf_counter() - started < 20
