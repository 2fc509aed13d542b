"""By the clock too, a publication or a recall stands behind what was recorded before it."""

from datetime import datetime, timedelta
from typing import Any

from ..models import Policy
from ..signals import holding

# Who waited for another to commit read the clock before. Nobody waits longer: what is further ahead is of a
# clock that goes wrong, and is not followed.
LONGEST_WAIT = timedelta(minutes=1)


def instant_behind_others(policy_id: int, now: datetime) -> datetime:
    """Give the instant of a publication or a recall: `now`, or one behind what was recorded last before it.

    Whatever is recorded about the policy waits until the transaction ends.
    """
    answers: Any = holding.send(Policy, policy_id=policy_id)
    moments = (moment for _receiver, moment in answers if moment and now < moment <= now + LONGEST_WAIT)
    last = max(moments, default=None)
    return last + timedelta(microseconds=1) if last else now
