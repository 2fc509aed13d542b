"""Approve a draft at the command line, as a person of the desk."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from policies.fingerprints import version_fingerprint
from policies.management.desk import chosen_draft, desk_person
from policies.refusal import Refusal
from policies.services import approve_version, catch_up


class Command(BaseCommand):
    """Approve a draft's text as it stands now, by another person than its author."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what the command takes."""
        parser.add_argument("slug", help="address of the policy")
        parser.add_argument("--by", required=True, metavar="EMAIL", help="who approves")
        parser.add_argument("--draft", type=int, metavar="ID", help="which draft, where there are several")
        parser.add_argument(
            "--holds",
            type=int,
            metavar="NUMBER",
            help="say that the draft holds what this version changed, which was published after it was begun",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Approve, and say what was approved."""
        try:
            draft, approver = chosen_draft(options["slug"], options["draft"]), desk_person(options["by"])
            if options["holds"] is not None:
                catch_up(version_id=draft.pk, number=options["holds"])
            approval = approve_version(
                version_id=draft.pk,
                approver=approver,
                fingerprint=version_fingerprint(draft),
                now=timezone.now(),
            )
        except Refusal as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        self.stdout.write(f"Approved draft {draft.pk} of {options['slug']}: {approval.fingerprint}.")
