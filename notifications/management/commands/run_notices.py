"""Plan, send and take back notices in this process, without a broker."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from notifications.services import plan_campaigns, reap_leases, run_due

PAUSE_SECONDS = 15


class Command(BaseCommand):
    """Send every notice that is due: for small sites, and for rescue where the broker is down."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what the command takes."""
        parser.add_argument(
            "--watch", action="store_true", help=f"go on, looking every {PAUSE_SECONDS} seconds for new work"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Work until nothing is due, and say what was done; with --watch, until Ctrl-C."""
        self.work()
        while options["watch"]:
            time.sleep(PAUSE_SECONDS)
            self.work()

    def work(self) -> None:
        """Do all that is due now."""
        unknown = reap_leases(now=timezone.now())
        planned = plan_campaigns(now=timezone.now())
        sent = run_due(clock=timezone.now)
        plan_campaigns(now=timezone.now())
        self.stdout.write(f"Planned {planned}, accepted by the mail server {sent}, newly unknown {unknown}.")
