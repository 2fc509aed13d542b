"""Say which version of a policy governed a person at an instant."""

import json
from argparse import ArgumentParser
from datetime import UTC
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from acceptance.selectors import Governing, Reason, governing_version
from policies.instants import parse_instant
from policies.management.desk import desk_person, refuse_unknown_policy
from policies.refusal import Refusal


class Command(BaseCommand):
    """Say which version governed, with the reasons and the keys of the evidence."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what the command takes."""
        parser.add_argument("email", help="address of the person")
        parser.add_argument("slug", help="address of the policy")
        parser.add_argument(
            "--at", metavar="INSTANT", help="in ISO 8601; without a zone it is meant in UTC (default: now)"
        )
        parser.add_argument("--json", action="store_true", help="one JSON object")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Answer; end with status 2 where the question names nothing that is there."""
        try:
            at = parse_instant(options["at"], zone=UTC) if options["at"] is not None else timezone.now()
            person = desk_person(options["email"])
            refuse_unknown_policy(options["slug"])
        except Refusal as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        found = governing_version(person, options["slug"], at=at.astimezone(UTC))
        if options["json"]:
            self.stdout.write(json.dumps(found.as_json()))
            return
        self.stdout.write(headline(found))
        for reason in found.reasons:
            self.stdout.write(f"- {reason.sentence}{evidence(reason)}")
        self.stdout.write(found.limits)


def headline(found: Governing) -> str:
    """Say in one line which version governed, and since when."""
    at = f"{found.at:%Y-%m-%dT%H:%M:%SZ}"
    if found.publication is None or found.effective_at is None:
        return f"No version of {found.slug} governed at {at}."
    since = f"{found.effective_at:%Y-%m-%dT%H:%M:%SZ}"
    return f"Version {found.publication.number} of {found.slug} governed at {at}, in effect from {since}."


def evidence(reason: Reason) -> str:
    """Name the moment, the rows and the rule behind a reason, in brackets."""
    parts = [
        f"{reason.moment:%Y-%m-%dT%H:%M:%SZ}" if reason.moment else "",
        *(f"act {act.id} {act.kind}" for act in reason.acts),
        *(f"exposure {row.id} {row.kind}" for row in reason.exposures),
        f"rule: {reason.rule}" if reason.rule else "",
    ]
    named = "; ".join(filter(None, parts))
    return f" ({named})" if named else ""
