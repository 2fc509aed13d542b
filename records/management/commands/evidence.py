"""Make an evidence pack about a person or a version."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from acceptance.keys import KeyUnreadable, load_signer
from acceptance.services import LedgerBroken
from acceptance.witness import WitnessUnwritable
from accounts.models import User
from policies.instants import parse_instant
from policies.models import PolicyVersion
from policies.refusal import Refusal
from records.services import Made, make_person_pack, make_version_pack


class Command(BaseCommand):
    """Write an archive that can be checked without this site; see the README.txt in it."""

    help = __doc__ or ""

    def create_parser(self, prog_name: str, subcommand: str, **options: Any) -> CommandParser:
        """Give the parser, in which Django's own --version gives way to this command's."""
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **options)

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what the command takes."""
        about = parser.add_mutually_exclusive_group(required=True)
        about.add_argument("--user", metavar="EMAIL", help="about a person")
        about.add_argument(
            "--version", metavar="SLUG/N", dest="version_name", help="about a published version"
        )
        parser.add_argument(
            "--at",
            metavar="INSTANT",
            help="which text governed the person then (default: now), with its zone",
        )
        parser.add_argument("--out", metavar="PACK.zip", type=Path, required=True, help="where to write it")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Make the pack, write it, and say what it is."""
        out: Path = options["out"]
        try:
            # Before anything is made and recorded, so that nothing is on record that nobody got.
            out.touch(exist_ok=False)
        except FileExistsError as error:
            raise CommandError(f"{out} is there already. Choose another name.", returncode=2) from error
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror}.", returncode=2) from error
        try:
            made = self.made(options)
        except BaseException:
            out.unlink()
            raise
        out.write_bytes(made.content)
        self.stdout.write(f"{out}: pack {made.pack.pk}, manifest {made.pack.manifest}.")
        self.stdout.write(f"Check it with: python -I verify.py {out} --key {load_signer().public.hex()}")

    def made(self, options: dict[str, Any]) -> Made:
        """Make the pack, or say why there is none."""
        try:
            return self.pack_of(options)
        except LedgerBroken as error:
            raise CommandError(str(error), returncode=1) from error
        except (KeyUnreadable, WitnessUnwritable) as error:
            raise CommandError(str(error), returncode=3) from error
        except Refusal as error:
            raise CommandError(str(error), returncode=2) from error

    def pack_of(self, options: dict[str, Any]) -> Made:
        """Make the pack that is asked for."""
        now = timezone.now()
        if options["user"]:
            person = User.objects.filter(email=options["user"].strip()).first()
            if person is None:
                raise CommandError("Nobody has this address. Check how it is written.", returncode=2)
            at = parse_instant(options["at"]) if options["at"] else now
            return make_person_pack(person=person, at=at, made_by=None, signer=load_signer(), now=now)
        slug, _slash, number = options["version_name"].rpartition("/")
        published = PolicyVersion.objects.filter(published_at__isnull=False, policy__slug=slug)
        version = published.filter(number=int(number)).first() if number.isdecimal() else None
        if version is None:
            raise CommandError("There is no such version. Name it like privacy/3.", returncode=2)
        return make_version_pack(version=version, made_by=None, signer=load_signer(), now=now)
