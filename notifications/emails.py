"""Build the letters of a campaign: laid out once for all who read the same, filled in for each person."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime, parseaddr
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail.message import sanitize_address
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import formats, translation
from django.utils.html import escape
from django.utils.translation import gettext as _
from premailer import Premailer

from acceptance.tokens import reminders_token
from policies.comparisons import Form, Reading, published, reading
from policies.models import Assent, PolicyText
from policies.selectors import Demand, Publication, Register, RuleBook, TextEntry

from .addresses import mailbox
from .models import REMINDERS, Campaign, Letter, Notice
from .wire import Skeleton, header_place, lay_out

# Stands in the templates where people differ. Plain ASCII, because premailer encodes braces in links.
EFFECTIVE, ASKED, DEADLINE, STOP = "@@EFFECTIVE@@", "@@ASKED@@", "@@DEADLINE@@", "@@STOP@@"
# Longer changes are linked and not written out: mail programs cut long letters short.
INLINED = 20_000
NAMESPACE = uuid.UUID("6f1c2c86-6f6e-4e55-9d0f-6a1d1f6e7c11")


@dataclass(frozen=True)
class Person:
    """Who a notice is for, as far as it matters for the letter, and the notice's key."""

    notice_id: int
    user_id: int
    email: str
    language: str
    country: str
    time_zone: str


@dataclass(frozen=True)
class TimeLeft:
    """How long a reader has to answer, for a reminder: whole days in their zone, below 0 when it is over."""

    is_in_force: bool
    days: int
    until: str


@dataclass(frozen=True)
class Addressed:
    """A letter for one person: which one it is, and what stands in its places."""

    person: Person
    letter_id: int
    skeleton: Skeleton
    language: str
    message_id: str
    variables: dict[str, str]

    def message(self, armed_at: datetime) -> bytes:
        """Give the whole message as it goes over the wire (RFC 5322, CRLF)."""
        return self.skeleton.fill(values(self.person.email, self.message_id, armed_at, self.variables))


class Letters:
    """The letters of one campaign in one wave, each built when the first person needs it."""

    def __init__(
        self, campaign: Campaign, wave: str, publication: Publication, register: Register, rules: RuleBook
    ) -> None:
        self.campaign, self.wave = campaign, wave
        self.publication, self.register, self.rules = publication, register, rules
        self.built: dict[tuple[str, str, str, TimeLeft | None], tuple[int, Skeleton]] = {}
        self.letters: dict[tuple[str, str, str], Addressed] = {}
        self.host = sender_address().partition("@")[2]

    def addressed_to(self, person: Person, *, now: datetime) -> Addressed:
        """Give the letter for `person` at `now`, from which a reminder counts the days that are left.

        Raises what goes wrong with a template, or with their record.
        """
        place = (person.language, person.country, person.time_zone)
        letter = self.letters.get(place)
        # Everyone of one place is written the same, but for the link of their own in a reminder.
        if letter is None or self.wave in REMINDERS:
            letter = self.letters[place] = self.write_to(person, now)
        return replace(letter, person=person, message_id=self.message_id(person))

    def write_to(self, person: Person, now: datetime) -> Addressed:
        """Give the letter for `person`, which is that for everyone of the same place."""
        language = self.publication.text(person.language).language
        demand = self.demand_of(person)
        with translation.override(language):
            local = self.publication.effective_at.astimezone(ZoneInfo(person.time_zone))
            variables, left = {"effective": moment_in_words(local)}, None
            if self.wave in REMINDERS:
                deadline = deadline_of(self.publication, demand, now).astimezone(local.tzinfo)
                left = time_left(deadline, now, is_in_force=self.publication.effective_at <= now)
                stop = link("acceptance:stop_reminders", [reminders_token(person.user_id)], language)
                variables |= {"deadline": moment_in_words(deadline), "stop": stop}
            key = (language, what_is_asked(demand), formats.date_format(local, "DATE_FORMAT"), left)
            if key not in self.built:
                self.built[key] = self.letter(*key)
        letter_id, skeleton = self.built[key]
        return Addressed(person, letter_id, skeleton, language, self.message_id(person), variables)

    def demand_of(self, person: Person) -> Demand:
        """Give what the rules say of the version where a person lives."""
        return self.rules.demand(self.publication.kind, self.publication.change_class, person.country)

    def letter(self, language: str, asked: str, day: str, left: TimeLeft | None) -> tuple[int, Skeleton]:
        """Build a letter and keep it, unless the same is kept already; gives its key too."""
        skeleton = build_letter(self.publication, self.register, language, asked, day, left=left)
        letter, _is_new = Letter.objects.get_or_create(
            campaign=self.campaign,
            wave=self.wave,
            sha256=skeleton.sha256,
            defaults={"language": language, "skeleton": skeleton.raw},
        )
        return letter.pk, skeleton

    def message_id(self, person: Person) -> str:
        """Give the Message-ID of a notice: the same at every attempt, so that a copy shows as one."""
        name = f"{self.campaign.pk}/{person.user_id}/{self.wave}/MAIL"
        return f"<{uuid.uuid5(NAMESPACE, name)}@{self.host}>"


