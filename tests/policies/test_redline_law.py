"""The law of the comparison: it holds every word of both texts, and says of each which text it is from.

Documents are generated as Markdown with all that a renderer makes of it, then edited, shuffled and
rewritten. What they say is read a second time by a parser of its own, without our blocks. They are
rendered in this process: that no text reads otherwise where it is rendered apart is shown elsewhere.
"""

import json
import os
import re
from collections.abc import Sequence
from html import escape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
import regex
from hypothesis import example, given, settings
from hypothesis import strategies as st

from policies.manuscript import read_body
from policies.redline import Comparison, Page, as_record, as_text, compare, from_record, read_document
from policies.rendering import render_here

from .test_rendering import refuse_activity

# A thousand examples take twice as long under a tracer; tests with words show which lines are run.
pytestmark = [pytest.mark.pure, pytest.mark.no_cover]

# What breaks words, sentences, parsers and directions.
WORDS = st.sampled_from(
    [
        *("We", "may", "must", "not", "keep", "orders", "for", "30", "days", "six years", "€ 5.00", "don’t"),
        *(
            "**bold**",
            "*em*",
            "`code`",
            "[link](https://a.example)",
            "[link](https://b.example)",
            "\\*",
            "&amp;",
        ),
        *(
            "<b>b</b>",
            "<del>gone</del>",
            "<ins>new</ins>",
            "<u>u</u>",
            "a<br>b",
            "<br>",
            "<script>x</script>",
        ),
        *(
            "字",
            "漢字かな",
            "ภาษาไทย",
            "👨‍👩‍👧",
            "🇩🇪",
            "e\u0301",
            "שלום",
            "العربية",
            "ﬁ",
            "ǅ",
            "a\u00a0b",
            "\u200d",
        ),
        *(
            "<a>q</a>",
            "<p>p</p>",
            "<td>cell</td>",
            '<a href="#x" onclick="y()">z</a>',
            "x|y",
            "[^1]",
            "--",
            ".",
        ),
    ]
)
PHRASES = st.lists(WORDS, min_size=1, max_size=10).map(" ".join)
LINES = PHRASES | st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)
CELLS = st.lists(PHRASES.map(lambda text: text.replace("|", "")) | st.just(""), min_size=2, max_size=3)


