"""Work through one leased chunk: claim, send, settle, one notice after the other."""

import logging
import smtplib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from time import sleep
from uuid import UUID

from django.db.models import F, Q

from acceptance.selectors import due_by_key
from accounts.mailboxes import AddressUnusable
from accounts.models import notice_email
from policies.selectors import load_register, load_rule_book

from ..emails import Addressed, Letters, Person
from ..models import DUE_STATES, Chunk, Notice, Wave
from ..transport import Fate, deliver
from ..verp import envelope_sender
from .breakers import trip_breakers
from .claiming import Claim, Settlement, settle, settle_and_claim
from .pacing import DOMAIN_PATIENCE, EVERYONE, PATIENCE, Pacer
from .quiet import quiet_until
from .settling import count_chunk, settlement
from .skipping import fail_unsent, put_off, skip_needless
from .unbuilt import complaint_about, put_off_unbuilt

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]

LEASE = timedelta(minutes=5)
# How often a worker renews its lease and brings the chunk's counters up to date.
REPORT_EVERY = timedelta(seconds=2)


class Worker:
    """Sends the due notices of a chunk that it holds under `token`, over one connection.

    `complaint` is what the campaign must be paused for, where there is anything.
    """

    def __init__(self, chunk: Chunk, token: UUID, clock: Clock) -> None:
        self.chunk, self.token, self.clock = chunk, token, clock
        self.accepted = 0
        self.pacer = Pacer(clock)
        # Whose turn is later, by the moment from which; written down at the end.
        self.later: dict[datetime, list[int]] = defaultdict(list)
        # When the next message may go out, where that is too far off to wait for it here.
        self.next_turn: datetime | None = None
        self.complaint = ""
        # What became of the last notice; it is written down together with the next claim.
        self.last: Settlement | None = None
        register = load_register()
        publication = register.by_id[chunk.campaign.version_id]
        self.letters = Letters(chunk.campaign, chunk.wave, publication, register, load_rule_book())

    def send_all(self, smtp: smtplib.SMTP) -> bool:
        """Send what is due, until there is no more or no right to go on; returns whether the line held."""
        is_connected = True
        report_at = self.clock() + REPORT_EVERY
        for person in self.due_people():
            letter = self.letter_for(person)
            if letter is None or not self.has_turn(person):
                if self.next_turn or self.complaint:
                    break
                continue
            if claim := self.claim(letter):
                is_connected = self.deliver(letter, claim, smtp)
            elif not self.holds():
                break
            if self.complaint or not is_connected:
                break
            if self.clock() >= report_at:
                report_at = self.clock() + REPORT_EVERY
                self.report()
        self.settle_last()
        for moment, notices in self.later.items():
            put_off(notices, moment)
        return is_connected

    def due_people(self) -> list[Person]:
        """Give the people whose notices are due, with what the version means for each of them."""
        people = due_people(self.chunk, self.clock())
        if self.chunk.wave == Wave.CORRECTION:
            return people
        keys = [person.user_id for person in people]
        about = (self.letters.publication, keys, self.letters.register, self.letters.rules)
        known = due_by_key(*about, at=self.clock())
        return [replace(person, due=known.get(person.user_id)) for person in people]

    def has_turn(self, person: Person) -> bool:
        """Whether a person can be written to now, perhaps after a short wait; else they are put off."""
        domain = person.email.rpartition("@")[2].lower()
        turn = self.pacer.turn(domain)
        if turn - self.clock() > DOMAIN_PATIENCE:
            self.later[turn].append(person.notice_id)
            return False
        turn = max(turn, self.pacer.turn(EVERYONE))
        wait = turn - self.clock()
        if wait > PATIENCE:
            self.next_turn = turn
            return False
        if wait > timedelta(0):
            # What was sent is not left open while nothing happens.
            self.settle_last()
            sleep(wait.total_seconds())
        return True

    def settle_last(self) -> None:
        """Write down what became of the last notice, where that was not done with the next claim."""
        if self.last:
            settle(self.last)
        self.last = None

    def letter_for(self, person: Person) -> Addressed | None:
        """Address the letter, unless it is night where the person lives.

        Where that fails it is written down, and stops nobody else's mail.
        """
        now = self.clock()
        try:
            if morning := quiet_until(self.letters.demand_of(person), person.time_zone, now):
                self.later[morning].append(person.notice_id)
                return None
            letter = self.letters.addressed_to(person, now=now)
        except AddressUnusable as error:
            fail_unsent(person.notice_id, str(error), self.clock())
            return None
        except Exception as error:
            logger.exception("The letter of notice %s cannot be built.", person.notice_id)
            reason = put_off_unbuilt(person.notice_id, error, self.clock())
            self.complaint = complaint_about(self.chunk.campaign, reason, self.clock())
            return None
        return letter

    def claim(self, letter: Addressed) -> Claim | None:
        """Settle what went before, and claim the notice that `letter` is for."""
        claim = settle_and_claim(self.last, letter, self.chunk, token=self.token, now=self.clock())
        self.last = None
        if claim is None and self.holds():
            # The person has answered or left. Whoever only changed is met again with the next lease.
            skip_needless(self.chunk, self.clock())
        return claim

    def deliver(self, letter: Addressed, claim: Claim, smtp: smtplib.SMTP) -> bool:
        """Hand a claimed notice to the mail server; returns whether the connection can be used again."""
        message = letter.message(claim.armed_at)
        sender = envelope_sender(letter.person.notice_id)
        outcome = deliver(smtp, sender=sender, recipient=letter.recipient, message=message)
        self.last = settlement(claim, outcome, self.clock(), message)
        if outcome.fate is Fate.LATER:
            self.pacer.heed(letter.person.email.rpartition("@")[2].lower(), outcome.reply)
        self.accepted += outcome.fate.is_accepted
        if outcome.is_about_us:
            self.complaint = "The mail server refused the sender."
        return outcome.is_connected

    def holds(self) -> bool:
        """Whether the lease is still ours. Who stops a campaign takes it away."""
        return Chunk.objects.filter(pk=self.chunk.pk, lease_token=self.token).exists()

    def report(self) -> None:
        """Renew the lease, let the desk see how far it is, and stop where too much goes wrong."""
        held = Chunk.objects.filter(pk=self.chunk.pk, lease_token=self.token)
        held.update(lease_until=self.clock() + LEASE, progressed_at=self.clock())
        self.pacer.refresh()
        count_chunk(self.chunk.pk, self.clock())
        trip_breakers(self.chunk.campaign_id, self.clock())


def due_people(chunk: Chunk, now: datetime) -> list[Person]:
    """Give the people whose notices in a chunk are due at `now`.

    Not who would get a copy at another address than the first message went to.
    """
    due = Notice.objects.filter(Q(due_at=None) | Q(due_at__lte=now), chunk=chunk, state__in=DUE_STATES)
    fields = ("user__language", "user__country", "user__time_zone")
    rows = due.filter(user__isnull=False).annotate(goes_to=notice_email("user__")).order_by("pk")
    rows = rows.filter(Q(is_resent=False) | Q(goes_to=F("address")))
    return [Person(*row) for row in rows.values_list("pk", "user_id", "goes_to", *fields)]
