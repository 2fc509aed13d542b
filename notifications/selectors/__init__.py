"""How far campaigns and webhooks are, what is broken about them, and what is measured of them."""

from .alarms import Alarm, AlarmName, alarms
from .measures import Measures, measures
from .progress import Progress, progress
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
    "webhooks",
]
