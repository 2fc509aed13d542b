"""How far campaigns are and what is broken about them."""

from .alarms import Alarm, AlarmName, alarms
from .progress import Progress, progress

__all__ = ["Alarm", "AlarmName", "Progress", "alarms", "progress"]
