"""Which text governed a person: what binds by itself, what needs a yes, and what goes on meanwhile."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from acceptance.models import ActKind, ExposureKind
from acceptance.selectors import ActRow, ExposureRow, Governing, Ground, Reason, governing, past
from policies.models import Assent, ChangeClass
from policies.selectors import Publication, RuleBook
from tests.acceptance.conftest import DAY
from tests.acceptance.record_books import PRIVACY, entry, register_of, rule, rules_of
from tests.conftest import NOW

pytestmark = pytest.mark.pure

SECOND = timedelta(seconds=1)
# Version 1 is what everybody had; version 2 takes effect at NOW, with 14 days of notice asked for.
FIRST = entry(1, effective_at=NOW - 200 * DAY)
MATERIAL = entry(2)
PURPOSE = entry(2, change_class=ChangeClass.NEW_PURPOSE)
WORDING = entry(3, effective_at=NOW + 10 * DAY, change_class=ChangeClass.EDITORIAL)
# Of a change of wording nobody is told.
QUIET = rule(ChangeClass.EDITORIAL, assent=Assent.NONE)
QUIET.is_told, QUIET.min_notice_days = False, 0
RULES = rules_of(QUIET, rule(ChangeClass.MATERIAL), rule(ChangeClass.NEW_PURPOSE, assent=Assent.AGREE))


def told(number: int, at: datetime = NOW - 30 * DAY) -> tuple[int, ExposureKind, datetime]:
    """Give that the person was told by mail of a version."""
    return number, ExposureKind.NOTIFIED, at


def ask(
    *entries: Publication,
    at: datetime = NOW + 60 * DAY,
    said: Sequence[tuple[int, ActKind, datetime]] = (),
    met: Sequence[tuple[int, ExposureKind, datetime]] = (),
    joined_at: datetime = NOW - 400 * DAY,
    rules: RuleBook = RULES,
) -> Governing:
    """Ask which of these versions governed a person; acts and exposures name the number of a version."""
    known = past(
        user_id=1,
        country="US",
        joined_at=joined_at,
        acts=[
            ActRow(f"{key:06}", PRIVACY, number, number, kind, moment)
            for key, (number, kind, moment) in enumerate(said)
        ],
        exposures=[ExposureRow(key, number, kind, moment) for key, (number, kind, moment) in enumerate(met)],
        at=at,
    )
    return governing("privacy", known, register_of(*entries), rules, at=at)


def number(found: Governing) -> int | None:
    """Give the number of the version that governed."""
    return found.publication.number if found.publication else None


def grounds(found: Governing) -> list[tuple[int, str]]:
    """Give what was found about each version, the newest first."""
    return [(reason.versions[0], reason.ground) for reason in found.reasons]


def evidence(reason: Reason) -> list[int]:
    """Give the keys of the exposures behind a reason."""
    return [row.id for row in reason.exposures]


def test_a_version_that_asks_nothing_or_to_be_acknowledged_binds_from_its_moment_without_an_answer() -> None:
    before, after = (ask(FIRST, MATERIAL, at=NOW + late, met=[told(2)]) for late in (-SECOND, 0 * DAY))

    assert grounds(before) == [(2, "announced"), (1, "in_effect")]
    assert grounds(after) == [(2, "in_effect")]
    assert (after.basis, after.goes_on_because, after.effective_at) == (Ground.IN_EFFECT, None, NOW)


def test_acknowledging_is_no_condition_and_declining_to_is_none_either() -> None:
    yes, no = (
        ask(FIRST, MATERIAL, met=[told(2)], said=[(2, kind, NOW)])
        for kind in (ActKind.ACKNOWLEDGED, ActKind.DECLINED)
    )

    assert (number(yes), yes.basis) == (2, Ground.ACKNOWLEDGED)
    assert (number(no), no.basis) == (2, Ground.IN_EFFECT)


def test_a_version_that_asks_for_agreement_binds_by_nothing_less() -> None:
    silent, seen, agreed = (
        ask(FIRST, PURPOSE, met=[told(2)], said=said)
        for said in ([], [(2, ActKind.ACKNOWLEDGED, NOW)], [(2, ActKind.AGREED, NOW)])
    )

    assert grounds(silent) == grounds(seen) == [(2, "unanswered"), (1, "in_effect")]
    assert (silent.basis, silent.goes_on_because) == (Ground.IN_EFFECT, Ground.UNANSWERED)
    assert grounds(agreed) == [(2, "agreed")]


def test_an_early_agreement_counts_at_effect() -> None:
    early = [(2, ActKind.AGREED, NOW - 20 * DAY)]

    before, after = (
        ask(FIRST, PURPOSE, at=NOW + late, met=[told(2)], said=early) for late in (-SECOND, 0 * DAY)
    )

    assert (number(before), number(after)) == (1, 2)


@pytest.mark.parametrize("kind", [ActKind.DECLINED, ActKind.WITHDRAWN])
def test_who_declines_or_withdraws_goes_on_with_what_they_had_until_they_agree_again(kind: ActKind) -> None:
    said = [(2, ActKind.AGREED, NOW), (2, kind, NOW + DAY), (2, ActKind.AGREED, NOW + 2 * DAY)]

    found = [ask(FIRST, PURPOSE, at=NOW + days * DAY, met=[told(2)], said=said) for days in (0, 1, 2)]

    assert [number(one) for one in found] == [2, 1, 2]
    assert found[1].goes_on_because == kind.lower()
    assert [act.kind for act in found[1].reasons[0].acts] == [ActKind.AGREED, kind]


def test_going_on_counts_where_the_rule_says_so_and_not_after_a_no() -> None:
    rules = rules_of(rule(assent=Assent.AGREE, deemed=True, source="The clause."))
    met = [told(1), told(2), (2, ExposureKind.USED, NOW + DAY)]
    agreed = (1, ActKind.AGREED, NOW - 200 * DAY)

    deemed = ask(FIRST, MATERIAL, met=met, said=[agreed], rules=rules)
    early = ask(FIRST, MATERIAL, at=NOW, met=met, said=[agreed], rules=rules)
    withdrawn = ask(FIRST, MATERIAL, met=met, said=[agreed, (2, ActKind.WITHDRAWN, NOW)], rules=rules)

    assert (number(deemed), deemed.basis) == (2, Ground.DEEMED)
    [reason] = deemed.reasons
    assert (reason.moment, evidence(reason), reason.rule) == (NOW + DAY, [1, 2], "The clause.")
    # Whoever withdraws has withdrawn from the policy: no older agreement comes to life again.
    assert (number(early), number(withdrawn)) == (1, None)


def test_a_use_before_the_moment_that_late_notice_gives_is_no_acceptance() -> None:
    """Mail that was thought to have told came back: only the banner told, two days before effect."""
    rules = rules_of(rule(deemed=True))
    came_back = (2, ExposureKind.RETURNED, NOW + 2 * DAY)
    met = [told(1), told(2), (2, ExposureKind.SHOWN, NOW - 2 * DAY), (2, ExposureKind.USED, NOW + SECOND)]

    before = ask(FIRST, MATERIAL, at=NOW + DAY, met=met, rules=rules)
    notice_runs = ask(FIRST, MATERIAL, at=NOW + 3 * DAY, met=[*met, came_back], rules=rules)
    after = ask(FIRST, MATERIAL, at=NOW + 40 * DAY, met=[*met, came_back], rules=rules)

    assert (number(before), before.basis) == (2, Ground.DEEMED)
    assert (number(notice_runs), notice_runs.goes_on_because) == (1, Ground.NOTICE_RUNS)
    assert (number(after), after.basis) == (2, Ground.IN_EFFECT)


def test_where_nothing_ever_bound_nothing_governs_and_the_reasons_say_why() -> None:
    first = entry(1, change_class=ChangeClass.NEW_PURPOSE)
    second = entry(2, effective_at=NOW + DAY, change_class=ChangeClass.NEW_PURPOSE)

    found = ask(first, second, met=[told(2)], said=[(2, ActKind.DECLINED, NOW)])

    assert (found.publication, found.effective_at, found.basis) == (None, None, Ground.NONE)
    assert grounds(found) == [(2, "declined"), (1, "unanswered")]


def test_who_was_told_late_has_the_old_text_until_their_notice_period_is_over() -> None:
    met = [told(2, NOW + 3 * DAY)]

    untold, running, over = (
        ask(FIRST, MATERIAL, at=NOW + late, met=met) for late in (2 * DAY, 17 * DAY - SECOND, 17 * DAY)
    )

    assert grounds(untold) == [(2, "untold"), (1, "in_effect")]
    assert grounds(running) == [(2, "notice_runs"), (1, "in_effect")]
    assert running.reasons[0].moment == NOW + 17 * DAY
    assert (number(over), over.effective_at) == (2, NOW + 17 * DAY)


def test_mail_that_came_back_told_nobody_from_when_it_is_known() -> None:
    met = [told(2), (2, ExposureKind.RETURNED, NOW + DAY)]

    before, after = (ask(FIRST, MATERIAL, at=NOW + late, met=met) for late in (DAY - SECOND, DAY))

    assert (number(before), number(after)) == (2, 1)
    assert (after.goes_on_because, evidence(after.reasons[0])) == (Ground.UNTOLD, [0, 1])


def test_who_answers_a_version_has_been_told_of_it() -> None:
    said = [(2, ActKind.AGREED, NOW + DAY)]

    running, over = (ask(FIRST, PURPOSE, at=NOW + days * DAY, said=said) for days in (14, 15))

    assert grounds(running)[0] == (2, "notice_runs")
    assert (number(over), over.effective_at) == (2, NOW + 15 * DAY)


def test_a_change_of_wording_does_not_carry_in_what_the_person_did_not_agree_to() -> None:
    unanswered, agreed = (
        ask(FIRST, PURPOSE, WORDING, met=[told(2)], said=said)
        for said in ([], [(3, ActKind.AGREED, NOW + 20 * DAY)])
    )

    assert grounds(unanswered) == [(3, "carries"), (2, "unanswered"), (1, "in_effect")]
    sentence = "Version 3 holds the changes of version 2 too, which did not bind the person."
    assert unanswered.reasons[0].sentence == sentence
    assert unanswered.goes_on_because == Ground.UNANSWERED
    assert grounds(agreed) == [(3, "agreed")]


def test_however_many_changes_of_wording_follow_none_carries_it_in() -> None:
    later = [
        entry(each, effective_at=NOW + 10 * each * DAY, change_class=ChangeClass.EDITORIAL)
        for each in (3, 4, 5)
    ]

    found = ask(FIRST, PURPOSE, *later, met=[told(2)])

    assert [ground for _number, ground in grounds(found)] == ["carries"] * 3 + ["unanswered", "in_effect"]


def test_a_change_of_wording_does_not_shorten_the_notice_of_what_it_carries() -> None:
    met = [told(2, NOW + 9 * DAY)]

    before, after = (ask(FIRST, MATERIAL, WORDING, at=NOW + days * DAY, met=met) for days in (22, 23))

    assert grounds(before) == [(3, "carries"), (2, "notice_runs"), (1, "in_effect")]
    assert (number(after), after.effective_at) == (3, NOW + 23 * DAY)


def test_who_is_told_of_a_later_version_is_told_of_what_it_carries() -> None:
    later = entry(3, effective_at=NOW + 10 * DAY)
    met = [(3, ExposureKind.SHOWN, NOW + DAY)]

    before, after = (ask(FIRST, MATERIAL, later, at=NOW + days * DAY, met=met) for days in (14, 15))

    assert grounds(before) == [(3, "notice_runs"), (2, "notice_runs"), (1, "in_effect")]
    assert (evidence(before.reasons[1]), number(after)) == ([0], 3)


def test_an_agreement_to_a_version_to_come_does_not_stand_for_the_one_before() -> None:
    coming = entry(3, effective_at=NOW + 50 * DAY)
    said = [(3, ActKind.AGREED, NOW + 20 * DAY)]
    met = [told(2), told(3, NOW + 20 * DAY)]

    before, after = (
        ask(FIRST, PURPOSE, coming, at=NOW + days * DAY, met=met, said=said) for days in (49, 50)
    )

    assert grounds(before) == [(3, "announced"), (2, "unanswered"), (1, "in_effect")]
    assert (number(after), after.basis) == (3, Ground.AGREED)


def test_a_recalled_version_stops_governing_and_what_was_before_it_comes_back() -> None:
    recalled = entry(2, recalled_at=NOW + 5 * DAY)

    before, after = (
        ask(FIRST, recalled, at=NOW + late, met=[told(2)]) for late in (5 * DAY - SECOND, 5 * DAY)
    )

    assert number(before) == 2
    assert grounds(after) == [(2, "recalled"), (1, "in_effect")]


def test_an_overtaken_version_never_governs_even_whom_the_other_does_not_bind() -> None:
    overtaken = entry(2, effective_at=NOW + 40 * DAY)
    purpose = entry(3, effective_at=NOW + 30 * DAY, change_class=ChangeClass.NEW_PURPOSE)

    found = ask(FIRST, overtaken, purpose, at=NOW + 50 * DAY, met=[told(2), told(3)])

    assert grounds(found) == [(3, "unanswered"), (2, "overtaken"), (1, "in_effect")]
    assert found.reasons[1].versions == (2, 3)


def test_a_version_that_came_back_by_a_recall_goes_on_for_whom_the_next_does_not_bind() -> None:
    overtaken = entry(2, effective_at=NOW + 40 * DAY)
    wording = entry(
        3,
        effective_at=NOW + 30 * DAY,
        change_class=ChangeClass.EDITORIAL,
        recalled_at=NOW + 45 * DAY,
    )
    purpose = entry(4, effective_at=NOW + 60 * DAY, change_class=ChangeClass.NEW_PURPOSE)

    found = ask(FIRST, overtaken, wording, purpose, at=NOW + 70 * DAY, met=[told(2), told(4)])

    assert grounds(found) == [(4, "unanswered"), (3, "recalled"), (2, "in_effect")]


def test_what_was_over_before_a_person_joined_never_governs_them() -> None:
    found = ask(FIRST, PURPOSE, joined_at=NOW + DAY)

    assert (number(found), grounds(found)) == (None, [(2, "unanswered"), (1, "over")])


def test_the_version_that_a_person_joins_under_holds_for_them_from_then() -> None:
    found = ask(FIRST, MATERIAL, joined_at=NOW + DAY)

    assert (number(found), found.effective_at) == (2, NOW + DAY)


def test_nothing_governs_who_has_not_joined_yet() -> None:
    found = ask(FIRST, joined_at=NOW + 90 * DAY)

    assert (found.publication, [reason.ground for reason in found.reasons]) == (None, ["not_joined"])
    assert found.reasons[0].sentence == "The person had not joined yet."


def test_a_version_that_was_published_later_is_not_even_considered() -> None:
    found = ask(FIRST, MATERIAL, at=NOW - 31 * DAY)

    assert grounds(found) == [(1, "in_effect")]
