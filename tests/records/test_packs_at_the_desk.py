"""Who may make evidence packs makes them at the desk; everyone else does not."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from acceptance.models import Act, ActKind, LedgerEntry
from accounts.models import User
from policies.models import PolicyVersion
from policies.triggers import create_triggers, drop_triggers, every_trigger
from records.models import Pack
from records.verify import verified
from tests.acceptance.ledgers import SIGNER
from tests.acceptance.pages import words

# A test's own transaction is open while it runs, and PostgreSQL seals nothing that an open one wrote.
pytestmark = pytest.mark.once


@pytest.fixture(autouse=True)
def key(settings: Any, tmp_path: Path) -> None:
    """Let the site sign with a key of the test's own."""
    settings.LEDGER_KEY_FILE, settings.LEDGER_KEY_COMMAND = str(tmp_path / "key"), ""


@pytest.fixture
def keeper(client: Client, make_person: Callable[..., User]) -> Client:
    """Give the browser of who decides about what is held of people."""
    client.force_login(make_person("keeper", groups=("Data protection",)))
    return client


def test_a_pack_about_a_person_is_given_out_and_listed(
    answered: User, keeper: Client, tmp_path: Path
) -> None:
    answer = keeper.post("/desk/evidence/", {"person": answered.email.upper(), "at": ""})

    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer.headers["Cache-Control"]
    (tmp_path / "pack.zip").write_bytes(answer.content)
    assert verified(tmp_path / "pack.zip", "").changed == []
    pack = Pack.objects.get()
    assert (pack.person, pack.made_by and pack.made_by.email) == (answered, "keeper@example.com")
    assert str(pack.pk) in keeper.get("/desk/evidence/").content.decode()


def test_no_pack_is_given_out_that_would_not_prove_what_it_says(answered: User, keeper: Client) -> None:
    triggers = every_trigger()
    drop_triggers(connection, triggers)
    Act.objects.filter(user=answered).update(kind=ActKind.DECLINED)
    create_triggers(connection, triggers)

    answer = keeper.post("/desk/evidence/", {"person": answered.email, "at": ""})

    said = words(answer.content)
    assert answer.status_code == 409
    assert "the records do not fit the ledger: acts/" in said
    assert "says something else than its entry. Find out with “manage.py verify_ledger”" in said
    assert not Pack.objects.exists()


def test_what_is_not_in_the_ledger_yet_is_called_that(answered: User, keeper: Client) -> None:
    triggers = every_trigger()
    drop_triggers(connection, triggers)
    LedgerEntry.objects.filter(act__user=answered).delete()
    create_triggers(connection, triggers)

    answer = keeper.post("/desk/evidence/", {"person": answered.email, "at": ""})

    assert answer.status_code == 409
    assert "Some of what the pack holds is not in the ledger yet." in words(answer.content)
    assert not Pack.objects.exists()


def test_a_pack_about_a_version_is_made_from_its_page(
    answered: User, first: PolicyVersion, keeper: Client
) -> None:
    assert (
        f"/desk/versions/{first.pk}/evidence/" in keeper.get(f"/desk/versions/{first.pk}/").content.decode()
    )

    answer = keeper.post(f"/desk/versions/{first.pk}/evidence/")

    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    assert "versions/privacy-1.json" in names
    assert keeper.post("/desk/versions/999/evidence/").status_code == 404


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"person": "nobody@example.com"}, "Nobody has this address"),
        ({"person": ""}, "required"),
        ({"person": "alice@example.com", "at": "yesterday"}, "valid date"),
        ({"person": "alice@example.com", "at": "0001-01-01T00:00"}, "out of reach"),
    ],
)
def test_what_is_asked_wrongly_is_said_and_nothing_is_made(
    answered: User, keeper: Client, fields: dict[str, str], words: str
) -> None:
    answer = keeper.post("/desk/evidence/", fields)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Pack.objects.exists()


def test_without_the_key_nothing_is_given_out(answered: User, keeper: Client, settings: Any) -> None:
    settings.LEDGER_KEY_COMMAND = "false"

    answer = keeper.post("/desk/evidence/", {"person": answered.email})

    assert answer.status_code == 409
    assert "LEDGER_KEY_COMMAND" in answer.content.decode()
    assert not Pack.objects.exists()


def test_an_approver_makes_none(answered: User, client: Client, approver: User) -> None:
    client.force_login(approver)

    assert client.post("/desk/evidence/", {"person": answered.email}).status_code == 403
    assert SIGNER.name not in client.get("/desk/").content.decode()
    assert "/desk/evidence/" not in client.get("/desk/").content.decode()
