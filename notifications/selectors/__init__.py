"""How far campaigns and webhooks are, whom they reached, what is broken and measured, who is left alone."""

from .alarms import Alarm, AlarmName, alarms
from .forecast import Forecast, expected_at, forecast
from .measures import Measures, measures
from .progress import Progress, progress, progress_by_wave
from .reach import Pace, Reach, hours, pace, reach_by_country, reach_by_language, replies, untold
from .suppressions import suppressed, suppressed_people, suppressions
from .webhooks import newest_deliveries, webhooks

__all__ = [
    "Alarm",
    "AlarmName",
    "Forecast",
    "Measures",
    "Pace",
    "Progress",
    "Reach",
    "alarms",
    "expected_at",
    "forecast",
    "hours",
    "measures",
    "newest_deliveries",
    "pace",
    "progress",
    "progress_by_wave",
    "reach_by_country",
    "reach_by_language",
    "replies",
    "suppressed",
    "suppressed_people",
    "suppressions",
    "untold",
    "webhooks",
]
