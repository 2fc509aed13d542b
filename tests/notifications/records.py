"""What stands in the database about notices, and ways to put it there."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.test.utils import CaptureQueriesContext

from acceptance.models import Act, ActKind, Channel, Exposure, ExposureKind, Presentation, Surface
from accounts.models import User
from demo.sink import Sink
from notifications.emails import Person
from notifications.models import Campaign, Chunk, Notice, NoticeState
from notifications.services import plan_campaigns
from notifications.services.claiming import Claim, settle, settle_and_claim
from notifications.services.settling import count_chunk, settlement
from notifications.services.working import LEASE, Worker
from notifications.transport import Outcome
from policies.models import PolicyVersion
from tests.conftest import NOW

# What a server reports of a notice later leaves it among those that the mail server took.
COUNTERS = {
    "accepted": (
        NoticeState.ACCEPTED,
        NoticeState.DELIVERED,
        NoticeState.BOUNCED,
        NoticeState.COMPLAINED,
    ),
    "failed": (NoticeState.FAILED,),
    "unknown": (NoticeState.UNKNOWN,),
    "skipped": (NoticeState.SKIPPED,),
    "cancelled": (NoticeState.CANCELLED,),
    "bounced": (NoticeState.BOUNCED,),
    "complained": (NoticeState.COMPLAINED,),
}


def at(instant: datetime) -> Callable[[], datetime]:
    """Give a clock that stands still."""
    return lambda: instant


def planned(now: datetime = NOW) -> Campaign:
    """Plan what is to be planned; gives the only campaign."""
    plan_campaigns(now=now)
    return Campaign.objects.get()


def leased(now: datetime = NOW) -> tuple[Chunk, UUID]:
    """Lease the only chunk as a worker does; gives it and the token."""
    token = uuid4()
    Chunk.objects.update(lease_token=token, lease_until=now + LEASE)
    return Chunk.objects.select_related("campaign").get(), token


def claim_for(person: User, token: UUID, now: datetime = NOW) -> Claim | None:
    """Claim a person's only notice as a worker does that holds the chunk under `token`."""
    notice = Notice.objects.select_related("chunk__campaign").get(user=person)
    fields = (person.notice_email, person.language, person.country, person.time_zone)
    letter = Worker(notice.chunk, token, at(now)).letter_for(Person(notice.pk, person.pk, *fields))
    assert letter
    return settle_and_claim(None, letter, notice.chunk, token=token, now=now)


def settled(claim: Claim, outcome: Outcome, now: datetime = NOW) -> bool:
    """Settle a claimed notice and count it, as a worker does that gives its chunk back."""
    was_ours = settle(settlement(claim, outcome, now))
    count_chunk(Notice.objects.values_list("chunk", flat=True).get(pk=claim.notice_id), now)
    return was_ours


def states() -> dict[str, int]:
    """Count the notices by their state."""
    return dict(Counter(Notice.objects.values_list("state", flat=True)))


def notice_of(person: User) -> Notice:
    """Give a person's only notice."""
    return Notice.objects.get(user=person)


def told() -> set[str]:
    """Give the addresses of everyone of whom it is recorded that they were told."""
    found = Exposure.objects.filter(kind=ExposureKind.NOTIFIED).values_list("user__email", flat=True)
    return set(found)


def recipients(sink: Sink) -> Counter[str]:
    """Count the messages that a mail server took, by recipient."""
    return Counter(str(message["To"]) for message in sink.messages())


def once_each(people: list[User]) -> Counter[str]:
    """Give what `recipients` gives where each of `people` has one message."""
    return Counter(person.email for person in people)


def counters_add_up() -> bool:
    """Whether every chunk's counters say exactly what became of its notices."""
    for chunk in Chunk.objects.order_by("pk"):
        found = Counter(Notice.objects.filter(chunk=chunk).values_list("state", flat=True))
        said = {name: getattr(chunk, name) for name in COUNTERS}
        assert said == {name: sum(found[state] for state in states) for name, states in COUNTERS.items()}
        assert chunk.size == found.total()
    return True


def answer(person: User, version: PolicyVersion, *, now: datetime = NOW) -> Act:
    """Record that a person acknowledged a version."""
    presentation = Presentation.objects.create(
        sha256=uuid4().hex, surface=Surface.REVIEW_PAGE, language="en", wording={}, markup="", release="test"
    )
    text = version.texts.get(language="en")
    return Act.objects.create(
        user=person,
        version=version,
        text=text,
        kind=ActKind.ACKNOWLEDGED,
        at=now,
        channel=Channel.WEB,
        presentation=presentation,
        acted_by=person,
    )


def end_leases() -> None:
    """Let the time of every lease run out."""
    Chunk.objects.filter(lease_token__isnull=False).update(lease_until=NOW - timedelta(days=1))


def statements(captured: CaptureQueriesContext) -> list[str]:
    """Give the SQL of what was asked of the database, without the marks of nested transactions."""
    marks = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    return [query["sql"] for query in captured.captured_queries if not query["sql"].startswith(marks)]
