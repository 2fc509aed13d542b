"""Shorten IP addresses after 13 months, and erase those whose relationship ended long ago."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from records.selectors import gone_people, long_known_addresses, people_to_erase
from records.services import apply_retention


class Command(BaseCommand):
    """Say what has been kept for long enough; with `--apply`, clear it."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what the command takes."""
        parser.add_argument("--apply", action="store_true", help="do it; else only say what would be done")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Count, or clear and count."""
        now = timezone.now()
        if options["apply"]:
            run = apply_retention(now=now)
            self.stdout.write(
                f"{run.shortened} IP addresses are shortened, {run.erased} people erased,"
                f" {run.failed} could not be."
            )
            return
        self.stdout.write(
            f"{long_known_addresses(now=now).count()} IP addresses would be shortened,"
            f" and {people_to_erase(now=now).count()} people erased"
            f" ({settings.RETENTION_YEARS or 'no'} years after their account was found switched off)."
        )
        self.stdout.write(
            f"{gone_people().count()} more accounts are switched off, from whose noting the time would run."
        )
        self.stdout.write("Nothing was changed. Run it with --apply to do it.")
