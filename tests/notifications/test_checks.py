"""Settings that are wrong together, and a database without its triggers, found before they do harm."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from django.core.checks import Error, Tags, run_checks
from django.core.checks import Warning as Caution
from django.db import connection

from acceptance.checks import check_stamps
from acceptance.triggers import ACCEPTANCE_TRIGGERS
from notifications.checks import check_address, check_mail, check_templates, check_triggers, notice_templates
from policies.triggers import drop_triggers

pytestmark = pytest.mark.once


@pytest.fixture
def use_template(settings: Any, tmp_path: Path) -> Callable[[str, str], None]:
    """Give a way to put a template in the place of the site's own, or beside them."""

    def put(name: str, content: str) -> None:
        template = tmp_path / name
        template.parent.mkdir(parents=True, exist_ok=True)
        template.write_text(content)
        own = [folder for folder in settings.TEMPLATES[0]["DIRS"] if folder != tmp_path]
        settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [tmp_path, *own]}]

    return put


def found_by(run: Any) -> list[str]:
    """Give the ids of what a check found."""
    return [str(message.id) for message in run]


def drop(*names: str) -> None:
    """Take triggers off the database."""
    drop_triggers(connection, [trigger for trigger in ACCEPTANCE_TRIGGERS if trigger.name in names])


def test_settings_that_fit_pass(settings: Any) -> None:
    settings.SITE_URL = "https://shoes.example"
    settings.EMAIL_USE_TLS = True

    assert found_by(check_mail()) == []
    assert found_by(check_address()) == []


@pytest.mark.parametrize(("provider", "secret"), [("postmark", ""), ("", "s" * 40)])
def test_a_provider_without_its_secret_is_refused(settings: Any, provider: str, secret: str) -> None:
    settings.MAIL_PROVIDER, settings.MAIL_PROVIDER_SECRET = provider, secret

    assert found_by(check_mail()) == ["notifications.E005"]


@pytest.mark.parametrize(
    ("authority", "roots", "found"),
    [
        ("https://stamp.example", "", ["acceptance.E001"]),
        ("", "/nowhere.pem", ["acceptance.E002"]),
        ("", "", []),
    ],
)
def test_an_authority_whose_stamps_nobody_could_check_is_refused(
    settings: Any, authority: str, roots: str, found: list[str]
) -> None:
    settings.TIMESTAMP_AUTHORITY, settings.TIMESTAMP_ROOTS = authority, roots

    assert found_by(check_stamps()) == found


def test_both_kinds_of_encryption_at_once_are_refused(settings: Any) -> None:
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = True

    (message,) = check_mail()

    assert isinstance(message, Error)
    assert message.id == "notifications.E001"


def test_the_notices_as_they_are_advertise_nothing_and_fetch_nothing() -> None:
    assert {name.rpartition(".")[2] for name in notice_templates()} == {"html", "txt"}
    assert found_by(check_templates()) == []


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("Now 20% off!", "notifications.E002"),
        ('{% load i18n %}{% translate "Free shipping" %}', "notifications.E002"),
        ("{% if before %}Limited time only{% endif %}", "notifications.E002"),
        ("{% if not before %}Jetzt kaufen{% endif %}", "notifications.E002"),
        ('<img src="https://shop.example/p.gif" width="1">', "notifications.E003"),
        ("<style>p { background: url(https://shop.example/b.png) }</style>", "notifications.E003"),
        ('<td background="https://shop.example/b.png">', "notifications.E003"),
        # Nothing of this comes out unless something else is known that the check does not know.
        ("{% if text.reason %}Special offer{% endif %}", "notifications.E002"),
        ('{% if left.days > 0 %}<img src="https://track.example/p.gif">{% endif %}', "notifications.E003"),
        ("{% for risk in summary.risks %}Voucher: buy now{% endfor %}", "notifications.E002"),
        ('{{ text.reason|default:"Gutschein" }}', "notifications.E002"),
        ("{% include footer %}", "notifications.E004"),
    ],
)
def test_a_notice_that_advertises_or_fetches_is_refused(
    use_template: Callable[[str, str], None], content: str, expected: str
) -> None:
    use_template("notices/change/body.html", content)

    (message,) = check_templates()

    assert message.id == expected
    assert "notices/change/body.html" in message.msg


