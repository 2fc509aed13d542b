"""Whoever has accepted can withdraw, and accept again; what they did before stays on record."""

from collections.abc import Callable
from typing import Any

import pytest

from acceptance.models import Act, ActContext, ActKind, Channel, Standing, Surface
from acceptance.reviews import withdrawal_of
from acceptance.selectors import facts_of
from acceptance.services import AnsweredAlready, AskedSomethingElse, NothingToWithdraw, record_act
from acceptance.services.comparing import wrong_acts
from acceptance.tokens import WithdrawalForm
from accounts.models import User
from policies.models import PolicyVersion
from policies.services import recall_version
from tests.acceptance.conftest import DAY, EFFECT, SECOND_AT, SECOND_EFFECT
from tests.acceptance.records import REQUEST, answer, everything, opened, withdraw_by, withdrawal


def kinds() -> list[str]:
    """Give what was done, the first first."""
    return list(Act.objects.order_by("at").values_list("kind", flat=True))


def test_a_withdrawal_leaves_nothing_accepted_and_everything_on_record(
    alice: User, first: PolicyVersion
) -> None:
    answer(alice, at=EFFECT)

    act = withdraw_by(withdrawal(alice), alice, at=EFFECT + DAY)

    standing = Standing.objects.get()
    assert (standing.accepted_version, standing.accepted_kind) == (None, "")
    assert (standing.withdrawn_version, standing.declined_version) == (first, None)
    assert kinds() == [ActKind.ACKNOWLEDGED, ActKind.WITHDRAWN]
    assert (act.version, act.acted_by, act.channel) == (first, alice, Channel.WEB)
    assert ActContext.objects.get(act=act).email == alice.email


def test_a_withdrawal_names_the_words_that_were_on_the_page(bob: User, first: PolicyVersion) -> None:
    answer(bob, at=EFFECT)
    found = withdrawal_of(facts_of(bob), "privacy", "de")
    assert found

    act = withdraw_by(withdrawal(bob), bob, at=EFFECT + DAY)

    assert (act.text.language, act.presentation.surface) == ("de", Surface.WITHDRAWAL_PAGE)
    assert act.presentation.wording == found.shown.wording
    assert set(act.presentation.wording) == {"statement", "accept_button"}


def test_no_older_acceptance_comes_to_life_again(
    alice: User, first: PolicyVersion, make_second: Callable[..., PolicyVersion]
) -> None:
    answer(alice, at=EFFECT)
    second = make_second()
    answer(alice, at=SECOND_EFFECT)

    withdraw_by(withdrawal(alice), alice, at=SECOND_EFFECT + DAY)

    standing = Standing.objects.get()
    assert (standing.accepted_version, standing.withdrawn_version) == (None, second)
    assert facts_of(alice).accepted == {first.policy_id: 0}


@pytest.mark.parametrize("same_form", [True, False])
def test_a_withdrawal_sent_twice_gives_one_act(alice: User, first: PolicyVersion, *, same_form: bool) -> None:
    answer(alice, at=EFFECT)
    form, tab = withdrawal(alice), withdrawal(alice)

    acts = [
        withdraw_by(sent, alice, at=at)
        for sent, at in ((form, EFFECT + DAY), (form if same_form else tab, EFFECT + 2 * DAY))
    ]

    assert acts[0] == acts[1]
    assert kinds() == [ActKind.ACKNOWLEDGED, ActKind.WITHDRAWN]


def test_only_what_was_accepted_last_can_be_withdrawn(
    alice: User, first: PolicyVersion, make_second: Callable[..., PolicyVersion]
) -> None:
    answer(alice, at=EFFECT)
    form = withdrawal(alice)
    make_second()
    answer(alice, at=SECOND_EFFECT)
    before = everything()

    with pytest.raises(NothingToWithdraw):
        withdraw_by(form, alice, at=SECOND_EFFECT + DAY)

    assert everything() == before


def test_who_has_accepted_nothing_has_nothing_to_withdraw(
    alice: User, charlie: User, first: PolicyVersion
) -> None:
    answer(charlie, at=EFFECT)
    answer(alice, at=EFFECT, accepts=False)
    before = everything()

    with pytest.raises(NothingToWithdraw):
        withdraw_by(withdrawal(charlie), alice, at=EFFECT + DAY)

    assert withdrawal_of(facts_of(alice), "privacy", "en") is None
    assert everything() == before