def table(rows: Sequence[Sequence[str]]) -> str:
    """Give a Markdown table whose first row is its head."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


def items(texts: Sequence[str]) -> str:
    """Give a list, every second item of which stands inside the one before."""
    return "\n".join(f"{'    ' if at % 2 else ''}- {text}" for at, text in enumerate(texts))


BLOCKS = st.one_of(
    LINES,
    st.builds("{} {}".format, st.sampled_from(["#", "##", "###", "####"]), PHRASES),
    st.lists(PHRASES, min_size=1, max_size=4).map(items),
    st.lists(PHRASES, min_size=1, max_size=3).map(
        lambda texts: "\n".join(f"{n}. {t}" for n, t in enumerate(texts, 1))
    ),
    st.lists(CELLS, min_size=1, max_size=4).map(table),
    PHRASES.map("> {}".format),
    PHRASES.map("> - {}".format),
    PHRASES.map("    {}\n      more".format),
    st.builds("{}\n: {}".format, PHRASES, PHRASES),
    st.builds("<details><summary>{}</summary>{}</details>".format, PHRASES, PHRASES),
    st.builds("<ul><li>{}<ul><li>{}</li></ul>{}</li></ul>".format, PHRASES, PHRASES, PHRASES),
    st.builds("<table><tr><td>{}</td><th>{}</th></tr></table>".format, PHRASES, PHRASES),
    st.builds("<div>{}<p>{}</p></div>".format, PHRASES, PHRASES),
    st.just("[^1]: A note."),
)
DOCUMENTS = st.lists(BLOCKS, min_size=1, max_size=12)


@st.composite
def edited(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """Give a document and what some edits make of it: moves, cuts, additions, other words and rows."""
    old = draw(DOCUMENTS)
    new = list(old)
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, len(new)))
        kind = draw(st.sampled_from(["insert", "delete", "move", "word", "line"]))
        if kind == "insert" or not new[at:]:
            new.insert(at, draw(BLOCKS))
        elif kind == "delete":
            del new[at]
        elif kind == "move":
            new.insert(draw(st.integers(0, len(new) - 1)), new.pop(at))
        else:
            parts = new[at].split(" " if kind == "word" else "\n")
            parts[draw(st.integers(0, len(parts) - 1))] = draw(WORDS)
            new[at] = (" " if kind == "word" else "\n").join(parts)
    return old, new


PAIRS = edited() | st.tuples(DOCUMENTS, DOCUMENTS)


class Words(HTMLParser):
    """Reads the text of HTML without a tree: all of it, or all but what stands inside one kind of element."""

    def __init__(self, left_out: str = "") -> None:
        super().__init__()
        self.left_out = left_out
        self.depth = 0
        self.heard: list[str] = []

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        self.depth += tag == self.left_out

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag == self.left_out

    def handle_data(self, data: str) -> None:
        if not self.depth:
            self.heard.append(data)


def words_of(html: str, *, without: str = "") -> str:
    """Give the visible characters of HTML, without white space, which browsers fold in their own ways."""
    reader = Words(without)
    reader.feed(html)
    reader.close()
    return squeezed("".join(reader.heard))


def squeezed(text: str) -> str:
    return re.sub(r"[ \t\n\f\r]+", "", text)


def side(found: Comparison, which: str, sign: str) -> list[str]:
    """Give the texts of the blocks of one document as the spans tell them, in their order."""
    blocks = [block for block in as_record(found)["blocks"] if block[f"{which}_index"] is not None]
    blocks.sort(key=lambda block: block[f"{which}_index"])
    assert [block[f"{which}_index"] for block in blocks] == list(range(len(blocks)))
    return ["".join(text for kind, text in block["spans"] if kind in ("=", sign)) for block in blocks]


def obeys_the_law(old: str, new: str) -> Comparison:
    """Hold the comparison of two renderings against the law, in all its forms."""
    found = compare(old, new)
    for which, sign, html in (("old", "-", old), ("new", "+", new)):
        texts = side(found, which, sign)
        assert texts == [block.text for block in read_document(html).blocks]
        assert squeezed("".join(texts)) == words_of(html)
    column = Page(found).one_column()
    assert words_of(column, without="del") == words_of(new)
    assert words_of(column, without="ins") == words_of(old)
    for form in (column, Page(found).two_columns("A", "B"), Page(found).changes_only()):
        refuse_activity(form)
        assert not re.search(r"<(script|style|iframe|img|form|link|meta)\b", form)
        leads_from_change_to_change(form)
    kept = from_record(json.loads(json.dumps(as_record(found))), old, new)
    assert (kept.places, kept.size) == (found.places, found.size)
    assert as_text(kept) == as_text(found)
    return found


def leads_from_change_to_change(form: str) -> None:
    """See that stops stand in the order of their numbers, and that each link leads to one place."""
    names = re.findall(r' id="([^"]*)"', form)
    stops = [name for name in names if name.startswith("change-")]
    assert stops == [f"change-{number}" for number in range(1, len(stops) + 1)]
    assert len(set(names)) == len(names)
    assert set(re.findall(r' class="(?:way|hop \w+)" href="#([^"]*)"', form)) <= set(names)


@settings(max_examples=1000)
@given(PAIRS)
@example((["a"], ["b"]))
@example((["字"], ["字。"]))
@example((["a\n\na"], ["a"]))
def test_every_pair_of_documents_obeys_the_law(pair: tuple[list[str], list[str]]) -> None:
    old, new = (render_here("\n\n".join(blocks)) for blocks in pair)

    obeys_the_law(old, new)


@settings(max_examples=50)
@given(DOCUMENTS)
def test_a_document_compared_with_itself_is_equal(blocks: list[str]) -> None:
    html = render_here("\n\n".join(blocks))

    found = compare(html, html)

    assert found.size.is_equal
    assert [change.operation for change in found.places] == ["equal"] * len(read_document(html).blocks)


@settings(max_examples=50)
@given(PAIRS)
def test_an_operation_tells_the_truth_about_its_spans(pair: tuple[list[str], list[str]]) -> None:
    old, new = (render_here("\n\n".join(blocks)) for blocks in pair)
    allowed = {"equal": "=", "insert": "+", "delete": "-", "modify": "=-+", "move": "=-+"}

    for block in as_record(compare(old, new))["blocks"]:
        assert all(sign in allowed[block["op"]] and text for sign, text in block["spans"])
        assert (block["old_index"] is None) == (block["op"] == "insert")
        assert (block["new_index"] is None) == (block["op"] == "delete")
        # Two spans of one sign in a row would be one, and what replaces stands behind what it replaces.
        assert all(a[0] != b[0] and (a[0], b[0]) != ("+", "-") for a, b in pairwise(block["spans"]))


@settings(max_examples=200)
@given(st.text(min_size=1, max_size=60), st.text(min_size=1, max_size=60))
def test_no_span_cuts_a_grapheme(old: str, new: str) -> None:
    for change in compare(f"<p>{escape(old)}</p>", f"<p>{escape(new)}</p>").places:
        for which in ("=-", "=+"):
            spans = [text for sign, text in change.spans if sign in which]
            assert [g for text in spans for g in regex.findall(r"\X", text)] == regex.findall(
                r"\X", "".join(spans)
            )


def corpus() -> list[Path | None]:
    """Give the folders of real histories that the environment names, else none in particular."""
    named = os.environ.get("POLICYSITE_CORPUS")
    return [*sorted(path.parent for path in Path(named).glob("*/manifest.csv"))] if named else [None]


@pytest.mark.parametrize("folder", corpus(), ids=lambda path: path.name if path else "the demo's own")
def test_every_pair_of_a_real_history_obeys_the_law(folder: Path | None) -> None:
    demo = Path(__file__).parents[2] / "demo" / "texts"
    files = sorted(folder.glob("*.md") if folder else demo.glob("*/en.md"))
    texts = [render_here(read_body(path)) for path in files]

    for old, new in [*pairwise(texts), (texts[0], texts[-1]), (texts[-1], texts[0])]:
        obeys_the_law(old, new)
