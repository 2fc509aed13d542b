"""Acceptances of an older system are taken over as what they are: nobody knows what was on the screen."""

from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from acceptance.models import AcceptedBy, Act, EntryKind, LedgerEntry, LegacyAcceptance, Standing
from acceptance.selectors import awaited, facts_of
from acceptance.services import Taken, import_acceptances, read_rows
from acceptance.services.comparing import wrong_legacy
from acceptance.services.legacy import PORTION
from accounts.models import User
from policies.models import Policy, PolicyVersion
from policies.selectors import load_register, load_rule_book
from policies.services import recall_version
from tests.acceptance.conftest import DAY, EFFECT, SECOND_AT, SECOND_EFFECT
from tests.acceptance.pages import words
from tests.acceptance.records import answer, everything, parts_of, withdraw_by, withdrawal

HEAD = "email,external_id,at,version,source\n"
# A day after the first version was published, and long before a file is imported.
THEN = "2026-03-03T10:00+01:00"
IMPORT = SECOND_EFFECT

Import = Callable[..., str]


@pytest.fixture
def take(tmp_path: Path, freeze: Callable[..., None]) -> Import:
    """Give a way to import lines by the command; it gives what was printed, and adds bad rows to `told`."""

    def run(*lines: str, head: str = HEAD, told: list[str] | None = None, skip_bad: bool = False) -> str:
        freeze(IMPORT)
        path, out, errors = tmp_path / "old.csv", StringIO(), StringIO()
        path.write_text(head + "".join(f"{line}\n" for line in lines))
        try:
            call_command(
                "import_acceptances", path, policy="privacy", skip_bad=skip_bad, stdout=out, stderr=errors
            )
        finally:
            if told is not None:
                told += errors.getvalue().splitlines()
        return out.getvalue().strip()

    return run


@pytest.fixture
def staff(make_person: Callable[..., User]) -> User:
    """Give somebody of the support."""
    return make_person("support", groups=("Support",))


def test_a_known_version_counts_as_accepted_and_the_ledger_names_nobody(
    alice: User, first: PolicyVersion, take: Import
) -> None:
    said = take(f"ALICE@example.com,,{THEN},1,Old shop")

    assert said == "Taken over: 1. On record already: 0. Bad, and left out: 0."
    legacy = LegacyAcceptance.objects.get()
    assert (legacy.user, legacy.version, legacy.source, legacy.imported_at) == (
        alice,
        first,
        "Old shop",
        IMPORT,
    )
    standing = Standing.objects.get()
    assert (standing.accepted_version, standing.accepted_kind) == (first, AcceptedBy.LEGACY)
    body = bytes(LedgerEntry.objects.get(kind=EntryKind.LEGACY).body)
    assert b'"version":1' in body
    assert b"Old shop" not in body
    assert alice.email.encode() not in body
    assert list(wrong_legacy()) == []
    assert not Act.objects.exists()


def test_an_unknown_version_counts_as_nothing_and_is_shown(
    alice: User, staff: User, first: PolicyVersion, take: Import, browse: Callable[..., Client]
) -> None:
    take(f"alice@example.com,,{THEN},,Old shop")

    own = words(browse(alice, at=IMPORT).get("/me/").content)
    desk = words(browse(staff, at=IMPORT).get(f"/desk/people/{alice.pk}/answers/").content)

    assert facts_of(alice).accepted.get(first.policy_id, 0) == 0
    for page in (own, desk):
        assert "accepted an earlier text, version unknown, March 3, 2026" in page
        assert "Old shop" in page
    assert "no version yet" in own
    assert list(wrong_legacy()) == []


def test_a_person_is_found_by_the_id_in_the_shop(
    make_person: Callable[..., User], first: PolicyVersion, take: Import
) -> None:
    dora = make_person("dora", external_id="4711")

    take(f"4711,{THEN},1,Old shop", head="external_id,at,version,source\n")

    assert LegacyAcceptance.objects.get().user == dora


