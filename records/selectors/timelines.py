"""What happened between a person and the site, in order."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _

from acceptance.models import Act, Channel, Exposure, LegacyAcceptance
from notifications.models import TAKEN_STATES, Notice, NoticeState
from policies.selectors import Publication

from .notices import reported


class Event(NamedTuple):
    """Something that happened: when, what in words, about which version, and where it is on record."""

    at: datetime
    kind: str
    words: str
    policy: str
    version: int
    evidence: str


def timeline(
    publications: Iterable[Publication],
    acts: Iterable[Act],
    exposures: Iterable[Exposure],
    notices: Iterable[Notice],
    legacy: Iterable[LegacyAcceptance],
    *,
    now: datetime,
) -> list[Event]:
    """Give all events, the oldest first; what happened at one instant in the order of this sentence."""
    events = [
        *published(publications, now),
        *told(notices),
        *met(exposures),
        *did(acts),
        *accepted_before(legacy),
    ]
    return sorted(events, key=lambda event: event.at)


def published(publications: Iterable[Publication], now: datetime) -> Iterator[Event]:
    """Give when versions were published, took effect or are to take it, and were recalled."""
    for entry in publications:
        about = entry.slug, entry.number, f"versions/{entry.slug}-{entry.number}.json"
        words = _("The version was published.")
        if entry.imported:
            words = _("The version was published, according to what was taken over later.")
        yield Event(entry.published_at, "PUBLISHED", words, *about)
        words = _("The version's own moment of effect.")
        if entry.effective_at > now:
            words = _("Still to come: the version's own moment of effect.")
        yield Event(entry.effective_at, "EFFECT", words, *about)
        if entry.recalled_at:
            yield Event(entry.recalled_at, "RECALLED", _("The version was recalled."), *about)


def told(notices: Iterable[Notice]) -> Iterator[Event]:
    """Give when notices went out, what became of them, and what was reported."""
    for notice in notices:
        version = notice.campaign.version
        about = version.policy.slug, version.number or 0, f"notices/{notice.pk}.json"
        if notice.armed_at:
            yield Event(notice.armed_at, "SENDING", _("A notice was handed to the mail server."), *about)
        if notice.settled_at:
            # What was reported of a notice that the mail server took stands at a moment of its own.
            is_taken = notice.state in TAKEN_STATES
            state = NoticeState.ACCEPTED if is_taken else NoticeState(notice.state)
            words = _("What became of the notice: %(state)s.") % {"state": state.label}
            reason = "" if is_taken else notice.reason
            yield Event(notice.settled_at, state, f"{words} {reason}".strip(), *about)
        for event in reported(notice.events.all()):
            words = _("Reported of the notice: %(kind)s.") % {"kind": event.get_kind_display()}
            yield Event(event.received_at, event.kind, f"{words} {event.status}".strip(), *about)


def met(exposures: Iterable[Exposure]) -> Iterator[Event]:
    """Give when the person first met versions."""
    for exposure in exposures:
        version = exposure.version
        words = _("The person and the version: %(kind)s.") % {"kind": exposure.get_kind_display()}
        about = version.policy.slug, version.number or 0, f"exposures.json#{exposure.pk}"
        yield Event(exposure.at, exposure.kind, words, *about)


def did(acts: Iterable[Act]) -> Iterator[Event]:
    """Give what the person did."""
    for act in acts:
        words = _("The person’s act: %(kind)s.")
        if act.channel == Channel.DESK:
            words = _("An answer of the person’s was entered at the desk: %(kind)s.")
        words %= {"kind": act.get_kind_display()}
        about = act.version.policy.slug, act.version.number or 0, f"acts/{act.pk}.json"
        yield Event(act.at, act.kind, words, *about)


def accepted_before(legacy: Iterable[LegacyAcceptance]) -> Iterator[Event]:
    """Give what an older system says that the person accepted; the version is 0 where it is not known."""
    for one in legacy:
        words = _("Accepted, according to an older system: %(source)s") % {"source": one.source}
        number = one.version.number if one.version else None
        about = one.policy.slug, number or 0, f"taken_over/legacy-{one.pk}.json"
        yield Event(one.at, "TAKEN_OVER", words, *about)
