"""HTML mail is read as its writer meant it: words, quotes, links and lists, and nothing hidden."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listforum.mail.html import html_to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("<div>one</div><div><br></div><div>two</div>", "one\n\ntwo"),
        ("one<br>two<br><br><br><br>three", "one\ntwo\n\nthree"),
        ("<p style='margin:0'>one<p style='margin: 0px;'>two", "one\ntwo"),
        ("  many \n\t blanks  ", "many blanks"),
        ("<b>bo</b>ld and <i> it </i>alic", "bold and it alic"),
        ("1 &lt; 2 &amp; &eacute;&nbsp;&#x633; &bogus;", "1 < 2 & é س &bogus;"),
        ("<pre>if x:\n    pass</pre>", "if x:\n    pass"),
        ("<ul><li>a<li>b<ul><li>c</ul></ul>d", "* a\n* b\n  * c\n\nd"),
        ("<ol start=3><li>a<li>b</ol>", "3. a\n4. b"),
        ("<ol start=99999999999999999999><li>a</ol>", "1. a"),
        ("<table><tr><th>A<th>B<tr><td>1<td>2</table>", "A  B\n1  2"),
        ("<h1>Title</h1>text<hr>more", "Title\n\ntext\n--------------------\nmore"),
        ("<img src=x alt='A cat'><img src=y>", "[A cat]"),
        ("<q>said</q>", '"said"'),
        ("", ""),
        ("no tags", "no tags"),
        ("<p>unclosed <b>bold", "unclosed bold"),
        ("</p></div></b>stray ends", "stray ends"),
        ("<!-- a comment --><p>x<!-- <p>y</p> -->z", "xz"),
        ("<![if !supportLists]>&middot;<![endif]>point", "·point"),
        ("<o:p>office</o:p>", "office"),
        ("<?xml version='1.0' encoding='koi8-r'?><p>é</p>", "é"),
        ("<meta charset=koi8-r><p>é</p>", "é"),
        ("<html><head><title>t</title></head><body>b</body></html>", "b"),
        ("a\x00b", "a\ufffdb"),
    ],
)
def test_words_and_lines(html: str, text: str) -> None:
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>alert(1)</script>",
        "<style>p { color: red }</style>",
        "<title>t</title>",
        "<template><p>t</p></template>",
        "<object><p>o</p></object>",
        "<svg><text>s</text></svg>",
        "<div style='display:none'>preheader<p>more</p></div>",
        "<div style='DISPLAY : none !important'>preheader</div>",
        "<span style='max-height:0;overflow:hidden'>preheader</span>",
        "<span style='visibility: hidden'>x</span>",
        "<span style='mso-hide:all'>x</span>",
        "<span style='opacity:0'>x</span>",
        "<div style='position:absolute; left: -10000px'>x</div>",
        "<p hidden>x</p>",
        "<img src=pixel alt='.'>",
        "<div style='display:none'><div>a</div><br><img alt=b>c</div>",
    ],
)
def test_what_is_hidden_is_not_read(hidden: str) -> None:
    assert html_to_text(f"before {hidden} after").split() == ["before", "after"]


def test_text_in_a_wrapper_of_font_size_zero_is_not_hidden() -> None:
    assert html_to_text("<td style='font-size:0px'><div style='font-size:13px'>text</div></td>") == "text"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<blockquote>one<br>two</blockquote>mine", "> one\n> two\n\nmine"),
        ("<blockquote type=cite><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"),
        ("x<blockquote>a<blockquote>b</blockquote>c</blockquote>y", "x\n\n> a\n>\n> > b\n>\n> c\n\ny"),
        (
            "<p>sure<div class=gmail_quote>Ana wrote:<br><blockquote class=gmail_quote>shall we?</blockquote></div>",
            "sure\n\nAna wrote:\n\n> shall we?",
        ),
        ("<blockquote style='margin:0 0 0 40px;border:none;padding:0'>indented</blockquote>", "indented"),
    ],
)
def test_quotes(html: str, text: str) -> None:
    assert html_to_text(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<a href='https://example.org/page'>the page</a>", "the page <https://example.org/page>"),
        ("<a href='https://example.org/'>https://example.org</a>", "https://example.org"),
        ("<a href='https://www.example.org/'>Example.org</a>", "Example.org"),
        ("<a href='mailto:ana@example.org'>ana@example.org</a>", "ana@example.org"),
        ("<a href='mailto:ana@example.org'>Ana</a>", "Ana <ana@example.org>"),
        ("<a href='https://a.example/'>x</a> <a href='https://a.example/'>y</a>", "x <https://a.example/> y"),
        ("<a href='https://evil.example/'>https://bank.example/</a>", "https://bank.example/ <https://evil.example/>"),
        ("<a href='https://a.example/'><img alt=Logo></a>", "[Logo] <https://a.example/>"),
        ("<a href='https://track.example/'><img></a>x", "x"),
        ("<a href='#top'>up</a> <a href='javascript:x()'>do</a> <a name=n>here</a>", "up do here"),
        ("<a href='https://a.example/" + "x" * 3000 + "'>long</a>", "long"),
        ("<a href='ht\ntps://a.example/'>folded</a>", "folded <https://a.example/>"),
    ],
)
def test_links(html: str, text: str) -> None:
    assert html_to_text(html) == text


HOSTILE = {
    "nested blocks": "<div>" * 5_000 + "deep" + "</div>" * 5_000,
    "nested inline": "<b>x" * 100_000,
    "nested quotes": "<blockquote>x" * 5_000,
    "nested lists": "<ol><li>x" * 20_000,
    "nested tables": "<table><tr><td>" * 20_000 + "x",
    "a wide table": "<table><tr>" + "<td>x" * 100_000,
    "many attributes": "<p " + " ".join(f"a{n}=1" for n in range(60_000)) + ">x",
    "one long attribute": "<p style='" + "display:" * 120_000 + "'>x",
    "open tags": "<a " * 300_000,
    "open quotes": "<a '" * 200_000,
    "open comments": "<!--" * 200_000,
    "open sections": "<![CDATA[" * 100_000,
    "less-than signs": "<" * 500_000,
    "ampersands": "&" * 900_000,
    "entities": "&lt;" * 200_000,
    "line breaks in quotes": "<blockquote>" * 60 + "x<br>" * 100_000,
    "links": "".join(f"<a href=http://x.example/{n}>" for n in range(20_000)) + "x",
    "scripts": "<script>" * 100_000,
    "blanks": " \n" * 450_000,
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_html_costs_no_more_than_its_length(case: str) -> None:
    start = time.process_time()
    text = html_to_text(HOSTILE[case])
    assert time.process_time() - start < 2
    assert len(text) < 2_000_000


def test_no_word_is_lost_in_the_depth() -> None:
    assert html_to_text("<div>" * 5_000 + "deep" + "</div>" * 5_000 + "after").split() == ["deep", "after"]


TAGS = [
    "<p>",
    "</p>",
    "<blockquote>",
    "</blockquote>",
    "<li>",
    "<ul>",
    "</ul>",
    "<a href=x:y>",
    "</a>",
    "<pre>",
    "<td>",
]


@given(
    st.text(max_size=80)
    | st.lists(st.sampled_from([*TAGS, "x", " ", "\n", "<", "&", "<br>"]), max_size=40).map("".join)
)
@settings(deadline=None, max_examples=300)
def test_no_text_makes_it_raise(html: str) -> None:
    html_to_text(html).encode("utf-8")


@given(st.lists(st.sampled_from([*TAGS[:7], "x"]), max_size=40))
@settings(deadline=None, max_examples=200)
def test_no_visible_letter_is_lost(pieces: list[str]) -> None:
    assert html_to_text("".join(pieces)).count("x") == pieces.count("x")
