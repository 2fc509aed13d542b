"""The changes alone say what they are about: the sentence that leads to a list, an item, a head."""

import re

import pytest
from lxml import html as lxml_html

from policies.redline import Page, as_letter, as_text, compare
from policies.redline.surroundings import Surroundings
from policies.rendering import render

pytestmark = pytest.mark.pure

SHARED = """\
## Sharing

We never share with others:

- your address
- your orders
    - what you bought
    - when you bought it
- your letters

Anything else may be shared.
"""
KEPT = """\
| What | Days |
| --- | --- |
| Orders | 30 |
| Visits | 10 |
| Letters | 20 |
"""


def changes(old: str, new: str) -> str:
    """Give the changes alone, as HTML."""
    return Page(compare(render(old), render(new))).changes_only()


def around(html: str) -> list[str]:
    """Give what is shown around the changes, in order."""
    found = lxml_html.fromstring(html).xpath('//*[contains(@class, "around")]')
    return [re.sub(r"\s+", " ", element.text_content()).strip() for element in found]


def test_an_item_that_goes_stands_below_the_sentence_that_leads_to_it() -> None:
    html = changes(SHARED, SHARED.replace("- your letters\n", ""))

    assert around(html) == ["We never share with others:"]
    assert "your address" not in html


def test_an_item_of_an_item_stands_in_it() -> None:
    html = changes(SHARED, SHARED.replace("when you bought it", "when you paid for it"))

    assert around(html) == ["We never share with others:", "your orders"]
    assert lxml_html.fromstring(html).xpath("count(//ul/li/ul/li)") == 1


def test_what_changed_itself_is_not_shown_twice() -> None:
    html = changes(SHARED, SHARED.replace("never", "only").replace("- your letters\n", ""))

    assert around(html) == []
    assert html.count("share with others:") == 1


def test_a_paragraph_behind_a_list_has_nothing_around_it() -> None:
    assert around(changes(SHARED, SHARED.replace("Anything", "Nothing"))) == []


def test_rows_that_changed_have_the_head_of_their_table_once() -> None:
    html = changes(KEPT, KEPT.replace("| 30", "| 60").replace("| 20", "| 5"))

    assert around(html) == ["What Days"]
    assert lxml_html.fromstring(html).xpath("count(//table)") == 1
    assert lxml_html.fromstring(html).xpath("count(//table/tbody/tr)") == 2


def test_a_definition_has_its_term() -> None:
    old = "Order\n:   What you buy.\n\nVisit\n:   What you look at.\n"

    assert around(changes(old, old.replace("look at", "see"))) == ["Visit"]


def test_the_text_and_the_letter_say_it_too() -> None:
    pair = render(SHARED), render(SHARED.replace("- your letters\n", ""))

    assert "\nBelow “We never share with others:”:\nDeleted: your letters\n" in as_text(compare(*pair))
    assert "<em>Below “We never share with others:”:</em></p>\n<p><del>your letters</del></p>" in as_letter(
        compare(*pair)
    )


def test_in_the_text_it_is_said_once_for_all_items() -> None:
    found = as_text(compare(render(SHARED), render(SHARED.replace("- your letters\n", "- all we say\n"))))
    rows = as_text(compare(render(KEPT), render(KEPT.replace("| 30", "| 60").replace("| 20", "| 5"))))

    assert found.count("Below") == 1
    assert rows.count("Below “What | Days”:") == 1


TERMS = """\
Order
:   What you buy.

Purchase
Visit
:   We never:

    - keep it
    - sell it
"""


def test_what_stands_in_a_definition_has_its_terms_and_no_others() -> None:
    html = changes(TERMS, TERMS.replace("buy", "pay for").replace("sell it", "rent it"))

    assert around(html) == ["Order", "Purchase", "Visit", "We never:"]
    assert [element.text_content() for element in lxml_html.fromstring(html).xpath("//dt")] == [
        *("Order", "Purchase", "Visit"),
    ]


NESTED = """\
1. Your account.

    We will never:

    - sell your data
    - read your mail

2. Your orders:

    - shoes

    But we must not:

    - give them away
"""


def test_a_list_in_an_item_has_the_sentence_right_before_it() -> None:
    first = changes(NESTED, NESTED.replace("sell your data", "sell your own data"))
    second = changes(NESTED, NESTED.replace("give them away", "give them all away"))

    assert around(first) == ["Your account.", "We will never:"]
    assert around(second) == ["Your orders:", "But we must not:"]


def test_a_heading_that_ends_with_a_colon_stands_once() -> None:
    html = changes("## We never share:\n\n- names\n- mail", "## We never share:\n\n- names\n- mails")

    assert around(html) == []
    assert html.count("We never share:") == 1


def test_where_all_rows_are_heads_none_of_them_is_around_another() -> None:
    rows = "".join(f"<tr><th>Row {at}</th><th>{at}</th></tr>" for at in range(5))
    old = f"<table>{rows}</table>"

    assert around(Page(compare(old, old.replace("<th>4<", "<th>9<"))).changes_only()) == []


@pytest.mark.parametrize("one", ["<dt>Term {}</dt><dd>What it means.</dd>", "<tr><th>{}</th><th>a</th></tr>"])
def test_what_is_around_is_found_without_going_over_all_that_is_before(one: str) -> None:
    tag = "dl" if one.startswith("<dt") else "table"
    items = [one.format(at) for at in range(4000)]
    old = f"<{tag}>{''.join(items)}</{tag}>"
    new = old.replace("What it means.", "What it says.").replace("<th>a<", "<th>b<")
    found = Surroundings(compare(old, new))
    asked = len(found.places)

    shown = sum(len(found.around(at)) for at in range(asked))

    assert shown <= asked


def test_the_second_definition_of_a_term_has_it_too_and_a_table_its_sentence() -> None:
    terms = "Visit\n:   What you look at.\n:   What you click on.\n"
    table = "We keep for so many days:\n\n" + KEPT

    assert around(changes(terms, terms.replace("click on", "tap on"))) == ["Visit"]
    assert around(changes(table, table.replace("| 30", "| 60"))) == ["We keep for so many days:", "What Days"]
