"""Say what is broken about notices, and end with 1 where something is."""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from notifications.selectors import alarms


class Command(BaseCommand):
    """Print each alarm that stands. It is silent where all is well, so that cron mails only faults."""

    help = __doc__ or ""

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print one line for each alarm: its name, since when (UTC), and what to do."""
        standing = alarms(now=timezone.now())
        for alarm in standing:
            self.stdout.write(f"{alarm.name} since {alarm.since:%Y-%m-%d %H:%M:%S} UTC: {alarm.sentence}")
        if standing:
            sys.exit(1)