def values(address: str, message_id: str, armed_at: datetime, variables: dict[str, str]) -> dict[str, str]:
    """Give what stands in the places of a letter."""
    headers = {"to": mailbox(address).address, "message_id": message_id, "date": format_datetime(armed_at)}
    return headers | variables


def rebuilt(notice: Notice) -> bytes:
    """Give the message that was sent for a notice, byte for byte, from what was kept of it.

    Raises `ValueError` where nothing was sent.
    """
    if notice.letter is None or notice.armed_at is None:
        raise ValueError("Nothing was sent for this notice.")
    kept = values(notice.address, notice.message_id, notice.armed_at, notice.variables or {})
    return Skeleton(bytes(notice.letter.skeleton)).fill(kept)


def build_letter(
    publication: Publication,
    register: Register,
    language: str,
    asked: str,
    day: str,
    *,
    left: TimeLeft | None = None,
) -> Skeleton:
    """Render the three templates in the active language and lay the message out.

    The letter is a reminder where it says how much time is `left`. The styles are inlined, without
    asking the network for anything.
    """
    text = publication.text(language)
    before = register.before(publication)
    changed = change_between(before, text) if before else None
    address: list[str | int] = [publication.slug]
    context = {
        "entry": publication,
        "text": text,
        "before": before,
        "summary": changed.summary if changed else None,
        "changes": changed.content if changed and len(changed.content) <= INLINED else "",
        "effective": EFFECTIVE,
        "asked": ASKED,
        "deadline": DEADLINE,
        "stop": STOP,
        "left": left,
        "day": day,
        "site_name": settings.SITE_NAME,
        "contact_email": settings.CONTACT_EMAIL,
        "review_url": link("acceptance:review", address, language),
        "text_url": link("policies:version", [*address, publication.number], language),
        "compare_url": link("policies:compare", [*address, before.number, publication.number], language)
        if before
        else "",
    }
    folder, headers = "notices/change", {"Auto-Submitted": "auto-generated", "Content-Language": language}
    places = {EFFECTIVE: "effective"}
    if left:
        folder, headers = "notices/reminder", headers | stop_headers()
        places |= {DEADLINE: "deadline", STOP: "stop"}
    plain = render_to_string(f"{folder}/body.txt", context)
    html = inline(render_to_string(f"{folder}/body.html", context))
    for marker in (*places, ASKED):
        if plain.count(marker) != 1 or html.count(marker) != 1:
            raise ValueError(f"The notice's templates must hold {marker} once each.")
    body = PolicyText.objects.values_list("body", flat=True).get(pk=text.text_id)
    return lay_out(
        sender=settings.DEFAULT_FROM_EMAIL,
        subject=render_to_string(f"{folder}/subject.txt", context),
        headers=headers,
        text=plain.replace(ASKED, asked),
        html=html.replace(ASKED, escape(asked)),
        places=places,
        attachment_name=f"{publication.slug}-{publication.number}-{language}.md",
        attachment=f"# {text.title}\n\n{body}".encode(),
    )


def stop_headers() -> dict[str, str]:
    """Give the headers by which a mail program stops reminders for its reader (RFC 2369, RFC 8058)."""
    return {
        "List-Unsubscribe": f"<{header_place('stop')}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def deadline_of(publication: Publication, demand: Demand, now: datetime) -> datetime:
    """Give the moment until which an answer changes what happens.

    That is the one from which going on using the shop counts as acceptance, where the rule says that
    it does and that moment is still to come; else the one from which the gate is closed.
    """
    if demand.is_deemed_by_use and now < publication.effective_at:
        return publication.effective_at
    return publication.effective_at + timedelta(days=demand.grace_days)


def time_left(deadline: datetime, now: datetime, *, is_in_force: bool) -> TimeLeft:
    """Give what is left until a deadline in the reader's zone, in the language that is active."""
    days = (deadline.date() - now.astimezone(deadline.tzinfo).date()).days
    # On its last day only the clock tells whether it is over.
    is_over = deadline <= now
    return TimeLeft(
        is_in_force, min(days, -1) if is_over else days, formats.date_format(deadline, "DATE_FORMAT")
    )


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


def moment_in_words(local: datetime) -> str:
    """Give an instant in the reader's zone, with the zone's name."""
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