def test_a_page_whose_words_have_changed_withdraws_nothing(
    alice: User, first: PolicyVersion, settings: Any
) -> None:
    answer(alice, at=EFFECT)
    form = withdrawal(alice)
    settings.RELEASE = "another"

    with pytest.raises(AskedSomethingElse, match="changed since you opened it"):
        withdraw_by(form, alice, at=EFFECT + DAY)

    assert kinds() == [ActKind.ACKNOWLEDGED]


def test_a_text_that_is_not_the_version_s_withdraws_nothing(
    alice: User, first: PolicyVersion, agreement: PolicyVersion
) -> None:
    answer(alice, at=EFFECT)
    form = withdrawal(alice)
    foreign = WithdrawalForm(**(vars(form) | {"text_id": agreement.texts.get().pk}))
    forged = WithdrawalForm(**(vars(form) | {"sha256": "0" * 64}))

    for sent in (foreign, forged):
        with pytest.raises(AskedSomethingElse):
            withdraw_by(sent, alice, at=EFFECT + DAY)

    assert kinds() == [ActKind.ACKNOWLEDGED]


def test_who_withdrew_can_accept_again_with_a_new_act(alice: User, first: PolicyVersion) -> None:
    before = answer(alice, at=EFFECT)
    withdraw_by(withdrawal(alice), alice, at=EFFECT + DAY)

    again = answer(alice, at=EFFECT + 2 * DAY)

    assert again != before
    assert kinds() == [ActKind.ACKNOWLEDGED, ActKind.WITHDRAWN, ActKind.ACKNOWLEDGED]
    standing = Standing.objects.get()
    assert (standing.accepted_version, standing.withdrawn_version) == (first, None)


def test_a_used_withdrawal_does_not_withdraw_what_was_accepted_again(
    alice: User, first: PolicyVersion
) -> None:
    answer(alice, at=EFFECT)
    form = withdrawal(alice)
    withdraw_by(form, alice, at=EFFECT + DAY)
    answer(alice, at=EFFECT + 2 * DAY)

    with pytest.raises(AnsweredAlready):
        withdraw_by(form, alice, at=EFFECT + 3 * DAY)

    assert Standing.objects.get().accepted_version == first


def test_a_form_to_accept_that_was_used_before_the_withdrawal_does_not_undo_it(
    alice: User, first: PolicyVersion
) -> None:
    act = answer(alice, at=EFFECT)
    withdraw_by(withdrawal(alice), alice, at=EFFECT + DAY)
    form, shown = opened(alice, at=EFFECT + DAY)
    used = type(form)(**(vars(form) | {"nonce": str(act.pk)}))

    with pytest.raises(AnsweredAlready):
        record_act(
            person=alice, form=used, shown=shown, accepts=True, note="", request=REQUEST, now=EFFECT + 2 * DAY
        )

    assert Standing.objects.get().withdrawn_version == first


def test_who_withdrew_can_decline(alice: User, first: PolicyVersion) -> None:
    answer(alice, at=EFFECT)
    withdraw_by(withdrawal(alice), alice, at=EFFECT + DAY)

    answer(alice, at=EFFECT + 2 * DAY, accepts=False)

    standing = Standing.objects.get()
    assert (standing.declined_version, standing.withdrawn_version) == (first, first)


def test_a_recalled_version_can_be_withdrawn_from_and_the_one_before_accepted_with_a_new_act(
    alice: User, approver: User, first: PolicyVersion, make_second: Callable[..., PolicyVersion]
) -> None:
    before = answer(alice, at=EFFECT)
    second = make_second()
    answer(alice, at=SECOND_AT)
    recall_version(version_id=second.pk, reason="A mistake.", recalled_by=approver, now=SECOND_EFFECT)

    withdraw_by(withdrawal(alice), alice, at=SECOND_EFFECT + DAY)
    again = answer(alice, at=SECOND_EFFECT + 2 * DAY)

    assert (again.version, again != before) == (first, True)
    assert Standing.objects.get().accepted_version == first


def test_a_withdrawal_from_one_policy_leaves_the_others(
    alice: User, first: PolicyVersion, agreement: PolicyVersion
) -> None:
    answer(alice, at=EFFECT)
    answer(alice, at=EFFECT, slug="profiling")

    withdraw_by(withdrawal(alice, slug="profiling"), alice, at=EFFECT + DAY)

    assert facts_of(alice).accepted == {first.policy_id: 1, agreement.policy_id: 0}


def test_a_withdrawal_is_in_the_ledger(alice: User, first: PolicyVersion) -> None:
    answer(alice, at=EFFECT)
    act = withdraw_by(withdrawal(alice), alice, at=EFFECT + DAY)

    assert list(wrong_acts()) == []
    assert b'"kind":"WITHDRAWN"' in bytes(act.entry.body)
