"""Plan, send and take back notices, seal the ledger and count, in this process, without a broker."""

import logging
import time
from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, close_old_connections
from django.utils import timezone

from acceptance.keys import KeyUnreadable, load_signer
from acceptance.services import LedgerBroken, count_people, seal_ledger
from acceptance.witness import WitnessUnwritable
from notifications.services import (
    enter_handovers,
    plan_campaigns,
    plan_webhooks,
    reap_leases,
    resend_unknown,
    run_due,
    send_webhooks,
)

logger = logging.getLogger(__name__)

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
        if not options["watch"]:
            self.work()
            return
        with suppress(KeyboardInterrupt):
            while True:
                self.try_to_work()
                time.sleep(PAUSE_SECONDS)

    def try_to_work(self) -> None:
        """Do all that is due now; where the database is away, say so and leave it to the next round."""
        try:
            self.work()
        except (OperationalError, InterfaceError):
            logger.exception("The database is away; trying again in %s seconds.", PAUSE_SECONDS)
        finally:
            close_old_connections()

    def work(self) -> None:
        """Do all that is due now."""
        unknown = reap_leases(now=timezone.now())
        resend_unknown(now=timezone.now())
        planned = plan_campaigns(now=timezone.now())
        sent = run_due(clock=timezone.now)
        plan_campaigns(now=timezone.now())
        self.stdout.write(f"Planned {planned}, accepted by the mail server {sent}, newly unknown {unknown}.")
        plan_webhooks(now=timezone.now())
        if delivered := send_webhooks(clock=timezone.now):
            self.stdout.write(f"Webhooks delivered {delivered}.")
        enter_handovers(now=timezone.now())
        self.seal()
        count_people(now=timezone.now())

    def seal(self) -> None:
        """Seal the ledger, whose trouble stops no notice."""
        try:
            seal_ledger(signer=load_signer(), now=timezone.now())
        except (KeyUnreadable, LedgerBroken, WitnessUnwritable):
            logger.exception("The ledger is not sealed.")
