"""A link to a person is cut by an erasure alone, and the ledger says of how many."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from acceptance.models import Act, EntryKind, LedgerEntry, LegacyAcceptance
from acceptance.services import Verdict, import_acceptances, note_erasure, read_rows
from acceptance.services.comparing import wrong_acts, wrong_legacy
from acceptance.services.cuts import CUTS as KINDS
from acceptance.services.cuts import wrong_cuts
from accounts.models import User
from policies.models import PolicyVersion
from tests.acceptance.conftest import DAY, EFFECT
from tests.acceptance.records import answer, enter

LATER = EFFECT + DAY
OF_BEFORE = b'{"acts":1,"erased_at":"%s","erasure":"0","type":"erasure"}'


@pytest.fixture
def first(first: PolicyVersion, alice: User, bob: User, make_person: Callable[..., User]) -> PolicyVersion:
    """Give a version that Alice has answered, Bob on paper, and both in an older system."""
    answer(alice, at=EFFECT)
    enter(first, bob, make_person("support", groups=("Support",)), at=EFFECT)
    lines = ["email,at,version,source"]
    lines += [f"{name}@example.com,2026-03-03T09:00Z,1,Old shop" for name in ("alice", "bob")]
    import_acceptances(slug="privacy", rows=read_rows(lines), skip_bad=False, tell=print, now=EFFECT)
    return first


def cut_person() -> None:
    Act.objects.filter(channel="WEB").update(user=None, acted_by=None)


def cut_who_entered() -> None:
    Act.objects.filter(channel="DESK").update(acted_by=None)


def cut_one_taken_over() -> None:
    taken = LegacyAcceptance.objects.filter(user__email="alice@example.com")
    taken.update(user=None, salt=b"")


CUTS = {
    "acts": (cut_person, "1 acts are without their person, and erasures account for 0."),
    "entered": (
        cut_who_entered,
        "1 answers from the desk are without who entered them, and erasures account for 0.",
    ),
    "taken_over": (
        cut_one_taken_over,
        "1 acceptances that were taken over are without their person, and erasures account for 0.",
    ),
}


def sentences() -> list[str]:
    assert {finding.verdict for finding in wrong_cuts(KINDS)} <= {Verdict.TAMPERED}
    return [finding.sentence for finding in wrong_cuts(KINDS)]


def erase(**numbers: int) -> None:
    """Enter an erasure that cut so many."""
    note_erasure(uuid4(), now=LATER, **({"acts": 0, "entered": 0, "taken_over": 0} | numbers))


def erase_as_before(instant: str) -> None:
    """Enter an erasure as it was entered before anything but acts was counted."""
    body = OF_BEFORE % instant.encode()
    LedgerEntry.objects.create(kind=EntryKind.ERASURE, body=body, entered_at=LATER)


@pytest.mark.parametrize("part", CUTS)
def test_what_is_cut_and_no_erasure_accounts_for_is_found_out(first: PolicyVersion, part: str) -> None:
    cut, sentence = CUTS[part]
    assert sentences() == []

    cut()

    assert sentences() == [sentence]
    assert [*wrong_acts(), *wrong_legacy()] == []


@pytest.mark.parametrize("part", CUTS)
def test_what_an_erasure_accounts_for_is_sound_and_nothing_else(first: PolicyVersion, part: str) -> None:
    CUTS[part][0]()

    erase(**{other: 1 for other in CUTS if other != part})
    assert len(sentences()) == 1
    erase(**{part: 1})
    assert sentences() == []


def test_one_erasure_too_few_is_found_out(first: PolicyVersion) -> None:
    LegacyAcceptance.objects.update(user=None, salt=b"")

    erase(taken_over=1)

    assert sentences() == [
        "2 acceptances that were taken over are without their person, and erasures account for 1."
    ]


def test_an_erasure_of_before_accounts_for_what_was_there_by_then(first: PolicyVersion) -> None:
    erase_as_before("2026-03-03T09:00:00.000000+00:00")

    for cut, _sentence in CUTS.values():
        cut()

    assert sentences() == []


def test_an_erasure_of_before_accounts_for_nothing_that_came_later(first: PolicyVersion) -> None:
    erase_as_before("2026-03-03T08:59:59.999999+00:00")

    for cut, _sentence in CUTS.values():
        cut()

    assert sentences() == [CUTS["entered"][1], CUTS["taken_over"][1]]


@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00", "2026-13-03", ""])
def test_an_erasure_that_was_changed_into_something_else_accounts_for_nothing(
    first: PolicyVersion, instant: str
) -> None:
    erase_as_before(instant)
    LedgerEntry.objects.create(kind=EntryKind.ERASURE, body=b"[]", entered_at=LATER)

    cut_who_entered()

    assert sentences() == [CUTS["entered"][1]]


def test_who_acted_on_the_site_is_nobody_but_the_person(first: PolicyVersion) -> None:
    act = Act.objects.get(channel="WEB")

    Act.objects.filter(pk=act.pk).update(acted_by=None)

    assert [finding.sentence for finding in wrong_acts()] == [f"Act {act.pk} is not as it was entered."]


def test_an_erasure_that_does_not_count_hides_nothing_once_others_do(first: PolicyVersion) -> None:
    erase()
    CUTS["acts"][0]()
    note_erasure(uuid4(), now=LATER, entered=0, taken_over=0)

    assert sentences() == [CUTS["acts"][1]]
