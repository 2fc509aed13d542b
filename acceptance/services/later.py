"""Put an answer off."""

from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from policies.refusal import Refusal
from policies.selectors import load_register, load_rule_book

from ..models import LATER
from ..selectors import PUT_OFF_FOR, asked_about, facts_of
from .exposures import record_exposures


class NothingToPutOff(Refusal):
    """Nothing is asked that can wait: nothing at all, nothing yet, or it must be answered."""


def put_off(*, person: User, slug: str, now: datetime) -> None:
    """Record that `person` puts off the answer about a policy for a day. Raises `NothingToPutOff`.

    Sent twice, it is recorded once.
    """
    facts = facts_of(person)
    asked = asked_about(slug, facts, load_register(), load_rule_book(), now)
    said = facts.put_off_at(asked.publication.version_id) if asked else []
    if any(now < moment + PUT_OFF_FOR for moment in said):
        return
    if asked is None or not asked.can_wait:
        raise NothingToPutOff(_("There is nothing here that can wait. Please answer below."))
    record_exposures(
        user_id=person.pk, version_ids=[asked.publication.version_id], kind=LATER[len(said)], now=now
    )