def test_what_is_known_of_a_person_counts_in_the_order_of_its_instants(
    alice: User, bob: User, make_second: Callable[..., PolicyVersion], first: PolicyVersion, take: Import
) -> None:
    answer(alice, at=EFFECT)
    withdraw_by(withdrawal(alice), alice, at=EFFECT + DAY)
    answer(bob, at=EFFECT, accepts=False)
    make_second()
    later = (SECOND_AT + DAY).isoformat()

    take(f"alice@example.com,,{THEN},1,Old", f"bob@example.com,,{THEN},1,Old")
    before = [facts_of(person).accepted[first.policy_id] for person in (alice, bob)]
    take(f"alice@example.com,,{later},2,Old", f"bob@example.com,,{later},1,Old", skip_bad=True)
    after = [facts_of(person).accepted[first.policy_id] for person in (alice, bob)]

    # What is older than a withdrawal, or than the last word on the version, counts for nothing.
    assert (before, after) == ([0, 0], [2, 1])
    assert facts_of(bob).declined == {}


def test_what_was_taken_over_can_be_withdrawn(alice: User, first: PolicyVersion, take: Import) -> None:
    take(f"alice@example.com,,{THEN},1,Old")

    withdraw_by(withdrawal(alice), alice, at=IMPORT + DAY)

    assert facts_of(alice).accepted == {first.policy_id: 0}
    assert facts_of(alice).withdrawn == {first.policy_id: 1}


def test_it_is_counted_apart_and_no_answer_is_awaited(
    alice: User, first: PolicyVersion, take: Import
) -> None:
    register, rules = load_register(), load_rule_book()
    entry = register.by_id[first.pk]
    before = alice in awaited(entry, register, rules, at=IMPORT)

    take(f"alice@example.com,,{THEN},1,Old")

    assert (before, alice in awaited(entry, register, rules, at=IMPORT)) == (True, False)
    counted = parts_of(first, at=IMPORT)
    assert (counted["taken_over"], counted.get("acknowledged")) == (1, None)


BAD = {
    f"nobody@example.com,,{THEN},1,Old": "names nobody",
    f",,{THEN},1,Old": "names nobody",
    f"robot@example.com,,{THEN},1,Old": "names nobody",
    f"alice@example.com,4711,{THEN},1,Old": "two different people",
    f"alice@example.com,4712,{THEN},1,Old": "two different people",
    "alice@example.com,,yesterday,1,Old": "is not a date and time",
    "alice@example.com,,2026-03-03T10:00,1,Old": "has no time zone",
    "alice@example.com,,9999-12-31T10:00Z,1,Old": "out of reach",
    "alice@example.com,,2030-01-01T00:00Z,1,Old": "lies in the future",
    f"alice@example.com,,{THEN},7,Old": "There is no version “7”",
    f"alice@example.com,,{THEN},one,Old": "There is no version “one”",
    f"alice@example.com,,{THEN},{'9' * 40},Old": "There is no version",
    f"alice@example.com,,{THEN},2,Old": "was published after that",
    "alice@example.com,,2026-05-03T10:00Z,2,Old": "was recalled",
    f"alice@example.com,,{THEN},1,": "source is missing",
    f"alice@example.com,,{THEN},1,{'x' * 2001}": "longer than 2000",
    f"alice@example.com,,{THEN},1,O\0ld": "holds a NUL",
    f"alice@example.com\0,,{THEN},1,Old": "holds a NUL",
    f"alice@example.com,4711\0,{THEN},1,Old": "holds a NUL",
    f"alice@example.com,,{THEN}\0,1,Old": "holds a NUL",
    f"alice@example.com,,{THEN},1\0,Old": "holds a NUL",
    f"alice@example.com,,{THEN},1": "more or fewer cells",
    f"alice@example.com,,{THEN},1,Old,more": "more or fewer cells",
}


@pytest.fixture
def others(
    make_person: Callable[..., User], approver: User, make_second: Callable[..., PolicyVersion]
) -> None:
    """Give a second version that was recalled, a customer with an id in the shop, and a program."""
    second = make_second()
    recall_version(version_id=second.pk, reason="A mistake.", recalled_by=approver, now=SECOND_AT + DAY)
    make_person("dora", external_id="4711")
    make_person("robot", is_service=True)


def test_bad_rows_are_listed_and_nothing_is_taken_over(
    alice: User, charlie: User, others: None, take: Import
) -> None:
    told: list[str] = []
    before = everything()

    with pytest.raises(CommandError, match=f"{len(BAD)} rows are bad, and nothing was taken over") as refused:
        take(f"charlie@example.com,,{THEN},1,Old", *BAD, told=told)

    assert refused.value.returncode == 2
    assert everything() == before
    assert len(told) == len(BAD)
    for line, (said, why) in enumerate(zip(told, BAD.values(), strict=True), start=3):
        assert said.startswith(f"Line {line}: ")
        assert why in said


