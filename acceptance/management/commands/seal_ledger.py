"""Seal what was entered into the ledger since the last time."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from acceptance.keys import KeyUnreadable, load_signer
from acceptance.selectors import newest_checkpoint
from acceptance.services import LedgerBroken, enter_missing, seal_ledger, stamp_ledger
from acceptance.timestamps import NoToken
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

        parser.add_argument(
            "--stamp", action="store_true", help="have the checkpoint stamped by TIMESTAMP_AUTHORITY"
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
        if options["stamp"]:
            self.stamp()
        last = newest_checkpoint()
        if last:
            self.stdout.write(f"\n{last.note}", ending="")

    def stamp(self) -> None:
        """Get a token, and say its moment."""
        if not settings.TIMESTAMP_AUTHORITY:
            raise CommandError("Set TIMESTAMP_AUTHORITY and TIMESTAMP_ROOTS first.", returncode=2)
        try:
            token = stamp_ledger(now=timezone.now())
        except NoToken as error:
            raise CommandError(str(error), returncode=3) from error
        said = (
            f"Stamped at {token.stamped_at.isoformat()}."
            if token
            else "The checkpoint has its stamp already."
        )
        self.stdout.write(said)
