"""Two columns: the old text on the left and the new one on the right, each as it is."""

import pytest
from lxml import html as lxml_html

from policies.redline import Comparison, Page, compare
from policies.rendering import render

pytestmark = pytest.mark.pure

OLD = "We must keep orders for 6 years.\n\nWrite to us."
NEW = "We must keep orders for 10 years.\n\nWrite to us.\n\nOr call us."


@pytest.fixture
def found() -> Comparison:
    """Give a comparison of two texts with a changed block and a new one."""
    return compared(OLD, NEW)


def compared(old: str, new: str) -> Comparison:
    """Compare two texts in Markdown."""
    return compare(render(old), render(new))


def test_two_columns_show_the_old_text_left_and_the_new_one_right(found: Comparison) -> None:
    table = lxml_html.fromstring(Page(found).two_columns("Version 1", "Version 2"))

    assert [head.text for head in table.xpath("./thead/tr/th[@scope='col']")] == ["Version 1", "Version 2"]
    row = table.xpath("./tbody/tr")[0]
    assert row.get("class") == "modify"
    assert [cell.text_content().strip() for cell in row] == [
        "We must keep orders for 6 years.",
        "We must keep orders for 10 years.",
    ]
    assert [cell.get("data-label") for cell in row] == ["Version 1", "Version 2"]
    assert not row[0].xpath(".//ins")
    assert not row[1].xpath(".//del")


@pytest.mark.parametrize(
    ("old", "new", "was", "now"),
    [
        ("We **keep** orders.", "We keep *all* orders.", ["strong"], ["em"]),
        ("See [this](https://a.example).", "See [this](https://b.example).", ["a"], ["a"]),
        (
            "<table><tr><th>Kept</th></tr></table>",
            "<table><tr><td>Kept</td></tr></table>",
            ["table", "tr", "th"],
            ["table", "tr", "td"],
        ),
    ],
)
def test_each_column_shows_the_markup_of_its_own_text(
    old: str, new: str, was: list[str], now: list[str]
) -> None:
    (row,) = lxml_html.fromstring(Page(compared(old, new)).two_columns("A", "B")).xpath("./tbody/tr")

    left, right = ([step.tag for step in cell[0].iter() if step.tag in {*was, *now}] for cell in row)
    assert (left, right) == (was, now)
    assert row[0].xpath("string(.//a/@href)") in ("", "https://a.example")


def test_what_is_only_in_one_text_leaves_the_other_column_empty(found: Comparison) -> None:
    (*_rest, last) = lxml_html.fromstring(Page(found).two_columns("A", "B")).xpath("./tbody/tr")

    assert [cell.text_content().strip() for cell in last] == ["", "Or call us."]
    assert last[0].get("data-label") is None


def test_names_of_versions_are_escaped(found: Comparison) -> None:
    html = Page(found).two_columns('<b>"1"', "2")

    assert "<b>" not in html
    assert 'data-label="&lt;b&gt;&quot;1&quot;"' in html
