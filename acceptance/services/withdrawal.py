"""Record that a person withdraws what they accepted."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from policies.refusal import Refusal

from ..models import Act, ActKind, Channel
from ..presentations import withdrawal_page
from ..selectors import Word
from ..tokens import Form, WithdrawalForm
from .acts import Request, given_already, keep_act, published, refuse_changed_page, refuse_used, text_of
from .standing import Stand, lock_standing


class NothingToWithdraw(Refusal):
    """The person has not accepted the version that they would withdraw from, or not as the last one."""


@transaction.atomic
def withdraw(*, person: User, form: WithdrawalForm, note: str, request: Request, now: datetime) -> Act:
    """Record that `person` withdraws from a policy, of which they accepted the version of `form` last.

    Locks the person's standing with the policy. What they withdrew already gives that act again, from this
    form or another. A version that was recalled since can be withdrawn from like any other. Raises
    `NothingToWithdraw`, `AnsweredAlready` and `AskedSomethingElse`.
    """
    publication = published(form)
    stand = lock_standing(user_id=person.pk, policy_id=publication.policy_id, now=now)
    given = given_already(stand, publication, ActKind.WITHDRAWN)
    if given:
        return given
    refuse_used(stand, form)
    accepted = last_accepted(stand, form)
    text = text_of(form, publication)
    shown = withdrawal_page(
        title=text.title, number=publication.number, language=text.language, by=accepted.kind
    )
    refuse_changed_page(form, shown)
    return keep_act(
        stand,
        form=form,
        kind=ActKind.WITHDRAWN,
        person=person,
        acted_by=person,
        channel=Channel.WEB,
        shown=shown,
        note=note,
        request=request,
        now=now,
    )


def last_accepted(stand: Stand, form: Form) -> Word:
    """Give the word that accepted the version of `form`; raises `NothingToWithdraw` unless it is the last."""
    accepted = stand.accepted
    if accepted is None or accepted.version_id != form.version_id:
        raise NothingToWithdraw(
            _("This is not the version that was accepted last. Look again at what was accepted.")
        )
    return accepted
