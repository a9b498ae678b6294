"""What a header says about the post it answers."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.model.forum import Evidence
from listforum.model.mail import Author, Header
from listforum.topics.evidence import MOST_REFERRED, evidence

SENIORITY = (0, 0, "")


def header(in_reply_to: tuple[str, ...] = (), references: tuple[str, ...] = ()) -> Header:
    return Header(
        message_id="own@example.org",
        in_reply_to=in_reply_to,
        references=references,
        date=None,
        subject="",
        author=Author("", None, "none"),
        from_=(),
        reply_to=(),
        to=(),
        cc=(),
        list_id="",
        list_post=(),
        read_only=False,
        original_message_id="",
    )


def of(
    in_reply_to: tuple[str, ...] = (), references: tuple[str, ...] = (), ids: tuple[str, ...] = ("own",)
) -> Evidence:
    return evidence(7, ids, header(in_reply_to, references), 1_000, SENIORITY)


def test_references_are_taken_from_the_newest_to_the_oldest() -> None:
    assert of(references=("root", "middle", "parent")).referred == ("parent", "middle", "root")


def test_in_reply_to_outranks_the_last_reference() -> None:
    known = of(in_reply_to=("parent",), references=("root", "other"))
    assert known.referred == ("parent", "other", "root")
    assert known.replied == 1


def test_an_id_named_twice_keeps_its_nearest_place() -> None:
    known = of(in_reply_to=("parent",), references=("root", "parent"))
    assert known.referred == ("parent", "root")
    assert known.replied == 1


def test_several_ids_of_in_reply_to_keep_their_order() -> None:
    known = of(in_reply_to=("first", "second"), references=("root",))
    assert known.referred == ("first", "second", "root")
    assert known.replied == 2


def test_a_post_does_not_refer_to_itself_under_any_of_its_ids() -> None:
    known = of(in_reply_to=("own",), references=("root", "own too"), ids=("own", "own too"))
    assert known.referred == ("root",)
    assert known.replied == 0


def test_a_post_may_have_no_id_and_refer_to_nothing() -> None:
    assert of(ids=("",)) == Evidence(7, (), (), 0, 1_000, SENIORITY)


def test_of_a_flood_of_references_the_nearest_are_kept_and_the_oldest() -> None:
    known = of(references=tuple(f"r{n}" for n in range(100_000)))
    assert len(known.referred) == MOST_REFERRED
    assert known.referred[:2] == ("r99999", "r99998")
    assert known.referred[-2:] == ("r99901", "r0")


def test_a_flood_in_in_reply_to_is_cut_too() -> None:
    known = of(in_reply_to=tuple(f"i{n}" for n in range(1_000)), references=("root",))
    assert len(known.referred) == MOST_REFERRED
    assert known.referred[-1] == "root"
    assert known.replied == MOST_REFERRED - 1


names = st.lists(st.sampled_from("abcdefgh"), max_size=6).map(tuple)


@settings(deadline=None, max_examples=200)
@given(in_reply_to=names, references=names, ids=names)
def test_every_foreign_id_is_referred_to_once(
    in_reply_to: tuple[str, ...], references: tuple[str, ...], ids: tuple[str, ...]
) -> None:
    known = of(in_reply_to, references, ids)
    assert len(set(known.referred)) == len(known.referred)
    assert set(known.referred) == {*in_reply_to, *references} - {*ids}
    assert set(known.referred[: known.replied]) == {*in_reply_to} - {*ids}
