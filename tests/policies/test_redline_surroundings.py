"""The changes alone say what they are about: the sentence that leads to a list, an item, a head."""

import re

import pytest
from lxml import html as lxml_html

from policies.redline import Page, as_letter, as_text, compare
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
