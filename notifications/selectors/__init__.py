"""How far campaigns are, what is broken about them, and what is measured of them."""

from .alarms import Alarm, AlarmName, alarms
from .measures import Measures, measures
from .progress import Progress, progress

__all__ = ["Alarm", "AlarmName", "Measures", "Progress", "alarms", "measures", "progress"]
