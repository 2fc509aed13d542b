"""The public comparison: any two versions, in four forms, in any language; what is not there is said."""

from collections.abc import Callable
from itertools import permutations

import pytest
from django.test import Client
from lxml.html import HtmlElement, tostring

from accounts.models import User
from policies.comparisons import Form
from policies.models import Approval, Policy, PolicyVersion
from policies.services import recall_version
from tests.acceptance.pages import elements, folded, page, words
from tests.conftest import NOW

from .conftest import DAY, publish, save
from .test_rendering import ATTACKS, refuse_activity

pytestmark = pytest.mark.look

COMPARE = "/policies/privacy/compare/"
ORDERS = "## Orders\n\nWe keep orders for six years, and nothing else."
CONTACT = "## Contact\n\nWrite to us at any time, and a person answers."
COOKIES = "## Cookies\n\nWe set one cookie, which ends with your visit."
BODIES = [
    f"{ORDERS}\n\n{CONTACT}\n\n{COOKIES}",
    f"{ORDERS.replace('six', 'ten')}\n\n{CONTACT}\n\n{COOKIES}",
    f"{COOKIES}\n\n{ORDERS.replace('six', 'ten')}\n\n{CONTACT}\n\n## Children\n\nOnly adults may buy.",
]
# What holds the comparison in each form.
HOLDERS = {
    Form.COLUMN: "//div[@class='comparison']/div[@class='redline']",
    Form.COLUMNS: "//div[@class='comparison']/table[@class='redline columns']",
    Form.CHANGES: "//div[@class='comparison']/div[@class='redline clauses']",
    Form.TEXT: "//pre[@class='as-text']",
}
NOTES = "//p[@class='message']"
GERMAN = {"accept-language": "de"}


@pytest.fixture
def release(make_version: Callable[..., PolicyVersion]) -> Callable[..., PolicyVersion]:
    """Give a hand that publishes the next version of the privacy policy, a day after the one before."""
    days = iter(range(1, 100))

    def next_version(**bodies: str) -> PolicyVersion:
        at = NOW + next(days) * DAY
        return make_version(bodies=bodies, published_at=at, effective_at=at + 31 * DAY)

    return next_version


@pytest.fixture
def three(release: Callable[..., PolicyVersion]) -> list[PolicyVersion]:
    """Give three versions: a number changed, then a clause moved and another was added."""
    return [release(en=body) for body in BODIES]


def shown(content: bytes, form: Form) -> HtmlElement:
    """Give the comparison that a page shows, which it holds once and in no other form."""
    tree = page(content)
    found = {each: elements(tree, holder) for each, holder in HOLDERS.items()}
    assert [each for each, holders in found.items() if holders] == [form]
    [only] = found[form]
    return only


def size(content: bytes) -> str:
    """Give the sentence that says how much changed."""
    [sentence] = elements(page(content), "//p[@class='size']")
    return folded(sentence)


def not_found(client: Client, address: str) -> str:
    """Open a page that is not there, and give what it says."""
    response = client.get(address)
    assert response.status_code == 404, address
    return words(response.content)


@pytest.mark.parametrize("form", Form)
def test_any_two_versions_are_compared_in_any_form_and_direction(
    client: Client, three: list[PolicyVersion], form: Form
) -> None:
    for old, new in permutations((1, 2, 3), 2):
        response = client.get(f"{COMPARE}{old}...{new}/", {"form": form})

        assert response.status_code == 200
        seen = folded(shown(response.content, form))
        assert f"What changes from version {old} to version {new}." in words(response.content)
        assert ("ten" in seen) == (1 in (old, new) or form in {Form.COLUMN, Form.COLUMNS})
        assert ("Children" in seen) == (3 in (old, new))


def test_a_version_is_the_same_as_itself_in_any_form(client: Client, three: list[PolicyVersion]) -> None:
    for form in Form:
        response = client.get(f"{COMPARE}2...2/", {"form": form})

        assert response.status_code == 200
        assert size(response.content) == "No change."
        assert elements(page(response.content), "//*[@class='comparison'] | //pre | //del | //ins") == []


def test_one_column_is_shown_unless_another_form_is_asked_for(
    client: Client, three: list[PolicyVersion]
) -> None:
    response = client.get(f"{COMPARE}1...2/")

    shown(response.content, Form.COLUMN)
    assert size(response.content) == "1 of 3 clauses changed, 1 word added, 1 removed."
    changes = elements(page(response.content), "//del | //ins")
    assert [(change.tag, folded(change)) for change in changes] == [("del", "six"), ("ins", "ten")]
    [risk] = elements(page(response.content), "//*[@class='closely']//li")
    assert folded(risk) == "six years → ten years Orders"