@pytest.mark.parametrize("tag", ['{% include "shop/footer.html" %}', '{% extends "shop/footer.html" %}'])
def test_so_is_one_that_draws_it_in_from_elsewhere(
    use_template: Callable[[str, str], None], tag: str
) -> None:
    use_template("shop/footer.html", "{% include 'shop/last.html' %}")
    use_template("shop/last.html", "{% if applies %}Voucher: buy now{% endif %}")
    use_template("notices/correction/body.html", tag)

    (message,) = check_templates()

    assert message.id == "notifications.E002"
    assert "shop/last.html" in message.msg


@pytest.mark.parametrize(
    ("tag", "message"),
    [
        ('{% translate "Good news" %}', {"id": "Good news", "string": "Rabatt"}),
        (
            '{% translate "Good news" context "mail" %}',
            {"id": "Good news", "string": "Rabatt", "context": "mail"},
        ),
        (
            "{% blocktranslate %}Good news{% endblocktranslate %}",
            {"id": "Good news", "string": "Rabatt"},
        ),
        (
            "{% blocktranslate count n=left.days %}A day{% plural %}Days{% endblocktranslate %}",
            {"id": ("A day", "Days"), "string": ("Ein Tag", "Rabatt")},
        ),
    ],
)
def test_so_is_one_that_advertises_in_a_translation_alone(
    use_template: Callable[[str, str], None],
    settings: Any,
    tmp_path: Path,
    tag: str,
    message: dict[str, Any],
) -> None:
    use_template("notices/change/body.html", f"{{% load i18n %}}{{% if text.reason %}}{tag}{{% endif %}}")
    catalog = Catalog("de")
    catalog.add(**message)
    compiled = tmp_path / "locale" / "de" / "LC_MESSAGES" / "django.mo"
    compiled.parent.mkdir(parents=True)
    with compiled.open("wb") as file:
        write_mo(file, catalog)
    settings.LOCALE_PATHS = [tmp_path / "locale", *settings.LOCALE_PATHS]

    (found,) = check_templates()

    assert found.id == "notifications.E002"
    assert "Rabatt" in found.msg


@pytest.mark.parametrize("address", ["http://127.0.0.1:8000", "https://localhost", "http://[::1]:8000"])
def test_links_that_lead_nowhere_are_named(settings: Any, address: str) -> None:
    settings.SITE_URL = address

    assert found_by(check_address()) == ["notifications.W001"]


def test_links_that_would_cross_the_network_in_the_clear_are_named(settings: Any) -> None:
    settings.SITE_URL = "http://shoes.example"

    assert found_by(check_address()) == ["notifications.W002"]


def test_missing_triggers_are_named(db: None) -> None:
    drop("act_unchanged", "act_kept")

    (message,) = check_triggers(databases=["default"])

    assert isinstance(message, Caution)
    assert message.id == "notifications.W003"
    assert "act_unchanged, act_kept" in message.msg


def test_triggers_that_are_there_pass(db: None) -> None:
    assert found_by(check_triggers(databases=["default"])) == []
    assert found_by(check_triggers()) == []


def test_the_checks_run_with_all_others(db: None, settings: Any) -> None:
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = True
    settings.SITE_URL = "http://shoes.example"
    drop("act_kept")

    at_start = found_by(run_checks())
    before_deploying = found_by(run_checks(include_deployment_checks=True))
    of_the_database = found_by(run_checks(tags=[Tags.database], databases=["default"]))

    assert "notifications.E001" in at_start
    assert "notifications.W002" not in at_start
    assert "notifications.W002" in before_deploying
    assert "notifications.W003" in of_the_database
