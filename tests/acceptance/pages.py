"""Read pages as a person does: their words, their links, and the form that they answer."""

from typing import cast

from lxml.html import FormElement, HtmlElement, document_fromstring


def page(content: bytes) -> HtmlElement:
    """Give the tree of an HTML page."""
    return document_fromstring(content.decode())


def folded(element: HtmlElement) -> str:
    """Give the words of an element, white space folded."""
    return " ".join(element.text_content().split())


def heard(change: HtmlElement) -> str:
    """Give a change as it is read aloud: with where it starts and ends, which the style sheet says."""
    return f"{change.get('data-starts')} {folded(change)} {change.get('data-ends')}"


def words(content: bytes) -> str:
    """Give the words between header and footer."""
    return folded(page(content).get_element_by_id("main"))


def banners(content: bytes) -> list[str]:
    """Give the words of each banner above the page."""
    return [folded(banner) for banner in page(content).find_class("banner")]


def alert(content: bytes) -> str:
    """Give the sentence that says why something was not taken; empty where there is none."""
    return " ".join(folded(found) for found in elements(page(content), "//*[@role='alert']"))


def elements(root: HtmlElement, path: str) -> list[HtmlElement]:
    """Give the elements at an XPath."""
    return cast("list[HtmlElement]", root.xpath(path))


def links(content: bytes) -> list[str]:
    """Give the addresses that the main part of the page leads to."""
    return [str(link.get("href")) for link in elements(page(content).get_element_by_id("main"), ".//a")]


def answer_form(content: bytes) -> FormElement:
    """Give the form of the review page."""
    return next(form for form in page(content).forms if "token" in form.fields)


def fields(content: bytes, name: str = "token") -> dict[str, str]:
    """Give what the form with a field `name` sends as it stands: no box ticked, no button pressed."""
    form = next(form for form in page(content).forms if name in form.fields)
    return {str(key): str(value) for key, value in form.form_values()}


def accepting(content: bytes) -> dict[str, str]:
    """Give what the review page sends when its statement is ticked and the button pressed."""
    return fields(content) | {"ticked": "on", "answer": "accept"}


def declining(content: bytes, note: str = "") -> dict[str, str]:
    """Give what the review page sends when the version is declined."""
    return fields(content) | {"answer": "decline", "note": note}
