"""The command that says which version governed a person: its answer, and what it refuses."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

import pytest
from django.core.management import CommandError, call_command

from acceptance.models import Exposure, ExposureKind
from acceptance.selectors import governing_version
from acceptance.services import record_exposures
from accounts.models import User
from policies.models import ChangeClass, PolicyVersion
from tests.acceptance.conftest import DAY, EFFECT, SECOND_AT, SECOND_EFFECT
from tests.acceptance.records import answer, everything

pytestmark = pytest.mark.once


@pytest.fixture
def second(make_second: Callable[..., PolicyVersion], alice: User) -> PolicyVersion:
    """Give version 2, which asks for agreement, and of which Alice was told in time."""
    version = make_second(change_class=ChangeClass.NEW_PURPOSE)
    record_exposures(user_id=alice.pk, version_ids=[version.pk], kind=ExposureKind.NOTIFIED, now=SECOND_AT)
    return version


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Give what the command prints."""
    capsys.readouterr()
    call_command("governing_version", "Alice@example.com", "privacy", *arguments)
    return capsys.readouterr().out


def instant(at: datetime) -> str:
    """Write an instant as UTC without saying so."""
    return f"{at:%Y-%m-%dT%H:%M:%S}"


def test_the_answer_names_version_reasons_and_evidence(
    alice: User,
    charlie: User,
    first: PolicyVersion,
    second: PolicyVersion,
    capsys: pytest.CaptureFixture[str],
) -> None:
    answer(charlie, at=SECOND_EFFECT)
    declined = answer(alice, at=SECOND_EFFECT, accepts=False)
    told = Exposure.objects.get(kind=ExposureKind.NOTIFIED)

    said = json.loads(asked(capsys, "--at", instant(SECOND_EFFECT + DAY), "--json"))

    assert said == {
        "policy": "privacy",
        "at": "2026-06-02T09:00:00+00:00",
        "version": 1,
        "texts": {text.language: text.sha256 for text in first.texts.all()},
        "effective_at": "2026-03-03T09:00:00+00:00",
        "basis": "in_effect",
        "goes_on_because": "declined",
        "reasons": [
            {
                "code": "declined",
                "sentence": "Version 2 asks for agreement, and the person had declined it.",
                "moment": "2026-06-01T09:00:00+00:00",
                "versions": [2],
                "acts": [str(declined.pk)],
                "exposures": [told.pk],
                "rule": "GDPR Art. 6(1)(a), 13(3), recital 32: silence is no consent",
            },
            {
                "code": "in_effect",
                "sentence": "Version 1 was in effect for the person, and asks for no agreement.",
                "moment": "2026-03-03T09:00:00+00:00",
                "versions": [1],
                "acts": [],
                "exposures": [told.pk],
                "rule": said["reasons"][1]["rule"],
            },
        ],
        "country": "US",
        "limits": "It uses the person’s country as it is now.",
    }


def test_without_json_it_says_the_same_in_sentences(
    alice: User, second: PolicyVersion, capsys: pytest.CaptureFixture[str]
) -> None:
    agreed = answer(alice, at=SECOND_AT)

    before, after = (
        asked(capsys, "--at", instant(at)).splitlines() for at in (SECOND_EFFECT - DAY, SECOND_EFFECT)
    )

    assert before[0].startswith("Version 1 of privacy governed at 2026-05-31T09:00:00Z, in effect from")
    assert before[1] == "- Version 2 had not taken effect yet. (2026-06-01T09:00:00Z)"
    assert after[0].startswith("Version 2 of privacy governed at 2026-06-01T09:00:00Z, in effect from")
    assert f"(2026-05-01T09:00:00Z; act {agreed.pk} AGREED; exposure" in after[1]


def test_before_anything_held_it_says_so(
    alice: User, first: PolicyVersion, capsys: pytest.CaptureFixture[str]
) -> None:
    said = asked(capsys, "--at", instant(EFFECT - DAY)).splitlines()

    assert said[0] == "No version of privacy governed at 2026-03-02T09:00:00Z."


def test_a_zone_that_is_written_is_minded_and_utc_is_meant_without_one(
    alice: User, first: PolicyVersion, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = [
        json.loads(asked(capsys, "--json", "--at", written))["version"]
        for written in ("2026-03-03T09:00", "2026-03-03T09:00+01:00", "2026-03-03T10:00+01:00")
    ]

    assert answers == [1, None, 1]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("nobody@example.com", "privacy"), "Nobody has the address nobody@example.com."),
        (("alice@example.com", "terms"), "There is no policy “terms”. There are: privacy."),
        (("alice@example.com", "privacy", "--at", "soon"), "“soon” is not a date and time."),
        (("alice@example.com", "privacy", "--at", ""), "“” is not a date and time."),
        (("alice@example.com", "privacy", "--at", "9999-12-31T23:59Z"), "The year 9999 is out of reach."),
    ],
)
def test_what_names_nothing_is_refused_in_a_sentence(
    alice: User, first: PolicyVersion, arguments: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("governing_version", *arguments)

    assert (refused.value.returncode, str(refused.value).startswith(sentence)) == (2, True)


def test_the_answer_takes_five_queries_however_long_the_history(
    alice: User,
    second: PolicyVersion,
    django_assert_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    answer(alice, at=SECOND_AT)
    answer(alice, at=SECOND_AT + DAY, accepts=False)

    with django_assert_num_queries(5):
        governing_version(alice, "privacy", at=SECOND_EFFECT)


def test_asking_stores_nothing(
    alice: User, second: PolicyVersion, capsys: pytest.CaptureFixture[str]
) -> None:
    before, met = everything(), Exposure.objects.count()

    asked(capsys, "--json")

    assert (everything(), Exposure.objects.count()) == (before, met)
