"""The demo's community: what is in it, and that its mails are what real lists send."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from listforum.demo.attachments import content
from listforum.demo.letters import identifier
from listforum.demo.list_software import ADDRESS, LIST_ID
from listforum.demo.mails import DemoMail, community
from listforum.demo.story import Story, StoryPost, read_story
from listforum.mail.header import read_header
from listforum.mail.quotes import blocks
from listforum.mail.readable import readable_text
from listforum.mail.structure import attachment_parts, split
from listforum.mail.transfer import decode_transfer
from listforum.model.mail import Header, Received
from member import Member

NOW = int(datetime(2026, 3, 1, 20, 0, tzinfo=UTC).timestamp())
DAY = 86_400


@dataclass(frozen=True, slots=True)
class Read:
    """A mail of the demo as listforum reads it, and the story's post that it carries."""

    post: StoryPost
    mail: DemoMail
    received: Received
    header: Header
    text: str

    @property
    def own(self) -> str:
        return squeezed(block.text for block in blocks(self.text) if block.kind == "own")

    @property
    def types(self) -> list[str]:
        return [part.type for part in self.received.parts]


def squeezed(texts: Iterator[str]) -> str:
    """Texts joined without blanks: where lines break is the mail program's business."""
    return "".join("".join(texts).split())


@pytest.fixture(scope="module")
def story() -> Story:
    return read_story()


@pytest.fixture(scope="module")
def mails(story: Story) -> list[Read]:
    posts = {identifier(post): post for post in story.posts}
    found = []
    for mail in community(NOW):
        received = split(mail.mail)
        header = read_header(received.header)
        text = readable_text(received.parts).text or ""
        found.append(Read(posts[header.message_id], mail, received, header, text))
    return found


@pytest.fixture(scope="module")
def reader(mails: list[Read], tmp_path_factory: pytest.TempPathFactory) -> Member:
    """Somebody who has the whole list in their archive."""
    folder = tmp_path_factory.mktemp("mails")
    for number, read in enumerate(mails):
        (folder / f"{number:03}.eml").write_bytes(read.mail.mail)
    reader = Member(tmp_path_factory.mktemp("reader") / "home")
    outcome = reader.json("import", str(folder), "open-data")
    assert (outcome["new"], outcome["damaged"]) == (len(mails), 0)
    return reader


class TestTheStory:
    def test_it_is_large_enough_to_feel_real(self, mails: list[Read]) -> None:
        assert len(mails) >= 158
        assert len({read.post.topic for read in mails}) >= 32
        ages = [(NOW - read.mail.arrived) / DAY for read in mails]
        assert max(ages) > 700
        assert 0 < min(ages) < 0.25

    @pytest.mark.parametrize(
        ("language", "letter"),
        [
            ("en", "[a-z]"),
            ("fa", "[پچژگ]"),
            ("ar", "[ضظة]"),
            ("ru", "[а-яё]"),
            ("es", "[ñ¿¡áíó]"),
            ("fr", "[éèàçê]"),
            ("zh", "[\u4e00-\u9fff]"),
        ],
    )
    def test_every_language_is_spoken(self, story: Story, language: str, letter: str) -> None:
        spoken = [
            post for post in story.posts if post.author.language == language and len(re.findall(letter, post.text)) > 1
        ]
        assert len(spoken) >= 8
        assert len({post.author.key for post in spoken}) >= 2

    def test_the_person_of_the_demo_has_written_for_a_year_and_is_answered(self, story: Story) -> None:
        hers = [post for post in story.posts if post.author.address == "maria@example.org"]
        answered = [post for post in story.posts if post.answers in {one.label for one in hers}]
        assert len(hers) >= 8
        assert max(post.seconds_before_now for post in hers) <= 366 * DAY
        assert any(post.late for post in answered)

    def test_the_last_days_have_not_been_seen(self, mails: list[Read]) -> None:
        late = [read for read in mails if read.mail.late]
        assert 30 <= len(late) <= 45
        assert len({read.post.topic for read in late}) >= 10
        assert [read.mail.late for read in mails] == sorted(read.mail.late for read in mails)

    def test_nobody_answers_what_is_not_yet_written(self, story: Story) -> None:
        for post in story.posts:
            if post.answers:
                assert post.seconds_before_now < story.post(post.answers).seconds_before_now, post.label

    def test_a_newcomer_waits_for_an_answer(self, story: Story) -> None:
        [newcomer] = [post for post in story.posts if "first post here" in post.text]
        assert newcomer in story.posts[-5:]
        assert newcomer.late
        assert not any(post.answers == newcomer.label for post in story.posts)
        assert sum(post.author == newcomer.author for post in story.posts) == 1

    def test_one_conversation_is_long_and_has_many_branches(self, story: Story) -> None:
        posts = [post for post in story.posts if post.topic == "06-licence"]
        answers = Counter(post.answers for post in posts)
        assert len(posts) >= 24
        assert sum(count > 1 for count in answers.values()) >= 4

    def test_only_domains_of_examples_occur(self, mails: list[Read]) -> None:
        made_up = re.compile(r"(?:^|\.)(?:example\.(?:org|net|com)|[\w-]+\.example)$")
        host = re.compile(r"(?:\w@|https?://)([\w.-]+\.\w+)|\b([\w-]+(?:\.[\w-]+)*\.(?:com|org|net|example))\b")
        for read in mails:
            everything = read.mail.mail.decode("latin-1") + read.text + read.post.text
            for found in host.finditer(everything):
                name = (found[1] or found[2]).rstrip(".")
                assert made_up.search(name), (
                    read.post.label,
                    name,
                )


