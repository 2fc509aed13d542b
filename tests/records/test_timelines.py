"""What happened between a person and the site stands in order, each thing at its own moment."""

from datetime import timedelta

from accounts.models import User
from notifications.models import EventSource, MailEventKind, NoticeState
from notifications.services import record_event
from records.selectors import timeline
from records.selectors.notices import notices_of
from tests.conftest import NOW
from tests.notifications.records import notice_of

DAY = timedelta(days=1)


def test_what_came_back_was_taken_at_one_moment_and_reported_at_another(told: User) -> None:
    record_event(
        notice_id=notice_of(told).pk,
        kind=MailEventKind.COMPLAINED,
        status="",
        diagnostic="",
        source=EventSource.PIPE,
        digest="b" * 64,
        now=NOW + DAY,
    )

    events = timeline([], [], [], notices_of(told), [], now=NOW + DAY)

    assert [(event.at, event.kind) for event in events] == [
        (NOW, "SENDING"),
        (NOW, NoticeState.ACCEPTED),
        (NOW, MailEventKind.BOUNCED),
        (NOW + DAY, MailEventKind.COMPLAINED),
    ]
    assert [event.words for event in events[1:]] == [
        "What became of the notice: accepted by the mail server.",
        "Reported of the notice: came back. 5.1.1",
        "Reported of the notice: reported as unwanted.",
    ]
