"""People: one account for one address, however it is typed, and only places that exist."""

from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest
from django.test import RequestFactory

from accounts.models import User
from tests.conftest import PASSWORD


@pytest.fixture
def request_to(rf: RequestFactory) -> HttpRequest:
    return rf.post("/accounts/login/")


def test_an_address_is_kept_in_lower_case_without_blanks_around_it(make_person: Callable[..., User]) -> None:
    person = User.objects.create_user("  Alice@Example.COM ", PASSWORD)

    assert person.email == "alice@example.com"
    assert str(person) == "alice@example.com"


@pytest.mark.parametrize("email", ["alice@example.com", "ALICE@example.com", "Alice@Example.Com "])
def test_one_address_has_one_account_however_it_is_typed(alice: User, email: str) -> None:
    with pytest.raises(ValidationError):
        User.objects.create_user(email, PASSWORD)

    assert User.objects.count() == 1


@pytest.mark.parametrize("email", ["alice@example.com", "ALICE@example.com", "alice@EXAMPLE.com"])
def test_the_database_itself_keeps_addresses_apart_from_their_case(
    alice: User, bob: User, email: str
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email=email)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=bob.pk).update(email=email)

    User.objects.filter(pk=alice.pk).update(email=email)
    assert User.objects.count() == 2


@pytest.mark.parametrize("email", ["", "alice", "alice@", "a b@example.com", "alice@example.com\nbcc: x@y.z"])
def test_what_is_no_address_makes_no_account(db: None, email: str) -> None:
    with pytest.raises(ValidationError) as refused:
        User.objects.create_user(email, PASSWORD)

    assert "email" in refused.value.message_dict
    assert User.objects.count() == 0


def test_a_person_is_found_by_address_without_regard_to_case(alice: User, bob: User) -> None:
    assert User.objects.get_by_natural_key("ALICE@Example.com") == alice

    with pytest.raises(User.DoesNotExist):
        User.objects.get_by_natural_key("alic_@example.com")


def test_a_person_signs_in_with_their_address_in_any_case_and_their_own_password(
    alice: User, bob: User, request_to: HttpRequest
) -> None:
    assert authenticate(request_to, email="Alice@example.com", password=PASSWORD) == alice
    assert authenticate(request_to, email="Alice@example.com", password="another password") is None


def test_a_person_without_a_password_signs_in_with_none(
    make_person: Callable[..., User], request_to: HttpRequest
) -> None:
    person = User.objects.create_user("dora@example.com")

    assert not person.has_usable_password()
    assert authenticate(request_to, email="dora@example.com", password="") is None


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"language": "tlh"}, "“tlh” is not a language of this site. Choose one of: en, de, fr."),
        ({"language": ""}, "cannot be blank"),
        ({"country": "de"}, "“de” is not a country code. Give two capital letters, such as DE."),
        ({"country": "DEU"}, "at most 2 characters"),
        ({"time_zone": "Mars/Olympus"}, "“Mars/Olympus” is not a time zone."),
        ({"time_zone": ""}, "cannot be blank"),
        ({"external_id": "x" * 65}, "at most 64 characters"),
    ],
)
def test_a_person_with_an_unknown_place_is_refused_in_words(
    make_person: Callable[..., User], fields: dict[str, str], said: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        make_person("alice", **fields)

    (name,) = fields
    assert said in " ".join(refused.value.message_dict[name])
    assert User.objects.count() == 0


def test_every_wrong_place_of_a_person_is_named_at_once(make_person: Callable[..., User]) -> None:
    with pytest.raises(ValidationError) as refused:
        make_person("alice", language="tlh", country="xx", time_zone="Mars")

    assert sorted(refused.value.message_dict) == ["country", "language", "time_zone"]


def test_a_persons_country_may_be_unknown(make_person: Callable[..., User]) -> None:
    assert make_person("alice", country="").country == ""


def test_one_id_in_the_shop_belongs_to_one_person_and_many_may_have_none(
    make_person: Callable[..., User],
) -> None:
    make_person("alice", external_id="shop-1")
    make_person("bob")
    make_person("charlie")

    with pytest.raises(ValidationError):
        make_person("dora", external_id="shop-1")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(email="bob@example.com").update(external_id="shop-1")

    assert User.objects.filter(external_id=None).count() == 2


def test_every_way_to_store_an_address_lowers_all_its_letters(make_person: Callable[..., User]) -> None:
    alice, bob = make_person("alice"), make_person("bob")

    alice.email, alice.guardian_email = "ÄNNE@Example.com", "ÜBER@Example.com"
    alice.save()
    User.objects.filter(pk=bob.pk).update(email="ÖLE@Example.com", guardian_email="ÜBER@Example.com")
    (carol,) = User.objects.bulk_create([User(email="ÉVA@Example.com", guardian_email="ÜBER@Example.com")])

    assert (alice.email, alice.guardian_email) == ("änne@example.com", "über@example.com")
    kept = User.objects.order_by("pk").values_list("email", "guardian_email")
    assert list(kept.filter(pk__in=[alice.pk, bob.pk, carol.pk])) == [
        ("änne@example.com", "über@example.com"),
        ("öle@example.com", "über@example.com"),
        ("éva@example.com", "über@example.com"),
    ]


def test_addresses_that_were_stored_before_are_lowered_unless_somebody_has_them(
    make_person: Callable[..., User],
) -> None:
    alice, bob, carol = make_person("alice"), make_person("bob"), make_person("carol")
    User.objects.filter(pk=carol.pk).update(email="über@example.com")
    taken = "ÜBER@example.com" if connection.vendor == "sqlite" else bob.email
    with connection.cursor() as cursor:
        write = "UPDATE accounts_user SET email = %s, guardian_email = %s WHERE id = %s"
        cursor.execute(write, ["ÄNNE@example.com", "ÖLE@example.com", alice.pk])
        cursor.execute(write, [taken, "", bob.pk])

    migration = import_module("accounts.migrations.0004_addresses_in_lower_case")
    migration.lower_addresses(apps, connection.schema_editor())

    kept = dict(User.objects.values_list("pk", "email"))
    assert kept == {alice.pk: "änne@example.com", bob.pk: taken, carol.pk: "über@example.com"}
    assert User.objects.get(pk=alice.pk).guardian_email == "öle@example.com"


def test_an_administrator_may_do_everything(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)

    call_command("createsuperuser", email="Root@example.com", interactive=False, verbosity=0)

    root = User.objects.get(email="root@example.com")
    assert (root.is_staff, root.is_superuser, root.is_service) == (True, True, False)
    assert root.check_password(PASSWORD)


def test_a_person_joins_now_unless_said_otherwise(make_person: Callable[..., User]) -> None:
    joined = datetime(2019, 5, 14, tzinfo=UTC)

    before = datetime.now(UTC)
    known: dict[str, Any] = {"date_joined": joined}
    early, late = make_person("alice", **known), User.objects.create_user("bob@example.com")

    assert early.date_joined == joined
    assert before <= late.date_joined <= datetime.now(UTC)


def test_an_account_that_is_closed_may_do_nothing(author: User, request_to: HttpRequest) -> None:
    assert author.has_perm("policies.write_version")
    User.objects.filter(pk=author.pk).update(is_active=False)

    assert not User.objects.get(pk=author.pk).has_perm("policies.write_version")
    assert authenticate(request_to, email=author.email, password=PASSWORD) is None
