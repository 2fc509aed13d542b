"""Seal what was entered into the ledger since the last time."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from acceptance.keys import KeyUnreadable, load_signer
from acceptance.selectors import newest_checkpoint
from acceptance.services import LedgerBroken, enter_missing, seal_ledger
from acceptance.witness import WitnessUnwritable


class Command(BaseCommand):
    """Give the new entries their places, and sign the root over all of them."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what the command takes."""
        parser.add_argument(
            "--enter-missing",
            action="store_true",
            help="first enter publications and acts from before there was a ledger, marked as late",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Seal, and print how many entries, and the checkpoint, which is worth keeping elsewhere."""
        now = timezone.now()
        try:
            signer = load_signer()
            if options["enter_missing"]:
                self.stdout.write(f"Entered {enter_missing(now=now)} late.")
            sealed = seal_ledger(signer=signer, now=now)
        except (KeyUnreadable, WitnessUnwritable) as error:
            raise CommandError(str(error), returncode=3) from error
        except LedgerBroken as error:
            raise CommandError(str(error), returncode=1) from error
        self.stdout.write(f"Sealed {sealed} entries.")
        last = newest_checkpoint()
        if last:
            self.stdout.write(f"\n{last.note}", ending="")
