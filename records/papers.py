"""The papers of a pack: the report as HTML and as PDF, comparisons, and what is to be read beside them."""

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from policies.comparisons import Form, Source, reading


def paper(template: str, **context: Any) -> bytes:
    """Give a page or a plain text that stands by itself: whoever opens it fetches nothing."""
    return render_to_string(f"records/{template}", known() | context).encode()


def as_json(value: object) -> bytes:
    """Give what a program reads, laid out so that a person can."""
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def known() -> dict[str, Any]:
    """Give what every paper may name."""
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "contact_email": settings.CONTACT_EMAIL,
        "release": settings.RELEASE,
        "language": get_language(),
    }


def comparison_page(old: Source, new: Source, heading: str) -> bytes:
    """Give the changes between two texts, in one column."""
    found = reading(old, new, Form.COLUMN)
    # The comparison writes sanitised HTML.
    content = mark_safe(found.content)  # noqa: S308 - see above
    return paper("comparison.html", heading=heading, language=new.language, reading=found, content=content)


def as_pdf(html: bytes, identifier: str) -> bytes | None:
    """Give a page as a tagged PDF (PDF/UA-1); None where the machine lacks Pango, which draws the letters."""
    try:
        # It looks for the system's libraries as soon as it is imported.
        from weasyprint import HTML  # noqa: PLC0415 - see above
    except OSError:
        return None
    made: bytes = HTML(string=html.decode(), url_fetcher=refuse).write_pdf(
        pdf_variant="pdf/ua-1", pdf_identifier=identifier.encode()
    )
    return made


def refuse(address: str, *_args: Any, **_options: Any) -> Mapping[str, Any]:
    """Fetch nothing: a paper is made of what is in it."""
    raise ValueError(f"A paper is made without the network, and so without {address}.")
