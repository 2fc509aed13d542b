"""Take over what people accepted according to an older system."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from acceptance.services import Taken, import_acceptances, read_rows
from policies.refusal import Refusal


class Command(BaseCommand):
    """Import a CSV file with the columns email or external_id, at, version (empty: unknown) and source."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what the command takes."""
        parser.add_argument("path", type=Path, metavar="FILE.csv", help="in UTF-8, with the columns' names")
        parser.add_argument("--policy", required=True, metavar="SLUG", help="address of the policy")
        parser.add_argument(
            "--skip-bad", action="store_true", help="take the good rows over although others are bad"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Import, list the bad rows, and say how many there were of each."""
        try:
            taken = self.take_over(options["path"], options["policy"], skip_bad=options["skip_bad"])
        except (Refusal, OSError) as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        self.stdout.write(
            f"Taken over: {taken.new}. On record already: {taken.known}. Bad, and left out: {taken.bad}."
        )

    def take_over(self, path: Path, slug: str, *, skip_bad: bool) -> Taken:
        """Hand the rows of the file to the service."""
        with path.open(encoding="utf-8-sig", newline="") as file:
            return import_acceptances(
                slug=slug, rows=read_rows(file), skip_bad=skip_bad, tell=self.tell, now=timezone.now()
            )

    def tell(self, line: int, reason: str) -> None:
        """Say what is wrong with a row."""
        self.stderr.write(f"Line {line}: {reason}")
