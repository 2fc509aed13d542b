"""Record what another person answered by another way than this site: on paper, or through a guardian."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from policies.models import Assent
from policies.refusal import Refusal
from policies.selectors import Publication, load_register, load_rule_book
from policies.services.permission import require

from ..models import Act, ActKind, Channel
from ..presentations import desk_entry
from ..selectors import assent_up_to, facts_of
from ..tokens import DeskForm
from .acts import Request, given_already, keep_act, published, refuse_changed_page, refuse_used, text_of
from .standing import lock_standing
from .withdrawal import last_accepted

ACT_FOR_OTHERS = "acceptance.act_for_others"


class NotForThisPerson(Refusal):
    """Nobody answers for themselves at the desk, and nobody for a program."""


class NotOpenToAnswers(Refusal):
    """No answer to the version can be entered."""


class AgreementAsked(Refusal):
    """The rule asks the person to agree, and acknowledging is less."""


class NoteMissing(Refusal):
    """Nothing says how the answer came."""


@transaction.atomic
def act_for(*, person: User, acted_by: User, form: DeskForm, note: str, now: datetime) -> Act:
    """Record the answer of `person` that `acted_by` has before them; the act is dated with its entry.

    Locks the person's standing with the policy. The same answer to the same version gives the act that
    is there. Nothing of the network is kept: the person sat at no browser. Raises `NotPermitted`,
    and the refusals of this module, of acts and of withdrawals.
    """
    require(acted_by, ACT_FOR_OTHERS)
    refuse_person(person, acted_by)
    if not note.strip():
        raise NoteMissing(_("Say how the answer came: on what paper, of what day, by whom."))
    publication, kind = published(form), ActKind(form.kind)
    stand = lock_standing(user_id=person.pk, policy_id=publication.policy_id, now=now)
    given = given_already(stand, publication, kind)
    if given:
        return given
    refuse_used(stand, form)
    refuse_version(publication, kind, now)
    if kind == ActKind.WITHDRAWN:
        last_accepted(stand, form)
    if kind == ActKind.ACKNOWLEDGED:
        refuse_less(person, publication, now)
    text = text_of(form, publication)
    shown = desk_entry(kind=kind, title=text.title, number=publication.number, language=text.language)
    refuse_changed_page(form, shown)
    return keep_act(
        stand,
        form=form,
        kind=kind,
        person=person,
        acted_by=acted_by,
        channel=Channel.DESK,
        shown=shown,
        note=note,
        request=Request(ip=None, user_agent=""),
        now=now,
    )


def refuse_person(person: User, acted_by: User) -> None:
    """Raise `NotForThisPerson` where `acted_by` may not answer for `person`."""
    if person == acted_by:
        raise NotForThisPerson(_("This is your own account. Answer for yourself on your own page."))
    if person.is_service:
        raise NotForThisPerson(_("This account is a program, which is asked nothing."))


def refuse_version(publication: Publication, kind: ActKind, now: datetime) -> None:
    """Raise `NotOpenToAnswers` for a version that is not published yet or is recalled.

    What was accepted can be withdrawn all the same.
    """
    if publication.published_at > now:
        raise NotOpenToAnswers(_("This version is not published yet."))
    if publication.is_recalled(now) and kind != ActKind.WITHDRAWN:
        raise NotOpenToAnswers(_("This version was recalled. Nobody can answer it any more."))


def refuse_less(person: User, publication: Publication, now: datetime) -> None:
    """Raise `AgreementAsked` where the rule for this person asks more than to acknowledge the version."""
    facts, register, rules = facts_of(person), load_register(), load_rule_book()
    if assent_up_to(publication, facts, register, rules, now) == Assent.AGREE:
        raise AgreementAsked(_("This version asks the person to agree. To acknowledge it is not enough."))
