"""Read what mail servers report of notices, and record it."""

import logging
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from notifications.mailboxes import (
    Incoming,
    MailboxRefused,
    from_imap,
    from_maildir,
    from_stream,
    imap_folder,
)
from notifications.models import EventSource
from notifications.services import Verdict, take_message
from policies.refusal import Refusal

logger = logging.getLogger(__name__)

# EX_TEMPFAIL of sysexits.h: the mail server keeps the message and tries again.
TRY_AGAIN = 75


class Command(BaseCommand):
    """Read bounces and complaints from where the mail server puts them. Reading twice does no harm."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what the command takes."""
        where = parser.add_mutually_exclusive_group(required=True)
        where.add_argument("--maildir", metavar="DIR", type=Path, help="a folder with new and cur")
        where.add_argument("--pipe", action="store_true", help="one message on standard input")
        where.add_argument(
            "--imap",
            metavar="URL",
            help="imaps://account@host/folder; the password is in BOUNCE_IMAP_PASSWORD",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Read all that is new, and say what became of it."""
        if options["pipe"]:
            self.handle_pipe()
            return
        try:
            refuse_without_address()
            verdicts = self.take_all(*source_of(options))
        except Refusal as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        self.stdout.write(in_words(verdicts))

    def handle_pipe(self) -> None:
        """Take the one message that a mail server hands over.

        Whatever goes wrong is a reason to try again later: a mail server that were told of a failure
        would send the report back, to nobody.
        """
        try:
            refuse_without_address()
            verdicts = self.take_all(from_stream(sys.stdin.buffer), EventSource.PIPE)
        except Exception as error:
            logger.exception("The message on standard input cannot be kept; the mail server tries again.")
            raise CommandError("Not kept. Try again later.", returncode=TRY_AGAIN) from error
        if verdicts[Verdict.LEFT]:
            raise CommandError("Not kept. Try again later.", returncode=TRY_AGAIN)
        self.stdout.write(in_words(verdicts))

    def take_all(self, mailbox: Iterator[Incoming], source: EventSource) -> Counter[Verdict]:
        """Take each message, and mark it as read once that is committed."""
        verdicts: Counter[Verdict] = Counter()
        for incoming in mailbox:
            verdict = take(incoming, source)
            if verdict is not Verdict.LEFT:
                incoming.done()
            verdicts[verdict] += 1
        return verdicts


def source_of(options: dict[str, Any]) -> tuple[Iterator[Incoming], EventSource]:
    """Give the mailbox that the arguments name. Raises `MailboxRefused`."""
    if options["maildir"]:
        return from_maildir(options["maildir"]), EventSource.MAILDIR
    folder, password = imap_folder(options["imap"]), settings.BOUNCE_IMAP_PASSWORD
    return from_imap(folder, password=password, timeout=settings.EMAIL_TIMEOUT), EventSource.IMAP


def refuse_without_address() -> None:
    """Raise `MailboxRefused` where no report could be told from a forged one."""
    if not settings.BOUNCE_ADDRESS:
        raise MailboxRefused("Set BOUNCE_ADDRESS first: without it no report can be believed.")


def take(incoming: Incoming, source: EventSource) -> Verdict:
    """Take one message; one that cannot be taken stays where it is, and stops no other.

    Where the database is away, none could be taken, and the error goes on to whoever called.
    """
    if incoming.raw is None:
        logger.warning("The message %s is refused: it is too large for a report.", incoming.label)
        return Verdict.TOO_LARGE
    try:
        return take_message(raw=incoming.raw, label=incoming.label, source=source, now=timezone.now())
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("The message %s cannot be taken; it stays where it is.", incoming.label)
        return Verdict.LEFT


def in_words(verdicts: Counter[Verdict]) -> str:
    """Give one line that says how many messages there were, and what became of them."""
    counts = ", ".join(f"{verdict.value} {verdicts[verdict]}" for verdict in Verdict)
    return f"Read {verdicts.total()}: {counts}."
