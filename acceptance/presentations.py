"""The words on which people act: the pages show these strings, and the act records them."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property, lru_cache
from typing import Any, cast

import rfc8785
from django.conf import settings
from django.template.backends.django import Template
from django.template.loader import get_template
from django.utils import translation
from django.utils.translation import gettext as _

from policies.models import Assent
from policies.selectors import TextEntry

from .models import AcceptedBy, ActKind, Surface

TEMPLATES = {
    Surface.REVIEW_PAGE: ("acceptance/review.html", "acceptance/_answer.html"),
    Surface.WITHDRAWAL_PAGE: ("acceptance/withdrawal.html",),
    Surface.DESK: ("desk/act_for.html",),
}


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
    consequences: tuple[str, ...] = ()
    # What stands above the changes since the version that the person accepted last.
    changes: str = ""

    @property
    def wording(self) -> dict[str, str]:
        """The words alone, as they are kept; only the review page lets decline and says what follows."""
        words = {
            "changes": self.changes,
            "statement": self.statement,
            "accept_button": self.accept_button,
            "decline_button": self.decline_button,
            "consequences": " ".join(self.consequences),
        }
        return {name: said for name, said in words.items() if said}

    @cached_property
    def sha256(self) -> str:
        """The digest over all of it."""
        return digest_of(self.surface, self.language, self.wording, self.markup, self.release)


def digest_of(surface: str, language: str, wording: Mapping[str, str], markup: str, release: str) -> str:
    """Give the digest of what a surface showed: SHA-256 over all of it in RFC 8785 form."""
    parts: dict[str, Any] = {
        "surface": surface,
        "language": language,
        "wording": dict(wording),
        "markup": markup,
        "release": release,
    }
    return hashlib.sha256(rfc8785.dumps(parts)).hexdigest()


class Silence(Enum):
    """What it leads to that a person answers nothing."""

    STAYS = "stays"
    COUNTED = "counted"
    COUNTS = "counts"
    ASKS_ON = "asks_on"
    NOTHING = "nothing"


def review_page(
    text: TextEntry, number: int, *, assent: str, silence: Silence, last: tuple[int, str] | None
) -> Shown:
    """Give what the review page shows for a `text` of version `number`, in its language.

    `last` is the version since which it shows the changes, and how the person accepted that one, as
    `AcceptedBy` names it.
    """
    names = {"title": text.title, "number": number}
    with translation.override(text.language):
        if assent == Assent.AGREE:
            statement = _("I have read version %(number)d of “%(title)s” and I agree to it.") % names
            accept = _("Agree")
        else:
            statement = _("I have seen version %(number)d of “%(title)s” and what it changes.") % names
            accept = _("Acknowledge")
        decline = _("Decline")
        consequences = tuple(consequences_of(assent, silence))
        changes = changes_since(*last) if last else ""
    shown = shown_on(Surface.REVIEW_PAGE, text.language, statement, accept, decline)
    return replace(shown, consequences=consequences, changes=changes)


def changes_since(number: int, by: str) -> str:
    """Say since which version the changes are shown, in the language that is active."""
    if by == AcceptedBy.AGREED:
        heading = _("What changes since version %(number)d, to which you agreed")
    elif by == AcceptedBy.ACKNOWLEDGED:
        heading = _("What changes since version %(number)d, which you acknowledged")
    else:
        heading = _("What changes since version %(number)d, which you accepted")
    return heading % {"number": number}


def consequences_of(assent: str, silence: Silence) -> Iterator[str]:
    """Say what a no and no answer at all lead to, in the language that is active."""
    if assent == Assent.AGREE:
        yield _(
            "If you decline, this version does not apply to you, and the shop asks for your agreement"
            " before you can go on."
        )
    else:
        yield _(
            "If you decline, we record it. The version applies to you all the same: it asks for no agreement."
        )
    sentences = {
        Silence.STAYS: _("If you do nothing, your answer stays as it is."),
        Silence.COUNTED: _("If you do nothing, what counts as accepted stays so."),
        Silence.COUNTS: _(
            "If you do nothing and go on using the shop once the version is in force for you, this counts"
            " as acceptance."
        ),
        Silence.ASKS_ON: _(
            "If you do nothing, nothing counts as accepted, and in the end the shop asks for your answer"
            " before you can go on."
        ),
    }
    if silence in sentences:
        yield sentences[silence]
    yield _("You can change your answer at any time.")


def withdrawal_page(*, title: str, number: int, language: str, by: str) -> Shown:
    """Give what the page shows on which a person withdraws, in `language`.

    `by` is how they accepted the version, as `AcceptedBy` names it.
    """
    names = {"title": title, "number": number}
    with translation.override(language):
        if by == AcceptedBy.AGREED:
            statement = _(
                "I withdraw my agreement to version %(number)d of “%(title)s” and to every version before it."
            )
        elif by == AcceptedBy.ACKNOWLEDGED:
            statement = _(
                "I withdraw my acknowledgement of version %(number)d of “%(title)s”"
                " and of every version before it."
            )
        else:
            statement = _(
                "I withdraw my acceptance of version %(number)d of “%(title)s”"
                " and of every version before it."
            )
        button = _("Withdraw")
    return shown_on(Surface.WITHDRAWAL_PAGE, language, statement % names, button)


def desk_entry(*, kind: str, title: str, number: int, language: str) -> Shown:
    """Give what whoever enters the answer of another person says at the desk, in `language`."""
    with translation.override(language):
        statement = _(
            "I have an answer of this person, or of whoever may answer for them,"
            " to version %(number)d of “%(title)s”: %(kind)s."
        ) % {"title": title, "number": number, "kind": ActKind(kind).label}
        button = _("Record")
    return shown_on(Surface.DESK, language, statement, button)


def shown_on(surface: Surface, language: str, statement: str, accept: str, decline: str = "") -> Shown:
    """Give the words on a surface, with the digest of its markup and the release that shows it."""
    return Shown(surface, language, statement, accept, decline, markup(surface), settings.RELEASE)


@lru_cache(maxsize=len(TEMPLATES))
def markup(surface: Surface) -> str:
    """Give the digest of the templates that a surface is made of."""
    templates = (cast("Template", get_template(name)) for name in TEMPLATES[surface])
    sources = (template.template.source for template in templates)
    return hashlib.sha256("\0".join(sources).encode()).hexdigest()
