"""Build the letters of a campaign: laid out once per language, then filled in for each person."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from typing import cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, SafeMIMEMultipart
from django.core.mail.message import sanitize_address
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import formats, timezone, translation
from django.utils.html import escape
from django.utils.translation import gettext as _
from premailer import Premailer

from accounts.models import User
from policies.comparisons import Form, Reading, published, reading
from policies.models import Assent, PolicyText
from policies.selectors import Demand, Publication, Register, RuleBook, TextEntry

from .models import Notice

# Plain ASCII, because premailer encodes braces inside links.
EFFECTIVE, ASKED = "@@EFFECTIVE@@", "@@ASKED@@"
# Longer changes are linked and not written out: mail programs cut long letters short.
INLINED = 20_000
NAMESPACE = uuid.UUID("6f1c2c86-6f6e-4e55-9d0f-6a1d1f6e7c11")


@dataclass(frozen=True)
class Letter:
    """What is the same for everyone who reads one language: with markers where people differ."""

    subject: str
    text: str
    html: str
    attachment_name: str
    attachment: bytes


class Letters:
    """The letters of one version, built when the first person of a language needs one."""

    def __init__(self, publication: Publication, register: Register, rules: RuleBook) -> None:
        self.publication = publication
        self.register = register
        self.rules = rules
        self.built: dict[str, Letter] = {}

    def message_for(self, notice: Notice) -> bytes:
        """Give the whole message for one notice, as it goes over the wire (RFC 5322, CRLF)."""
        person = notice.user
        if person is None:
            raise ValueError("A notice without a person is never sent.")
        language = self.language_for(person)
        letter = self.letter(language)
        demand = self.rules.demand(self.publication.kind, self.publication.change_class, person.country)
        with translation.override(language):
            effective = moment_in_words(self.publication.effective_at, person.time_zone)
            asked = what_is_asked(demand)
        message = EmailMultiAlternatives(
            subject=letter.subject,
            body=letter.text.replace(EFFECTIVE, effective).replace(ASKED, asked),
            from_email=settings.DEFAULT_FROM_EMAIL,
            to=[person.email],
            headers={
                "Message-ID": notice.message_id,
                "Date": format_datetime(notice.armed_at or self.publication.published_at),
                "Auto-Submitted": "auto-generated",
                "Content-Language": language,
            },
        )
        html = letter.html.replace(EFFECTIVE, escape(effective)).replace(ASKED, escape(asked))
        message.attach_alternative(html, "text/html")
        message.attach(letter.attachment_name, letter.attachment, "text/markdown")
        wire = cast("SafeMIMEMultipart", message.message())
        return wire.as_bytes(linesep="\r\n")

    def language_for(self, person: User) -> str:
        """Give the language in which a person is written to: their own, where the version has it."""
        return self.publication.text(person.language).language

    def letter(self, language: str) -> Letter:
        """Give the letter in `language`, built and inlined when it is first asked for."""
        if language not in self.built:
            self.built[language] = build_letter(self.publication, self.register, language)
        return self.built[language]

    @staticmethod
    def message_id(notice: Notice) -> str:
        """Give the Message-ID of a notice: the same at every attempt, so that a copy shows as one."""
        name = f"{notice.campaign_id}/{notice.user_id}/{notice.wave}/{notice.channel}"
        host = sender_address().partition("@")[2]
        return f"<{uuid.uuid5(NAMESPACE, name)}@{host}>"


def build_letter(publication: Publication, register: Register, language: str) -> Letter:
    """Render the three templates and inline the styles, without asking the network for anything."""
    text = publication.text(language)
    before = register.before(publication)
    changed = change_between(before, text) if before else None
    address: list[str | int] = [publication.slug]
    with translation.override(language):
        context = {
            "entry": publication,
            "text": text,
            "before": before,
            "summary": changed.summary if changed else None,
            "changes": changed.content if changed and len(changed.content) <= INLINED else "",
            "effective": EFFECTIVE,
            "asked": ASKED,
            "day": formats.date_format(timezone.localtime(publication.effective_at), "DATE_FORMAT"),
            "site_name": settings.SITE_NAME,
            "contact_email": settings.CONTACT_EMAIL,
            "review_url": link("acceptance:review", address, language),
            "text_url": link("policies:version", [*address, publication.number], language),
            "compare_url": link("policies:compare", [*address, before.number, publication.number], language)
            if before
            else "",
        }
        subject = render_to_string("notices/change/subject.txt", context).strip()
        plain = render_to_string("notices/change/body.txt", context)
        html = inline(render_to_string("notices/change/body.html", context))
    for marker in (EFFECTIVE, ASKED):
        if plain.count(marker) != 1 or html.count(marker) != 1:
            raise ValueError(f"The notice's templates must hold {marker} once each.")
    body = PolicyText.objects.values_list("body", flat=True).get(pk=text.text_id)
    name = f"{publication.slug}-{publication.number}-{language}.md"
    return Letter(subject, plain, html, name, f"# {text.title}\n\n{body}".encode())


def change_between(before: Publication, text: TextEntry) -> Reading:
    """Give the changes against the version before as plain text, in the language that is active."""
    return reading(published(before.text(text.language)), published(text), Form.TEXT)


def link(view: str, arguments: list[str | int], language: str) -> str:
    """Give the full address of a page in `language`. It only navigates: nothing in it can act."""
    return f"{settings.SITE_URL}{reverse(view, args=arguments)}?language={language}"


@lru_cache(maxsize=64)
def inline(html: str) -> str:
    """Move the styles of `html` into its elements, for mail programs that drop style sheets.

    It takes a quarter of a second, so it is done once per letter, not once per chunk.
    """
    return "<!doctype html>\n" + str(
        Premailer(
            html,
            allow_network=False,
            disable_validation=True,
            keep_style_tags=True,
            strip_important=False,
            cssutils_logging_level="CRITICAL",
        ).transform()
    )


def moment_in_words(moment: datetime, zone: str) -> str:
    """Give an instant in the reader's zone, with its name."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{formats.date_format(local, 'DATETIME_FORMAT')} {local.tzname()}"


def what_is_asked(demand: Demand) -> str:
    """Say what a person can do, and what happens if they do nothing."""
    if demand.assent == Assent.AGREE:
        return _(
            "We ask you to agree. If you do nothing, nothing counts as agreed, and we shall ask you again."
        )
    if demand.assent == Assent.ACKNOWLEDGE and demand.is_deemed_by_use:
        return _(
            "We ask you to acknowledge it. If you do nothing and go on using the shop after that moment,"
            " this counts as acceptance. You can also decline."
        )
    if demand.assent == Assent.ACKNOWLEDGE:
        return _(
            "We ask you to acknowledge it. If you do nothing, nothing counts as accepted, and we shall"
            " remind you on the site. You can also decline."
        )
    return _("You need not do anything.")


def sender_address() -> str:
    """Give the envelope sender (RFC 5321), its domain in ASCII."""
    return sanitize_address(parseaddr(settings.DEFAULT_FROM_EMAIL)[1], "utf-8")
