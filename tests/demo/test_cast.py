"""The people of the sample shop."""

from collections import Counter

import pytest
from django.contrib.auth import authenticate

from accounts.models import User
from demo.cast import DESK, NAMED, PASSWORD, address, gather
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


def test_three_hundred_people_live_in_four_countries_and_read_three_languages() -> None:
    people = gather(now=NOW)

    assert len(people) == len({person.email for person in people}) == 300
    assert set(Counter(person.country for person in people)) == {"DE", "FR", "GB", "US"}
    assert set(Counter(person.language for person in people)) == {"de", "en", "fr"}
    assert all(person.external_id and person.external_id.startswith("demo-") for person in people)
    assert all(person.date_joined < NOW for person in people)


def test_the_people_whom_the_terminal_names_have_a_password_and_all_others_sign_in_by_code() -> None:
    gather(now=NOW)

    able = {person.email for person in User.objects.all() if person.has_usable_password()}
    assert able == {address(name) for name in (*DESK, *NAMED)}
    assert authenticate(email=address("ada"), password=PASSWORD) == User.objects.get(email=address("ada"))


def test_whoever_writes_does_not_approve() -> None:
    gather(now=NOW)
    author, approver = (User.objects.get(email=address(name)) for name in ("author", "approver"))

    may = "policies.write_version", "policies.approve_version", "policies.publish_version"

    assert [author.has_perm(name) for name in may] == [True, False, False]
    assert [approver.has_perm(name) for name in may] == [False, True, True]
