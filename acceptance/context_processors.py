"""The banner on every page."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from policies.selectors import TextEntry

from .middleware import visit_of
from .selectors import Asked, Deemed, News


def asked(request: HttpRequest) -> dict[str, object]:
    """Give what the banner asks of the reader and tells them; looked up only where a template shows it."""
    return {
        "banner": SimpleLazyObject(lambda: banner(request)),
        "news": SimpleLazyObject(lambda: news(request)),
        "counted": SimpleLazyObject(lambda: counted(request)),
    }


def banner(request: HttpRequest) -> list[tuple[Asked, TextEntry]]:
    """Give what the banner asks, with the text in the reader's language, and note that it was shown."""
    visit = visit_of(request)
    shown = visit.asked
    visit.banner_shown |= bool(shown)
    return [(asked, asked.publication.text(get_language() or "")) for asked in shown]


def news(request: HttpRequest) -> list[tuple[News, TextEntry]]:
    """Give the versions of which the banner tells, with their texts in the reader's language, and note it."""
    visit = visit_of(request)
    visit.banner_shown |= bool(visit.news)
    return [(told, told.publication.text(get_language() or "")) for told in visit.news]


def counted(request: HttpRequest) -> list[tuple[Deemed, TextEntry]]:
    """Give the versions that count as accepted since a few days, with their texts for the reader."""
    return [(found, found.publication.text(get_language() or "")) for found in visit_of(request).counted]