def test_each_form_leads_to_the_others_and_keeps_the_language(
    client: Client, release: Callable[..., PolicyVersion]
) -> None:
    for number in (1, 2):
        release(en=f"Keep {number}.", de=f"Behalte {number}.")

    response = client.get(f"{COMPARE}1...2/?form=changes&language=de")

    links = elements(page(response.content), "//nav[@class='forms']//a")
    assert [link.get("href") for link in links] == [f"?form={form}&language=de" for form in Form]
    assert [link.get("href") for link in links if link.get("aria-current")] == ["?form=changes&language=de"]
    for link in links:
        assert client.get(f"{COMPARE}1...2/{link.get('href')}").status_code == 200


def test_every_risky_change_leads_to_its_place(client: Client, three: list[PolicyVersion]) -> None:
    for form in (Form.COLUMN, Form.COLUMNS, Form.CHANGES):
        tree = page(client.get(f"{COMPARE}1...3/", {"form": form}).content)
        targets = {link.get("href") for link in elements(tree, "//*[@class='closely']//a")}
        names = [element.get("id") for element in elements(tree, "//*[@id]")]

        assert targets
        assert targets <= {f"#{name}" for name in names}
        assert len(names) == len(set(names))


def test_an_unknown_form_is_not_found_and_the_choices_are_named(
    client: Client, three: list[PolicyVersion]
) -> None:
    for form in ("", "spiral", "COLUMN", "column,text", "<b>"):
        said = not_found(client, f"{COMPARE}1...2/?form={form}")

        assert f"There is no form “{form}”. Choose one of: column, columns, changes, text." in said


def test_an_unknown_version_is_not_found(client: Client, three: list[PolicyVersion]) -> None:
    for pair, missing in {"0...1": 0, "1...0": 0, "4...1": 4, "1...4": 4, f"1...{10**30}": 10**30}.items():
        assert f"This policy has no version {missing}." in not_found(client, f"{COMPARE}{pair}/")


def test_an_unknown_language_is_not_found_and_the_choices_are_named(
    client: Client, release: Callable[..., PolicyVersion]
) -> None:
    release(en="One.", de="Eins.")
    release(en="Two.", de="Zwei.")

    said = not_found(client, f"{COMPARE}1...2/?language=it")

    assert "There is no text in “it”. Choose one of: de, en." in said


def test_a_language_of_the_site_in_which_there_is_no_text_leads_to_the_text_that_there_is(
    client: Client, three: list[PolicyVersion]
) -> None:
    for place in (f"{COMPARE}1...2/", "/policies/privacy/", "/policies/privacy/versions/2/"):
        response = client.get(f"{place}?language=de")

        assert response.status_code == 200
        assert "We keep orders for" in words(response.content)


def test_a_comparison_with_a_version_that_was_recalled_says_so(
    client: Client, three: list[PolicyVersion], approver: User
) -> None:
    recall_version(version_id=three[2].pk, reason="A mistake.", recalled_by=approver, now=NOW + 4 * DAY)

    about_it, about_others = (client.get(f"{COMPARE}{pair}/").content for pair in ("2...3", "1...2"))

    assert "Version 3 was recalled March 6, 2026" in words(about_it)
    assert "What it says does not apply." in words(about_it)
    assert "was recalled" not in words(about_others)
    for place in ("", "3/"):
        listed = words(client.get(f"/policies/privacy/versions/{place}").content)
        assert "it would have been in force from April 5, 2026" in listed


def test_the_picker_leads_to_the_comparison(client: Client, three: list[PolicyVersion]) -> None:
    form = next(form for form in page(client.get(f"{COMPARE}1...2/").content).forms if "old" in form.fields)

    response = client.get(str(form.action), dict(form.form_values()) | {"new": "3"})

    assert [folded(option) for option in elements(form, ".//select[@name='old']/option")] == ["1", "2", "3"]
    assert dict(form.form_values()) == {"old": "1", "new": "2"}
    assert (response.status_code, response.headers["Location"]) == (302, f"{COMPARE}1...3/")
    assert client.get(response.headers["Location"]).status_code == 200


def test_the_picker_keeps_the_form_and_the_language(client: Client, three: list[PolicyVersion]) -> None:
    content = client.get(f"{COMPARE}1...2/?form=text&language=en").content
    form = next(form for form in page(content).forms if "old" in form.fields)

    response = client.get(str(form.action), dict(form.form_values()) | {"new": "3"})

    assert response.headers["Location"] == f"{COMPARE}1...3/?form=text&language=en"


def test_the_picker_asks_for_numbers(client: Client, three: list[PolicyVersion]) -> None:
    for query in ("", "old=1", "new=1", "old=1&new=", "old=one&new=2", "old=1.5&new=2", "old=²&new=2"):
        assert "Choose two versions by their numbers." in not_found(client, f"{COMPARE}?{query}")


