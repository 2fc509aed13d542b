"""Say at planning time whether everyone can be told in time."""

import logging
from datetime import datetime

from acceptance.selectors import demands_by_country
from policies.selectors import Publication, RuleBook

from ..models import Campaign
from ..selectors import expected_at, forecast

logger = logging.getLogger(__name__)


def reckon(campaign: Campaign, publication: Publication, rules: RuleBook, now: datetime) -> None:
    """Note, once, when everyone will have been told, and say so where that may be too late."""
    if campaign.expected_at is not None:
        return
    demands = demands_by_country(publication, rules).values()
    campaign.expected_at = expected_at(campaign, now=now, demands=demands)
    Campaign.objects.filter(pk=campaign.pk, expected_at=None).update(expected_at=campaign.expected_at)
    found = forecast(campaign, publication, rules)
    if found and found.is_late:
        logger.warning(
            "Campaign %s will have told everyone by %s. By the rules that is to be a day before %s.",
            *(campaign.pk, found.expected_at.isoformat(), found.lawful_until.isoformat()),
        )
