"""How far campaigns and webhooks are, what is broken, what is measured, and who is left alone."""

from .alarms import Alarm, AlarmName, alarms
from .measures import Measures, measures
from .progress import Progress, progress
from .suppressions import suppressed, suppressed_people, suppressions
from .webhooks import newest_deliveries, webhooks

__all__ = [
    "Alarm",
    "AlarmName",
    "Measures",
    "Progress",
    "alarms",
    "measures",
    "newest_deliveries",
    "progress",
    "suppressed",
    "suppressed_people",
    "suppressions",
    "webhooks",
]
