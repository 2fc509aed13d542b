"""Whom a campaign reached and whom not, for those who must answer for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Case, Count, F, Min, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Left, TruncHour
from django.utils.functional import Promise

from acceptance.models import Exposure, ExposureKind

from ..models import (
    ANSWERED_ALREADY,
    TAKEN_STATES,
    Campaign,
    CampaignKind,
    Chunk,
    MailEvent,
    MailEventKind,
    Notice,
    NoticeState,
    Wave,
)

TOLD_STATES = (NoticeState.ACCEPTED, NoticeState.DELIVERED, NoticeState.COMPLAINED)
UNTOLD_STATES = (
    NoticeState.BOUNCED,
    NoticeState.UNKNOWN,
    NoticeState.FAILED,
    NoticeState.SKIPPED,
    NoticeState.CANCELLED,
)
# A reply begins with its codes, such as "550 5.1.1"; what follows names the address and the server.
CODES = 9
# How far back one looks to tell how fast it goes.
LATELY = timedelta(minutes=1)


@dataclass(frozen=True)
class Reach:
    """How many of the people of one place or language were told, were not, and still wait."""

    of: str
    people: int
    told: int
    untold: int

    @property
    def waiting(self) -> int:
        """How many are still to be told, or needed no notice any more."""
        return self.people - self.told - self.untold


@dataclass(frozen=True)
class Reply:
    """What mail servers said of so many notices in one state: the codes, and one reply in full."""

    state: str
    codes: str
    count: int
    example: str

    @property
    def label(self) -> str | Promise:
        """The state in the reader's language."""
        return NoticeState(self.state).label


@dataclass(frozen=True)
class Pace:
    """How many notices the mail server took a minute lately, and how long the rest takes at that pace."""

    a_minute: int
    rest: timedelta | None


def first_notices(campaign: Campaign) -> QuerySet[Notice]:
    """Give the notices by which people are told of a version, or of its recall, without reminders."""
    return Notice.objects.filter(campaign=campaign, wave__in=[Wave.ANNOUNCEMENT, Wave.CORRECTION])


def untold(campaign: Campaign) -> QuerySet[Notice]:
    """Give the notices of people who were not told by mail, the latest first, with who they are.

    `shown_at` is when the site told them instead, or None: of a recall no banner tells; `said` what was
    said last of the notice. Who had answered already needed no notice.
    """
    shown = Exposure.objects.filter(
        user=OuterRef("user"), version=OuterRef("campaign__version"), kind=ExposureKind.SHOWN
    )
    if campaign.kind == CampaignKind.CORRECTION:
        shown = shown.none()
    return (
        first_notices(campaign)
        .filter(state__in=UNTOLD_STATES)
        .exclude(reason=ANSWERED_ALREADY)
        .select_related("user")
        .annotate(shown_at=Subquery(shown.values("at")[:1]), said=last_word())
        .order_by("-pk")
    )


def reach_by_country(campaign: Campaign) -> list[Reach]:
    """Give the reach in each country, the largest first. One query over the campaign's notices."""
    return list(reach(campaign, "user__country"))


def reach_by_language(campaign: Campaign) -> list[Reach]:
    """Give the reach in each language that people read. One query over the campaign's notices."""
    return list(reach(campaign, "user__language"))


def reach(campaign: Campaign, field: str) -> Iterator[Reach]:
    """Give the reach for each value of a field of the person."""
    rows = (
        first_notices(campaign)
        .values(of=F(field))
        .annotate(
            people=Count("pk"),
            told=Count("pk", filter=Q(state__in=TOLD_STATES)),
            untold=Count("pk", filter=Q(state__in=UNTOLD_STATES) & ~Q(reason=ANSWERED_ALREADY)),
        )
        .order_by("-people", "of")
    )
    return (Reach(of or "", *counts) for of, *counts in rows.values_list("of", "people", "told", "untold"))


def last_word() -> Case:
    """Give what was said last of a notice: of what came back the report, else the mail server's own reply."""
    reports = MailEvent.objects.filter(notice=OuterRef("pk"), kind=MailEventKind.BOUNCED).order_by("-pk")
    came_back = Q(state=NoticeState.BOUNCED)
    return Case(
        When(came_back, then=Coalesce(Subquery(reports.values("diagnostic")[:1]), Value(""))),
        default=F("reply"),
    )


def replies(campaign: Campaign) -> list[Reply]:
    """Give what mail servers said of notices that did not arrive, by its codes, the most frequent first."""
    rows = (
        Notice.objects.filter(campaign=campaign, state__in=UNTOLD_STATES)
        .annotate(said=last_word())
        .exclude(said="")
        .annotate(codes=Left("said", CODES))
        .values("codes", "state")
        .annotate(count=Count("pk"), example=Min("said"))
        .order_by("-count", "codes", "state")
    )
    return [Reply(*row) for row in rows.values_list("state", "codes", "count", "example")]


def hours(campaign: Campaign) -> list[tuple[datetime, int]]:
    """Give how many notices the mail server took in each hour. One query over the campaign's notices."""
    rows = (
        Notice.objects.filter(campaign=campaign, state__in=TAKEN_STATES, settled_at__isnull=False)
        .annotate(hour=TruncHour("settled_at"))
        .values("hour")
        .annotate(count=Count("pk"))
        .order_by("hour")
    )
    return list(rows.values_list("hour", "count"))


def pace(campaign: Campaign, waiting: int, *, now: datetime) -> Pace:
    """Give how fast a campaign with so many notices waiting goes, by what was taken in the last minute."""
    moved = Chunk.objects.filter(campaign=campaign, progressed_at__gt=now - LATELY)
    lately = Notice.objects.filter(chunk__in=moved, armed_at__gt=now - LATELY)
    a_minute = lately.filter(state__in=TAKEN_STATES).count()
    return Pace(a_minute, timedelta(minutes=waiting / a_minute) if a_minute else None)
