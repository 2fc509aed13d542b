"""What the tests of notices share: a crowd, the version they are told of, mail servers, workers, brokers."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pytest
from django.utils import timezone

from accounts.models import User
from demo.sink import Sink
from notifications.models import EventKind, Notice, WebhookEndpoint
from notifications.services import add_webhook
from notifications.services.claiming import Claim
from notifications.transport import Fate, Outcome
from policies.fingerprints import version_fingerprint
from policies.models import PolicyVersion
from policies.services import approve_version, publish_version
from tests.conftest import NOW
from tests.services import RABBITMQ, REDIS

from .brokers import Broker, own_queue
from .hooks import EARLIER, MakeWebhook
from .processes import MANAGE, Program, running
from .records import claim_for, leased, notice_of, planned, settled
from .web_servers import Receiver


@pytest.fixture
def make_people(db: None) -> Callable[..., list[User]]:
    """Give a factory of many people: `make_people(501, country="FR")`."""

    def make(count: int, **fields: Any) -> list[User]:
        known = {"country": "US", "date_joined": NOW - timedelta(days=400), "password": "!"}
        first = User.objects.count()
        people = [
            User(email=f"person{number:05d}@example.com", **(known | fields))
            for number in range(first, first + count)
        ]
        return User.objects.bulk_create(people)

    return make


@pytest.fixture
def version(make_version: Callable[..., PolicyVersion]) -> PolicyVersion:
    """Give a material version, published at NOW and in force 31 days later: everyone is told of it."""
    return make_version()


@pytest.fixture
def current_version(make_version: Callable[..., PolicyVersion]) -> PolicyVersion:
    """Give the same, published by the clock of this machine, for the site's own programs."""
    return make_version(published_at=timezone.now())


@pytest.fixture
def publish(approver: User) -> Callable[[PolicyVersion], None]:
    """Give a way to publish a draft as it stands, at NOW."""

    def make(draft: PolicyVersion) -> None:
        draft.refresh_from_db()
        fingerprint = version_fingerprint(draft)
        approve_version(version_id=draft.pk, approver=approver, fingerprint=fingerprint, now=NOW)
        publish_version(version_id=draft.pk, published_by=approver, now=NOW)

    return make


@pytest.fixture
def sending(alice: User, version: PolicyVersion) -> Notice:
    """Give Alice's notice while it is on its way to the mail server."""
    planned()
    _chunk, token = leased()
    assert claim_for(alice, token, NOW)
    return notice_of(alice)


@pytest.fixture
def accepted(sending: Notice) -> Notice:
    """Give Alice's notice, taken by the mail server."""
    settled(Claim(sending.pk, sending.attempt, NOW), Outcome(Fate.ACCEPTED, "250 OK"), NOW)
    return sending


@pytest.fixture
def bounces(settings: Any) -> None:
    """Take reports at an address of the shop's."""
    settings.BOUNCE_ADDRESS = "bounces@fernhill.example"


AnySink = TypeVar("AnySink", bound=Sink)


class Use(Protocol):
    """What `use` gives."""

    def __call__(self, sink: AnySink, /) -> AbstractContextManager[AnySink]: ...


@pytest.fixture
def use(settings: Any) -> Use:
    """Give a way to send the site's mail to another server: `with use(StubbornSink(folder)) as sink:`."""

    @contextmanager
    def point_at(sink: AnySink) -> Iterator[AnySink]:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        with sink:
            settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
            yield sink

    return point_at


# On SQLite no second worker can write meanwhile, so that one broker shows all that there is.
@pytest.fixture(params=[REDIS, pytest.param(RABBITMQ, marks=pytest.mark.look)], ids=lambda kind: kind.name)
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """Give a queue of one's own, on each broker in turn."""
    yield from own_queue(request.param)


@pytest.fixture
def any_broker() -> Iterator[Broker]:
    """Give a queue of one's own on whichever broker there is."""
    yield from own_queue(REDIS, RABBITMQ)


Worker = Callable[..., AbstractContextManager[Program]]


@pytest.fixture
def worker(tmp_path: Path) -> Worker:
    """Give a way to run a Celery worker: `with worker(broker, mailbox, pool="solo") as program:`."""
    count = iter(range(100))

    def run(
        broker: Broker, mailbox: Sink, *, pool: str = "solo", queues: Sequence[str] = ()
    ) -> AbstractContextManager[Program]:
        number = next(count)
        size = "1" if pool == "solo" else "2"
        options = ["--pool", pool, "--concurrency", size, "--loglevel", "INFO", "--without-mingle"]
        if queues:
            options += ["--queues", ",".join(f"{broker.queue}.{part}" for part in queues)]
        name = f"{broker.queue}-{number}@here"
        command = [MANAGE[0], "-m", "celery", "-A", "policysite", "worker", *options, "--hostname", name]
        mail = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(mailbox.port)}
        return running(*command, log=tmp_path / f"worker-{number}.log", **broker.environment, **mail)

    return run


@pytest.fixture
def run_notices(tmp_path: Path) -> Callable[..., AbstractContextManager[Program]]:
    """Give a way to run `manage.py run_notices` as a process: `with run_notices(mailbox) as program:`."""
    count = iter(range(100))

    def run(mailbox: Sink, *options: str) -> AbstractContextManager[Program]:
        log = tmp_path / f"run_notices-{next(count)}.log"
        mail = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(mailbox.port)}
        return running(*MANAGE, "run_notices", *options, log=log, **mail)

    return run


@pytest.fixture
def make_webhook(db: None, settings: Any) -> MakeWebhook:
    """Give a factory of webhooks on this machine: `make_webhook(receiver.address, kinds=[…])`."""
    settings.WEBHOOK_ALLOW_PRIVATE = True

    def make(
        url: str = "https://shop.example/hooks",
        *,
        kinds: list[str] | None = None,
        now: datetime = EARLIER,
    ) -> WebhookEndpoint:
        return add_webhook(url=url, kinds=EventKind.values if kinds is None else kinds, now=now)

    return make


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Give a server that takes everything."""
    with Receiver() as server:
        yield server


@pytest.fixture
def webhook(receiver: Receiver, make_webhook: MakeWebhook) -> WebhookEndpoint:
    """Give a webhook of that server, which hears of publications."""
    return make_webhook(receiver.address, kinds=[EventKind.VERSION_PUBLISHED])
