"""Rebuild the message that was sent for a notice, byte for byte."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from notifications.emails import rebuilt
from notifications.models import Notice


class Command(BaseCommand):
    """Write a sent message to standard output, as it went over the wire (RFC 5322)."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what the command takes."""
        parser.add_argument("notice_id", metavar="ID", type=int, help="number of the notice")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write the message, or say why there is none."""
        notice = Notice.objects.select_related("letter").filter(pk=options["notice_id"]).first()
        if notice is None:
            raise CommandError(f"There is no notice {options['notice_id']}.", returncode=2)
        try:
            message = rebuilt(notice)
        except ValueError as error:
            raise CommandError(f"{error} Its state is {notice.state}.", returncode=2) from error
        sys.stdout.buffer.write(message)
        sys.stdout.buffer.flush()