def test_bad_rows_can_be_left_out(alice: User, charlie: User, others: None, take: Import) -> None:
    said = take(f"charlie@example.com,,{THEN},1,Old", *BAD, skip_bad=True)

    assert said == f"Taken over: 1. On record already: 0. Bad, and left out: {len(BAD)}."
    assert LegacyAcceptance.objects.get().user == charlie


def test_a_row_that_the_file_has_twice_is_bad(alice: User, first: PolicyVersion, take: Import) -> None:
    told: list[str] = []

    with pytest.raises(CommandError):
        take(
            f"alice@example.com,,{THEN},1,Old",
            "alice@example.com,,2026-03-03T09:00Z,,Old",
            told=told,
        )

    assert told == ["Line 3: The file names this person and instant twice."]
    assert not LegacyAcceptance.objects.exists()


def again(*rows: str, told: list[str]) -> Taken:
    """Import rows a day later, leaving out the bad ones."""
    return import_acceptances(
        slug="privacy",
        rows=read_rows([HEAD, *(f"{row}\n" for row in rows)]),
        skip_bad=True,
        tell=lambda _line, reason: told.append(reason),
        now=IMPORT + DAY,
    )


def test_the_same_file_again_takes_nothing_over(
    alice: User, charlie: User, first: PolicyVersion, take: Import
) -> None:
    rows = f"alice@example.com,,{THEN},1,Old", f"charlie@example.com,,{THEN},,Old"
    take(*rows)
    before, told = everything(), list[str]()

    taken = again(*rows, told=told)

    assert (taken, told) == (Taken(new=0, known=2, bad=0), [])
    assert everything() == before


def test_a_row_that_contradicts_the_record_is_bad(alice: User, first: PolicyVersion, take: Import) -> None:
    take(f"alice@example.com,,{THEN},1,Old")
    told: list[str] = []

    taken = again(f"alice@example.com,,{THEN},,Old", told=told)

    assert taken == Taken(new=0, known=0, bad=1)
    assert told == ["Another version is on record for this person and instant."]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "The first line must name the columns"),
        (b"email,at,version\n", "The first line must name the columns"),
        (b"at,version,source\n", "The first line must name the columns"),
        (HEAD.encode() + b"\xff\xfe,,,,\n", "not in UTF-8"),
        (HEAD.encode() + b'"a"b,,,,\n', "is not CSV"),
        (HEAD.encode() + b"x" * 200_000 + b",,,,\n", "is not CSV"),
    ],
)
def test_a_file_that_is_no_such_file_is_refused(
    first: PolicyVersion, tmp_path: Path, content: bytes, why: str
) -> None:
    path = tmp_path / "old.csv"
    path.write_bytes(content)

    with pytest.raises(CommandError, match=why) as refused:
        call_command("import_acceptances", path, policy="privacy")

    assert refused.value.returncode == 2


def test_a_policy_or_a_file_that_is_not_there_is_refused(
    make_policy: Callable[..., Policy], tmp_path: Path
) -> None:
    (tmp_path / "old.csv").write_text(HEAD)

    with pytest.raises(CommandError, match="There is no policy “terms”"):
        call_command("import_acceptances", tmp_path / "old.csv", policy="terms")
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_acceptances", tmp_path / "older.csv", policy="terms")


def test_a_portion_is_written_before_the_next_one_is_read(
    make_person: Callable[..., User], first: PolicyVersion
) -> None:
    dora, rows, behind = make_person("dora"), 2 * PORTION + 7, list[int]()

    def lines() -> Iterator[str]:
        yield HEAD
        for number in range(rows):
            if number % PORTION == 0:
                behind.append(number - LegacyAcceptance.objects.count())
            yield f"dora@example.com,,2026-03-03T10:00:00.{number:06}Z,1,Old\n"

    taken = import_acceptances(
        slug="privacy", rows=read_rows(lines()), skip_bad=False, tell=print, now=IMPORT
    )

    assert taken.new == rows == LedgerEntry.objects.filter(kind=EntryKind.LEGACY).count()
    assert len(behind) == 3
    assert max(behind) <= PORTION
    assert facts_of(dora).accepted == {first.policy_id: 1}
