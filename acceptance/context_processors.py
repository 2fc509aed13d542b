"""The banner on every page."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from policies.selectors import TextEntry

from .middleware import visit_of
from .selectors import Asked


def asked(request: HttpRequest) -> dict[str, object]:
    """Give what the banner asks of the reader; looked up only where a template shows it."""
    return {"banner": SimpleLazyObject(lambda: banner(request))}


def banner(request: HttpRequest) -> list[tuple[Asked, TextEntry]]:
    """Give what the banner asks, with the text in the reader's language, and note that it was shown."""
    visit = visit_of(request)
    shown = visit.asked
    visit.banner_shown = bool(shown)
    return [(asked, asked.publication.text(get_language() or "")) for asked in shown]
