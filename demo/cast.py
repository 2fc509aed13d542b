"""The people of the sample shop: 297 customers in four countries, and three at the desk."""

from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from accounts.models import User

PASSWORD = "larch-heather-alder"  # noqa: S105 - the password of invented people, printed in the terminal
PEOPLE = 300
# country, language, time zone; a row for each so that every fourth customer reads it.
PLACES = (
    ("DE", "de", "Europe/Berlin"),
    ("US", "en", "America/New_York"),
    ("FR", "fr", "Europe/Paris"),
    ("GB", "en", "Europe/London"),
)
DESK = {
    "author": ("Authors",),
    "approver": ("Approvers", "Publishers"),
    "counsel": ("Approvers", "Data protection", "Support"),
}
NAMED = {"ada": 0, "bruno": 1, "chloe": 2, "dora": 3}


def address(name: str) -> str:
    """Give the address of one of the shop's people."""
    return f"{name}@fernhill.example"


def gather(*, now: datetime) -> list[User]:
    """Make everyone, in the order of their keys; they joined over the year before `now`.

    The desk and the four named customers have a password; everyone else signs in by code.
    """
    password, no_password = make_password(PASSWORD), make_password(None)
    names = [*DESK, *NAMED, *(f"customer-{i:03d}" for i in range(PEOPLE - len(DESK) - len(NAMED)))]
    User.objects.bulk_create(
        customer(i, name, now, password if name in DESK or name in NAMED else no_password)
        for i, name in enumerate(names)
    )
    for name, groups in DESK.items():
        User.objects.get(email=address(name)).groups.set(Group.objects.filter(name__in=groups))
    return list(User.objects.order_by("pk"))


def customer(i: int, name: str, now: datetime, password: str) -> User:
    """Make the `i`th person, not saved yet. The desk reads English, so that whoever tries the demo can."""
    country, language, zone = PLACES[NAMED.get(name, i) % len(PLACES)]
    if name in DESK:
        language = PLACES[1][1]
    return User(
        email=address(name),
        password=password,
        country=country,
        language=language,
        time_zone=zone,
        external_id=f"demo-{i:03d}",
        date_joined=now - timedelta(days=360 - i),
    )
