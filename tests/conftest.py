"""What every test shares: the cast, the factories, a real mail server, and fresh caches."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client, override_settings
from django.utils import translation
from hypothesis import HealthCheck, settings

from acceptance.middleware import known_good
from acceptance.services.acts import presentation_key
from accounts.models import User
from demo.sink import Sink
from policies import comparisons, services
from policies.fingerprints import version_fingerprint
from policies.models import ChangeClass, NoticeRule, Policy, PolicyKind, PolicyVersion
from policies.selectors import register, rule_book
from policies.triggers import create_triggers, drop_triggers, every_trigger

from .together import Together

PASSWORD = "correct horse battery"
# The instant at which most tests happen: a Monday, far from a change of clocks.
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

# The same examples on every run, however busy the machine is: a failure is then a change of the code.
# `--hypothesis-profile=explore` draws other ones, and more of them.
CALM = [HealthCheck.too_slow]
settings.register_profile("policysite", derandomize=True, deadline=None, suppress_health_check=CALM)
settings.register_profile("explore", max_examples=5_000, deadline=None, suppress_health_check=CALM)
settings.load_profile("policysite")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    """Say how tests are given out where they run in several processes."""
    return Together(config, log)


def pytest_collection_modifyitems(items: list[pytest.Function]) -> None:
    """Stop where a test that runs beside one database alone asks it something."""
    for item in items:
        if item.get_closest_marker("pure") and "db" in item.fixturenames:
            raise pytest.UsageError(f"{item.nodeid} is marked as pure, and asks for a database.")
        if item.get_closest_marker("look") and (
            item.get_closest_marker("once") or item.get_closest_marker("pure")
        ):
            raise pytest.UsageError(f"{item.nodeid} is marked for two places, and would run at neither.")


@pytest.fixture(scope="session", autouse=True)
def static_files(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Collect the static files once, hashed as in production, away from the site's own.

    They are not compressed: that takes seconds in each process, and no test asks for it.
    """
    django_settings.STATIC_ROOT = tmp_path_factory.mktemp("static")
    with override_settings(WHITENOISE_SKIP_COMPRESS_EXTENSIONS=("css", "js", "json", "svg", "txt", "md")):
        call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def quick() -> Iterator[None]:
    """Spare two slow things: the hash of each password, and each client's search for static files."""
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(PASSWORD_HASHERS=hashers, WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture(scope="session", autouse=True)
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the tests' checkpoints away from the site's own, also in the programs that they start."""
    folder = str(tmp_path_factory.mktemp("checkpoints"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEDGER_WITNESS_DIR", folder)
        with override_settings(LEDGER_WITNESS_DIR=folder):
            yield


@pytest.fixture(autouse=True)
def fresh_start(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Begin each test in English, with nothing kept from the one before.

    Tests run inside a transaction that never commits, so what is told at a commit is not heard.
    Kept facts are therefore stale at once, unless a test asks for `warm_caches`.
    """
    ticks = iter(range(10**9))
    monkeypatch.setattr("policies.selectors.kept.monotonic", lambda: float(next(ticks) * 2))
    forget_all()
    translation.activate("en")
    yield
    forget_all()


def forget_all() -> None:
    """Let go of everything that this process keeps."""
    register.cache_clear()
    rule_book.cache_clear()
    comparisons.forget_all()
    known_good.clear()
    presentation_key.cache_clear()
    cache.clear()


@pytest.fixture
def warm_caches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stop the clock of what is kept, so that it stays warm for the whole test."""
    monkeypatch.setattr("policies.selectors.kept.monotonic", lambda: 0.0)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Set the database up, with the moments of the rules' history as Django serializes them.

    It keeps three digits of a second. Before a test whose commits are real, Django saves every row again
    as it was serialized, and the history of rules lets nothing be changed.
    """
    triggers = [trigger for trigger in every_trigger() if trigger.name == "rule_history_unchanged"]
    with django_db_blocker.unblock(), transaction.atomic():
        drop_triggers(connection, triggers)
        for said in NoticeRule.history.only("history_date"):
            said.history_date -= timedelta(microseconds=said.history_date.microsecond % 1000)
            said.save(update_fields=["history_date"])
        create_triggers(connection, triggers)


@pytest.fixture
def committed(transactional_db: None, django_db_serialized_rollback: None) -> Iterator[None]:
    """Give a database whose commits are real, seen by other processes and threads.

    The triggers are taken off before the tables are emptied, which they would refuse.
    """
    create_triggers(connection, every_trigger())
    yield
    drop_triggers(connection, every_trigger())


@pytest.fixture
def rules_without_a_past(db: None) -> Iterator[None]:
    """Let a test say since when the notice rules hold, which triggers refuse."""
    triggers = [trigger for trigger in every_trigger() if trigger.name.startswith("rule_history_")]
    drop_triggers(connection, triggers)
    yield
    create_triggers(connection, triggers)


@pytest.fixture
def now() -> datetime:
    """Give the instant at which the test happens."""
    return NOW


@pytest.fixture
def freeze(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Give a way to stop the site's clock: `freeze(now)`."""

    def stop(instant: datetime) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: instant)

    return stop


@pytest.fixture
def make_person(db: None) -> Callable[..., User]:
    """Give a factory of people: `make_person("alice", country="DE")`."""

    def make(name: str, *, groups: tuple[str, ...] = (), **fields: Any) -> User:
        known = {"country": "US", "date_joined": NOW - timedelta(days=400)}
        person = User.objects.create_user(f"{name}@example.com", PASSWORD, **(known | fields))
        person.groups.set(Group.objects.filter(name__in=groups))
        return person

    return make


@pytest.fixture
def alice(make_person: Callable[..., User]) -> User:
    """Give Alice, a customer in the United States."""
    return make_person("alice")


@pytest.fixture
def bob(make_person: Callable[..., User]) -> User:
    """Give Bob, a customer in Germany who reads German."""
    return make_person("bob", country="DE", language="de")


@pytest.fixture
def charlie(make_person: Callable[..., User]) -> User:
    """Give Charlie, a customer who must not see what is not his."""
    return make_person("charlie")


@pytest.fixture
def author(make_person: Callable[..., User]) -> User:
    """Give the lawyer who writes drafts."""
    return make_person("author", groups=("Authors",), date_joined=NOW + timedelta(days=4000))


@pytest.fixture
def approver(make_person: Callable[..., User]) -> User:
    """Give the lawyer who approves and publishes."""
    return make_person("approver", groups=("Approvers", "Publishers"), date_joined=NOW + timedelta(days=4000))


@pytest.fixture
def make_policy(db: None) -> Callable[..., Policy]:
    """Give a factory of policies: `make_policy(kind=TERMS)`."""

    def make(slug: str = "privacy", **fields: Any) -> Policy:
        known = {"kind": PolicyKind.PRIVACY_NOTICE, "name": "Privacy policy", "default_language": "en"}
        return services.create_policy(slug=slug, **(known | fields))

    return make


@pytest.fixture
def make_draft(make_policy: Callable[..., Policy], author: User) -> Callable[..., PolicyVersion]:
    """Give a factory of drafts: `make_draft(policy, bodies={"en": "…", "de": "…"})`."""

    def make(
        policy: Policy | None = None,
        *,
        body: str = "We keep orders for six years.",
        bodies: dict[str, str] | None = None,
        change_class: str = ChangeClass.MATERIAL,
        effective_at: datetime | None = None,
        reason: str = "A new supplier.",
        exception_reason: str = "",
        now: datetime = NOW,
    ) -> PolicyVersion:
        policy = policy or Policy.objects.filter(slug="privacy").first() or make_policy()
        draft = services.start_draft(policy_id=policy.pk, author=author, now=now)
        for language, words in (bodies or {"en": body}).items():
            services.save_text(
                version_id=draft.pk,
                language=language,
                title="Privacy policy",
                summary="We keep orders for longer.",
                body=words,
            )
        return services.edit_version(
            version_id=draft.pk,
            change_class=change_class,
            reason=reason,
            effective_at=effective_at or now + timedelta(days=31),
            exception_reason=exception_reason,
            now=now,
        )

    return make


@pytest.fixture
def make_version(make_draft: Callable[..., PolicyVersion], approver: User) -> Callable[..., PolicyVersion]:
    """Give a factory of published versions: `make_version(change_class=EDITORIAL, published_at=…)`."""

    def make(policy: Policy | None = None, *, published_at: datetime = NOW, **fields: Any) -> PolicyVersion:
        draft = make_draft(policy, now=published_at, **fields)
        services.approve_version(
            version_id=draft.pk,
            approver=approver,
            fingerprint=version_fingerprint(draft),
            now=published_at,
        )
        return services.publish_version(version_id=draft.pk, published_by=approver, now=published_at)

    return make


@pytest.fixture
def client_of(client: Client) -> Callable[[User], Client]:
    """Give a client signed in as a person: `client_of(alice)`."""

    def sign_in(person: User) -> Client:
        signed_in = Client()
        signed_in.force_login(person)
        return signed_in

    return sign_in


@pytest.fixture
def mailbox(settings: Any, tmp_path: Path) -> Iterator[Sink]:
    """Give a real SMTP server that keeps what it accepts, and send the site's mail there."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with Sink(tmp_path / "mail") as sink:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        yield sink