def test_the_picker_leads_to_no_version_that_is_not_there(client: Client, three: list[PolicyVersion]) -> None:
    for query in ("old=1&new=9", "old=-1&new=2", "old=1&new=0"):
        assert "This policy has no version" in not_found(client, f"{COMPARE}?{query}")


def test_a_language_can_be_asked_for_in_the_address(
    client: Client, release: Callable[..., PolicyVersion]
) -> None:
    release(en="We keep orders for six years.", de="Wir behalten Bestellungen sechs Jahre lang.")
    release(en="We keep orders for ten years.", de="Wir behalten Bestellungen zehn Jahre lang.")

    response = client.get(f"{COMPARE}1...2/?language=de")

    [held] = elements(page(response.content), "//div[@class='comparison']")
    assert held.get("lang") == "de"
    assert [folded(change) for change in elements(held, ".//del | .//ins")] == ["sechs", "zehn"]


def test_it_is_said_that_the_older_version_has_no_text_in_the_language(
    client: Client, make_policy: Callable[..., Policy], release: Callable[..., PolicyVersion]
) -> None:
    make_policy(default_language="de")
    release(de="Eins.")
    release(en="Two.", de="Zwei.")

    english = client.get(f"{COMPARE}1...2/?language=en").content
    german = client.get(f"{COMPARE}1...2/?language=de").content

    said = [[folded(note) for note in elements(page(found), NOTES)] for found in (english, german)]
    assert said == [
        ["The older version has no text in this language, so the comparison is with another language."],
        [],
    ]


def test_a_reader_of_a_language_that_only_one_version_has_sees_two_texts_in_the_other(
    client: Client, release: Callable[..., PolicyVersion]
) -> None:
    release(en="We keep orders for six years.")
    release(en="We keep orders for ten years.", de="Wir behalten Bestellungen zehn Jahre lang.")

    content = client.get(f"{COMPARE}2...1/", headers=GERMAN).content

    [held] = elements(page(content), "//div[@class='comparison']")
    assert held.get("lang") == "en"
    assert [folded(change) for change in elements(held, ".//del | .//ins")] == ["ten", "six"]


def test_a_title_that_changed_is_shown_as_text(
    *,
    client: Client,
    first: PolicyVersion,
    make_draft: Callable[..., PolicyVersion],
    approve: Callable[..., Approval],
    approver: User,
) -> None:
    draft = make_draft(bodies={"en": "Two.", "de": "Zwei."})
    save(draft, title="Privacy & <b>more</b>", summary="A new title.", body="Two.")
    approve(draft)
    publish(draft, approver)

    content = client.get(f"{COMPARE}1...2/").content

    notes = [folded(note) for note in elements(page(content), NOTES)]
    assert "The title changed from “Privacy policy” to “Privacy & <b>more</b>”." in notes


def test_a_title_alone_that_changed_is_not_called_no_change(
    *,
    client: Client,
    first: PolicyVersion,
    make_draft: Callable[..., PolicyVersion],
    approve: Callable[..., Approval],
    approver: User,
) -> None:
    draft = make_draft(bodies={text.language: text.body for text in first.texts.all()})
    save(draft, title="Privacy notice", summary="A new title.", body=first.texts.get(language="en").body)
    approve(draft)
    publish(draft, approver)

    found = page(client.get(f"{COMPARE}1...2/").content)

    assert [folded(line) for line in elements(found, ".//p[@class='size']")] == [
        "Below its title the text is the same."
    ]


def test_a_row_keeps_its_cells_where_words_change_on_both_sides_of_their_border(
    client: Client, release: Callable[..., PolicyVersion]
) -> None:
    release(en="| What | Days |\n|---|---|\n| Visits to the shop | 30 days |")
    release(en="| What | Days |\n|---|---|\n| Visits to our house | 60 weeks |")

    content = client.get(f"{COMPARE}1...2/").content

    [row] = elements(page(content), "//tr[td]")
    assert [folded(cell) for cell in row] == ["Visits to the shopour house", "30 days60 weeks"]


def test_no_form_holds_anything_that_the_policy_of_content_forbids(
    client: Client, release: Callable[..., PolicyVersion]
) -> None:
    release(en=f"{ORDERS}\n\n" + "\n\n".join(ATTACKS[::2]))
    release(en=f"{ORDERS.replace('six', 'ten')}\n\n" + "\n\n".join(reversed(ATTACKS)))

    for form in Form:
        response = client.get(f"{COMPARE}1...2/", {"form": form})

        tree = page(response.content)
        refuse_activity(tostring(shown(response.content, form), encoding="unicode"))
        assert elements(tree, "//style | //*[@style] | //@*[starts-with(name(), 'on')]") == []
        assert elements(tree, "//script[not(@src)]") == []
        assert "'unsafe" not in response.headers["Content-Security-Policy"]
