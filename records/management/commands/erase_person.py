"""Erase a person: their account and all that names them go, what they did stays and verifies."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from policies.management.desk import desk_person
from policies.refusal import Refusal
from records.services import erase_person


class Command(BaseCommand):
    """Erase the person at an address, unless a legal hold stands. It cannot be undone."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what the command takes."""
        parser.add_argument("email", metavar="EMAIL", help="address with which the person signs in")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Erase, and print the name under which the ledger says so."""
        try:
            person = desk_person(options["email"])
            erasure = erase_person(person_id=person.pk, decided_by=None, now=timezone.now())
        except Refusal as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        self.stdout.write(f"The person is erased. The ledger says so under the name {erasure}.")
