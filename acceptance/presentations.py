"""The words on which people act: the review page shows these strings, and the act records them."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import rfc8785
from django.conf import settings
from django.template.backends.django import Template
from django.template.loader import get_template
from django.utils import translation
from django.utils.translation import gettext as _

from policies.models import Assent

from .models import Surface

REVIEW_TEMPLATES = ("acceptance/review.html", "acceptance/_answer.html")


@dataclass(frozen=True)
class Shown:
    """Statement, buttons and markup of a surface, as one person saw them in one language."""

    surface: str
    language: str
    statement: str
    accept_button: str
    decline_button: str
    markup: str
    release: str

    @property
    def wording(self) -> dict[str, str]:
        """The words alone, as they are kept."""
        return {
            "statement": self.statement,
            "accept_button": self.accept_button,
            "decline_button": self.decline_button,
        }

    @property
    def sha256(self) -> str:
        """The digest over all of it, in RFC 8785 form."""
        parts: dict[str, Any] = {
            "surface": self.surface,
            "language": self.language,
            "wording": self.wording,
            "markup": self.markup,
            "release": self.release,
        }
        return hashlib.sha256(rfc8785.dumps(parts)).hexdigest()


def review_page(*, assent: str, title: str, number: int, language: str) -> Shown:
    """Give what the review page shows for version `number` of the policy `title`, in `language`."""
    names = {"title": title, "number": number}
    with translation.override(language):
        if assent == Assent.AGREE:
            statement = _("I have read version %(number)d of “%(title)s” and I agree to it.") % names
            accept = _("Agree")
        else:
            statement = _("I have seen version %(number)d of “%(title)s” and what it changes.") % names
            accept = _("Acknowledge")
        decline = _("Decline")
    return Shown(Surface.REVIEW_PAGE, language, statement, accept, decline, review_markup(), settings.RELEASE)


@lru_cache(maxsize=1)
def review_markup() -> str:
    """Give the digest of the templates that the review page is made of."""
    templates = (cast("Template", get_template(name)) for name in REVIEW_TEMPLATES)
    sources = (template.template.source for template in templates)
    return hashlib.sha256("\0".join(sources).encode()).hexdigest()
