"""The banner on every page."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from .middleware import visit_of
from .selectors import Asked


def asked(request: HttpRequest) -> dict[str, object]:
    """Give what the banner asks of the reader; looked up only where a template shows it."""
    return {"banner": SimpleLazyObject(lambda: banner(request))}


def banner(request: HttpRequest) -> list[Asked]:
    """Give what the banner shows, and note that it was shown."""
    visit = visit_of(request)
    shown = visit.asked
    visit.banner_shown = bool(shown)
    return shown
