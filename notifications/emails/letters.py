"""Which letter each person gets: built once for all who read the same, filled in for each."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from django.utils import formats, translation

from acceptance.selectors import Due
from acceptance.tokens import reminders_token
from accounts.mailboxes import Mailbox, mailbox
from accounts.models import User
from accounts.moments import in_words
from policies.models import Assent
from policies.selectors import Demand, Publication, Register, RuleBook

from ..codes import label_of
from ..models import REMINDERS, Campaign, Letter, Notice, Wave
from ..wire import Skeleton
from .wording import (
    TimeLeft,
    build_correction,
    build_letter,
    coming,
    link,
    sender_address,
    what_is_asked,
)

# What the code in a Message-ID is made for.
MESSAGE_ID = "notifications.message-id"


@dataclass(frozen=True)
class Person:
    """Who a notice is for, as far as it matters for the letter, and the notice's key.

    `due` is what the version means for them, where that was looked up.
    """

    notice_id: int
    user_id: int
    email: str
    language: str
    country: str
    time_zone: str
    due: Due | None = None

    @property
    def owed(self) -> str:
        """What an earlier version still asks of them."""
        return self.due.owed if self.due else Assent.NONE


@dataclass(frozen=True)
class Addressed:
    """A letter for one person: which one it is, and what stands in its places."""

    person: Person
    recipient: Mailbox
    letter_id: int
    skeleton: Skeleton
    language: str
    message_id: str
    variables: dict[str, str]

    def message(self, armed_at: datetime) -> bytes:
        """Give the whole message as it goes over the wire (RFC 5322, CRLF)."""
        return self.skeleton.fill(values(self.recipient, self.message_id, armed_at, self.variables))


class Letters:
    """The letters of one campaign in one wave, each built when the first person needs it."""

    def __init__(
        self, campaign: Campaign, wave: str, publication: Publication, register: Register, rules: RuleBook
    ) -> None:
        self.campaign, self.wave = campaign, wave
        self.publication, self.register, self.rules = publication, register, rules
        self.built: dict[tuple[str, str, str, TimeLeft | None], tuple[int, Skeleton]] = {}
        self.letters: dict[tuple[str, str, str, Due | None], Addressed] = {}
        self.host = sender_address().partition("@")[2]

    def addressed_to(self, person: Person, *, now: datetime) -> Addressed:
        """Give the letter for `person` at `now`, from which a reminder counts the days that are left.

        Raises `AddressUnusable`, and what goes wrong with a template, or with their record.
        """
        recipient = mailbox(person.email)
        place = (person.language, person.country, person.time_zone, person.due)
        letter = self.letters.get(place)
        # Everyone of one place is written the same, but for the link of their own in a reminder.
        if letter is None or self.wave in REMINDERS:
            letter = self.letters[place] = self.write_to(person, recipient, now)
        return replace(letter, person=person, recipient=recipient, message_id=self.message_id(person))

    def write_to(self, person: Person, recipient: Mailbox, now: datetime) -> Addressed:
        """Give the letter for `person`, which is that for everyone of the same place."""
        language = self.publication.text(person.language).language
        demand = self.demand_of(person)
        with translation.override(language):
            effective_at = person.due.effective_at if person.due else self.publication.effective_at
            local = effective_at.astimezone(ZoneInfo(person.time_zone))
            variables, left = {"effective": in_words(local)}, None
            if self.publication.recalled_at and self.wave == Wave.CORRECTION:
                recalled = self.publication.recalled_at.astimezone(local.tzinfo)
                variables["recalled"] = in_words(recalled)
                for place, entry in coming(self.publication, self.register).items():
                    variables[place] = in_words(entry.effective_at.astimezone(local.tzinfo))
            elif self.wave in REMINDERS:
                gate_from = person.due.gate_from if person.due else None
                deadline = deadline_of(effective_at, demand, gate_from, now).astimezone(local.tzinfo)
                left = TimeLeft(
                    effective_at <= now,
                    deadline < self.publication.published_at,
                    days_left(deadline, now),
                    formats.date_format(deadline, "DATE_FORMAT"),
                )
                stop = link("acceptance:stop_reminders", [reminders_token(person.user_id)], language)
                variables |= {"deadline": in_words(deadline), "stop": stop}
            key = (
                language,
                what_is_asked(demand, person.owed),
                formats.date_format(local, "DATE_FORMAT"),
                left,
            )
            if key not in self.built:
                self.built[key] = self.letter(*key)
        letter_id, skeleton = self.built[key]
        message_id = self.message_id(person)
        return Addressed(person, recipient, letter_id, skeleton, language, message_id, variables)

    def demand_of(self, person: Person) -> Demand:
        """Give what the rules say of the version where a person lives."""
        return self.rules.demand(self.publication.kind, self.publication.change_class, person.country)

    def letter(self, language: str, asked: str, day: str, left: TimeLeft | None) -> tuple[int, Skeleton]:
        """Build a letter and keep it, unless the same is kept already; gives its key too."""
        if self.wave == Wave.CORRECTION:
            skeleton = build_correction(self.publication, self.register, language)
        else:
            skeleton = build_letter(self.publication, self.register, language, asked, day, left=left)
        letter, _is_new = Letter.objects.get_or_create(
            campaign=self.campaign,
            wave=self.wave,
            sha256=skeleton.sha256,
            defaults={"language": language, "skeleton": skeleton.raw},
        )
        return letter.pk, skeleton

    def message_id(self, person: Person) -> str:
        """Give the Message-ID of a notice: the same at every attempt, so that a copy shows as one.

        By it a provider's report is known to be about this notice.
        """
        return f"<{label_of(person.notice_id, MESSAGE_ID)}@{self.host}>"


def values(to: Mailbox, message_id: str, armed_at: datetime, variables: dict[str, str]) -> dict[str, str]:
    """Give what stands in the places of a letter."""
    headers = {"to": to.address, "message_id": message_id, "date": format_datetime(armed_at)}
    return headers | variables


def sample(
    publication: Publication, register: Register, demand: Demand, reader: User, language: str
) -> bytes:
    """Give the announcement of a version as somebody would get it for whom `demand` holds (RFC 5322, CRLF).

    It tells the time in the zone of `reader`, is addressed to where it comes from, and dated at publication.
    """
    with translation.override(language):
        local = publication.effective_at.astimezone(ZoneInfo(reader.time_zone))
        day = formats.date_format(local, "DATE_FORMAT")
        skeleton = build_letter(publication, register, language, what_is_asked(demand), day)
        effective = in_words(local)
    message_id = f"<sample@{sender_address().partition('@')[2]}>"
    named = values(mailbox(sender_address()), message_id, publication.published_at, {"effective": effective})
    return skeleton.fill(named)


def sample_correction(publication: Publication, register: Register, reader: User, language: str) -> bytes:
    """Give the mail that tells of a recall, with the moments in the zone of `reader` (RFC 5322, CRLF)."""
    assert publication.recalled_at is not None
    with translation.override(language):
        zone = ZoneInfo(reader.time_zone)
        moments = {"effective": publication.effective_at, "recalled": publication.recalled_at}
        moments |= {place: entry.effective_at for place, entry in coming(publication, register).items()}
        told = {place: in_words(moment.astimezone(zone)) for place, moment in moments.items()}
        skeleton = build_correction(publication, register, language)
    message_id = f"<sample@{sender_address().partition('@')[2]}>"
    return skeleton.fill(values(mailbox(sender_address()), message_id, publication.recalled_at, told))


def rebuilt(notice: Notice) -> bytes:
    """Give the message that was sent for a notice, byte for byte, from what was kept of it.

    Raises `ValueError` where nothing was sent, and where the person was erased.
    """
    if notice.user_id is None:
        raise ValueError("The person was erased, and with them what was written to them alone.")
    if notice.letter is None or notice.armed_at is None:
        raise ValueError("Nothing was sent for this notice.")
    kept = values(mailbox(notice.address), notice.message_id, notice.armed_at, notice.variables or {})
    return Skeleton(bytes(notice.letter.skeleton)).fill(kept)


def deadline_of(
    effective_at: datetime, demand: Demand, gate_from: datetime | None, now: datetime
) -> datetime:
    """Give the moment until which an answer changes what happens.

    That is the one from which going on using the shop counts as acceptance, where the rule says that
    it does and that moment is still to come; else the one from which the gate is closed. Whichever it is,
    it is no later than the gate, which an earlier version may close.
    """
    gate_from = gate_from or effective_at + timedelta(days=demand.grace_days)
    if demand.is_deemed_by_use and now < effective_at:
        return min(effective_at, gate_from)
    return gate_from


def days_left(deadline: datetime, now: datetime) -> int:
    """Give how many days are left until a deadline in the reader's zone, below 0 when it is over."""
    days = (deadline.date() - now.astimezone(deadline.tzinfo).date()).days
    # On its last day only the clock tells whether it is over.
    return min(days, -1) if deadline <= now else days
