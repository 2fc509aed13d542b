"""How far campaigns and webhooks are, whom they reached, what is broken and measured, who is left alone."""

from .alarms import Alarm, AlarmName, alarms
from .forecast import Forecast, expected_at, forecast, forecast_by, told_by
from .handovers import TOLD, Told, handover_record, leaf_of
from .measures import Measures, measures
from .outlook import Group, long_away, outlook, told_people, unreachable
from .progress import Progress, open_campaigns, progress, progress_by_wave
from .reach import Pace, Reach, hours, pace, reach_by_country, reach_by_language, replies, untold
from .suppressions import suppressed, suppressed_people, suppressions
from .webhooks import newest_deliveries, webhooks

__all__ = [
    "TOLD",
    "Alarm",
    "AlarmName",
    "Forecast",
    "Group",
    "Measures",
    "Pace",
    "Progress",
    "Reach",
    "Told",
    "alarms",
    "expected_at",
    "forecast",
    "forecast_by",
    "handover_record",
    "hours",
    "leaf_of",
    "long_away",
    "measures",
    "newest_deliveries",
    "open_campaigns",
    "outlook",
    "pace",
    "progress",
    "progress_by_wave",
    "reach_by_country",
    "reach_by_language",
    "replies",
    "suppressed",
    "suppressed_people",
    "suppressions",
    "told_by",
    "told_people",
    "unreachable",
    "untold",
    "webhooks",
]
