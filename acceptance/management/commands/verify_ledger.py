"""Verify that nothing in the ledger was changed since it was sealed."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from acceptance.keys import KeyUnreadable, load_signer
from acceptance.services import Finding, Verdict, verify_ledger

# So many findings are printed. Where more is wrong, they say enough.
SHOWN = 20
NAMES = {verdict: verdict.name.lower() for verdict in Verdict} | {Verdict.SOUND: "to be known"}


class Command(BaseCommand):
    """Say what is wrong, and end with 0: sound, 1: tampering, 2: incomplete, 3: cannot decide."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what the command takes."""
        parser.add_argument("--json", action="store_true", help="one JSON object with verdict and findings")
        parser.add_argument(
            "--key",
            metavar="HEX",
            help="the public key to trust (default: the one that this site signs with)",
        )
        parser.add_argument(
            "--checkpoint",
            metavar="FILE",
            action="append",
            default=[],
            type=Path,
            help="a checkpoint that was kept elsewhere; may be given several times",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Verify, print what was found, and end with its exit status."""
        try:
            trusted = bytes.fromhex(options["key"]) if options["key"] else load_signer().public
            held = [path.read_text() for path in options["checkpoint"]]
        except (KeyUnreadable, OSError, ValueError) as error:
            raise CommandError(
                f"The ledger cannot be verified: {error}", returncode=Verdict.UNDECIDED
            ) from error
        findings = verify_ledger(trusted=trusted, held=held, now=timezone.now())
        verdict = gravest(findings)
        if options["json"]:
            said = {"verdict": verdict.name.lower(), "findings": [each.sentence for each in findings]}
            self.stdout.write(json.dumps(said | {"key": trusted.hex()}))
        else:
            for finding in findings[:SHOWN]:
                self.stdout.write(f"{NAMES[finding.verdict]}: {finding.sentence}")
            if len(findings) > SHOWN:
                self.stdout.write(f"And {len(findings) - SHOWN} more.")
            if verdict is Verdict.SOUND:
                self.stdout.write(f"The ledger is sound. Key: {trusted.hex()}")
        sys.exit(verdict)


def gravest(findings: list[Finding]) -> Verdict:
    """Give the verdict over all findings: tampering before anything else, then what cannot be decided."""
    found = {finding.verdict for finding in findings}
    order = (Verdict.TAMPERED, Verdict.UNDECIDED, Verdict.INCOMPLETE)
    return next((verdict for verdict in order if verdict in found), Verdict.SOUND)
