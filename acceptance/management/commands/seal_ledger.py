"""Seal what was entered into the ledger since the last time."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from acceptance.keys import KeyUnreadable, load_signer
from acceptance.models import Checkpoint
from acceptance.services import LedgerBroken, seal_ledger


class Command(BaseCommand):
    """Give the new entries their places, and sign the root over all of them."""

    help = __doc__ or ""

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Seal, and print how many entries, and the checkpoint, which is worth keeping elsewhere."""
        try:
            sealed = seal_ledger(signer=load_signer(), now=timezone.now())
        except KeyUnreadable as error:
            raise CommandError(str(error), returncode=3) from error
        except LedgerBroken as error:
            raise CommandError(str(error), returncode=1) from error
        self.stdout.write(f"Sealed {sealed} entries.")
        last = Checkpoint.objects.order_by("-size").first()
        if last:
            self.stdout.write(f"\n{last.note}", ending="")