class TestEveryMail:
    def test_has_well_formed_lines(self, mails: list[Read]) -> None:
        for read in mails:
            lines = read.mail.mail.split(b"\r\n")
            assert lines[-1] == b""
            assert not any(b"\r" in line or b"\n" in line or len(line) > 998 for line in lines)

    def test_reads_as_its_author_wrote_it(self, mails: list[Read]) -> None:
        for read in mails:
            typed = re.split(r"^--(?: .*)?$", read.post.text, maxsplit=1, flags=re.MULTILINE)[0]
            own = squeezed(line for line in typed.split("\n") if not line.startswith(">"))
            if read.post.label == "14-scraper/patch":
                assert own[:60] in squeezed(iter([read.text]))
                continue
            assert read.own == own, read.post.label

    def test_has_nothing_that_needs_mending(self, mails: list[Read]) -> None:
        for read in mails:
            assert not read.header.defects
            assert not readable_text(read.received.parts).defects

    def test_tells_its_author_date_and_list(self, mails: list[Read]) -> None:
        for read in mails:
            assert (read.header.author.name, read.header.author.address) == (
                read.post.author.name,
                read.post.author.address,
            )
            assert read.header.date == NOW - read.post.seconds_before_now
            assert 0 < read.mail.arrived - read.header.date < 300
            assert (read.header.list_id, read.header.list_post) == (LIST_ID, (ADDRESS,))
            assert read.header.subject.endswith(read.post.subject)
            assert read.header.subject.count("[open-data]") == 1

    def test_weighs_what_list_mail_weighs(self, mails: list[Read]) -> None:
        sizes = sorted(len(read.mail.mail) for read in mails if not read.post.attachments)
        assert sizes[0] >= 4000
        assert sizes[-1] <= 16_000
        assert sizes[len(sizes) // 2] <= 9000

    def test_brings_its_files_whole(self, mails: list[Read]) -> None:
        for read in mails:
            parts = attachment_parts(read.received.parts)
            assert [part.name for part in parts] == [attachment.name for attachment in read.post.attachments]
            for part, attachment in zip(parts, read.post.attachments, strict=True):
                assert decode_transfer(part.content or b"", part.encoding) == content(attachment)

    def test_has_an_attribution_above_what_it_quotes(self, mails: list[Read]) -> None:
        for read in mails:
            kinds = [block.kind for block in blocks(read.text)]
            if read.post.answers and "quote" in kinds:
                assert "attribution" in kinds, read.post.label


KINDS: dict[str, Callable[[Read], bool]] = {
    "a charter": lambda read: "Six rules" in read.text and read.post.author.key == "ingrid",
    "format=flowed": lambda read: any(part.flowed for part in read.received.parts),
    "HTML only": lambda read: read.types == ["text/html"],
    "plain text and HTML": lambda read: read.types[:2] == ["text/plain", "text/html"],
    "quoted-printable": lambda read: read.received.parts[0].encoding == "quoted-printable",
    "8bit": lambda read: read.received.parts[0].encoding == "8bit",
    "Arabic in windows-1256, base64": lambda read: _coded(read, "windows-1256", "base64"),
    "Russian in KOI8-R": lambda read: read.received.parts[0].charset.lower() == "koi8-r",
    "Chinese in GB 18030": lambda read: _coded(read, "gb18030", "base64"),
    "a table": lambda read: "text/csv" in read.types and read.received.parts[1].size < 7000,
    "a large picture": lambda read: "image/png" in read.types and len(read.mail.mail) > 300_000,
    "a large document": lambda read: "application/pdf" in read.types and 180_000 < len(read.mail.mail) < 1_300_000,
    "a file with a Persian name": lambda read: any("نقشه" in (part.name or "") for part in read.received.parts),
    "a file with a Chinese name": lambda read: any("名单" in (part.name or "") for part in read.received.parts),
    "a signature": lambda read: "\n-- \n" in read.text,
    "a footer": lambda read: blocks(read.text)[-1].kind == "footer",
    "the whole mail quoted below": lambda read: read.post.quote == "all" and "> open-data mailing list" in read.text,
    "the whole mail below a rule": lambda read: "-----Original Message-----" in read.text,
    "answers between quotes": lambda read: [b.kind for b in blocks(read.text)].count("quote") > 1,
    "quotes in quotes in quotes": lambda read: max(block.depth for block in blocks(read.text)) >= 3,
    "an author hidden by the list": lambda read: read.header.author.evidence == "x-original-from",
    "an answer that tells nothing of it": lambda read: bool(read.post.answers) and not read.header.references,
    "a hijacked topic": lambda read: bool(read.header.references) and not read.header.subject.startswith("Re: ["),
    "a long patch": lambda read: len(re.findall("^[+-]", read.text, re.MULTILINE)) >= 100,
    "a post to two lists": lambda read: len(read.header.to) == 2,
    "a single line": lambda read: read.own == "+1",
    "somebody who wants to leave": lambda read: read.own == "unsubscribe",
    "a digest": lambda read: len(read.own) > 1000 and "SOLVED" in read.text,
}


def _coded(read: Read, charset: str, encoding: str) -> bool:
    part = read.received.parts[0]
    return (part.charset.lower(), part.encoding) == (charset, encoding)


@pytest.mark.parametrize("kind", KINDS)
def test_what_real_lists_hold_is_there(mails: list[Read], kind: str) -> None:
    assert any(KINDS[kind](read) for read in mails)


class TestTopics:
    def test_are_the_storys(self, mails: list[Read], reader: Member) -> None:
        topics = reader.json("topics", "open-data", "--limit", "500")
        assert any(read.post.answers and not read.post.threading for read in mails)  # found by what they quote
        branch = "polling unit list"  # one topic was hijacked: with another subject it goes on as a topic of its own
        expected = Counter((read.post.topic, branch in read.header.subject) for read in mails)
        assert sorted(topic["posts"] for topic in topics) == sorted(expected.values())

        newest = topics[0]
        assert (newest["subject"], newest["posts"]) == ("My river tables arrive as question marks", 1)

    def test_show_what_is_missing_and_who_answers_whom(self, mails: list[Read], story: Story) -> None:
        lost = {identifier(post) for post in story.posts if post.kind == "lost"}
        here = {read.header.message_id for read in mails}
        assert lost
        assert not lost & here
        for read in mails:
            if read.post.answers and read.post.threading:
                assert read.header.in_reply_to == (identifier(story.post(read.post.answers)),)
        assert any(read.header.in_reply_to[0] in lost for read in mails if read.header.in_reply_to)


class TestSearch:
    @pytest.mark.parametrize(
        "spellings",
        [
            ("کتابخانه", "كتابخانه", "کتاب‌خانه"),
            ("۵۰۰", "٥٠٠"),
            ("أسعار", "اسعار"),
            ("Берёзовка", "Березовка"),
            ("élémentaire", "elementaire"),
        ],
        ids=["Persian letters and joiners", "digits", "hamza", "ё and е", "accents"],
    )
    def test_a_word_is_found_in_every_spelling_that_people_use(
        self, reader: Member, mails: list[Read], spellings: tuple[str, ...]
    ) -> None:
        for spelling in spellings[:2]:
            assert any(spelling in read.text for read in mails), spelling
        answers = [reader.json("search", spelling, "--posts", "--limit", "100") for spelling in spellings]
        found = [{hit["post"] for hit in answer["results"]} for answer in answers]
        assert found[0]
        assert all(one == found[0] for one in found)

    def test_the_newcomers_answer_is_found_in_an_older_topic(self, reader: Member) -> None:
        results = reader.json("search", "question marks spreadsheet byte order mark", "--posts")["results"]
        assert any("utf-8-sig" in hit["snippet"] or "CSV file shows" in hit["subject"] for hit in results)


class TestTime:
    def test_the_same_now_gives_the_same_bytes(self) -> None:
        assert community(NOW) == community(NOW)

    def test_another_now_moves_every_post_along(self) -> None:
        here, later = community(NOW), community(NOW + 3 * DAY)
        assert [mail.arrived + 3 * DAY for mail in here] == [mail.arrived for mail in later]
        ids = [[read_header(split(mail.mail).header).message_id for mail in mails] for mails in (here, later)]
        assert ids[0] == ids[1]

    def test_mails_come_in_the_order_of_their_arrival(self) -> None:
        arrived = [mail.arrived for mail in community(NOW)]
        assert arrived == sorted(arrived)
        assert arrived[-1] <= NOW
