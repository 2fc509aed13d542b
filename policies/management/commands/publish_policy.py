"""Publish a policy at the command line; the desk's page calls the same service."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from policies.management.desk import chosen_draft, desk_person
from policies.refusal import Refusal
from policies.services import publish_version


class Command(BaseCommand):
    """Publish an approved draft as the policy's next version."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what the command takes."""
        parser.add_argument("slug", help="address of the policy")
        parser.add_argument("--by", required=True, metavar="EMAIL", help="who publishes")
        parser.add_argument("--draft", type=int, metavar="ID", help="which draft, where there are several")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Publish, and say what was published and from when it is in force."""
        try:
            draft = chosen_draft(options["slug"], options["draft"])
            version = publish_version(
                version_id=draft.pk, published_by=desk_person(options["by"]), now=timezone.now()
            )
        except Refusal as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        self.stdout.write(
            f"Published version {version.number} of {options['slug']},"
            f" in force from {version.effective_at:%Y-%m-%dT%H:%M:%SZ}."
        )
