"""Compare two Markdown files, without a database."""

import json
from argparse import ArgumentParser
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from policies.manuscript import read_body
from policies.redline import Comparison, Page, as_record, as_text, compare
from policies.refusal import Refusal
from policies.rendering import render


class Command(BaseCommand):
    """Compare two Markdown files and print what changed, as HTML, as text or as JSON."""

    help = __doc__ or ""
    # Nothing is asked of the database, so nothing about it needs to be in order.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what the command takes."""
        parser.add_argument("old", type=Path, metavar="OLD.md", help="the text as it was")
        parser.add_argument("new", type=Path, metavar="NEW.md", help="the text as it is to be")
        parser.add_argument(
            "--format", choices=WRITERS, default="text", help="form of the answer (default: text)"
        )
        parser.add_argument(
            "--language",
            default="en",
            help="language of both texts, for the words that turn meanings (default: en)",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Compare, and print the answer. Texts that read the same are told so, with exit status 0."""
        try:
            bodies = [read_body(options[side]) for side in ("old", "new")]
            # A text made to be slow is rendered in a process of its own: two of them wait for one time limit.
            with ThreadPoolExecutor() as pool:
                old, new = pool.map(render, bodies)
        except Refusal as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        found = compare(old, new, options["language"])
        if found.size.is_equal and options["format"] != "text":
            # Not among the answer, which another program may read.
            self.stderr.write("No change.")
        self.stdout.write(WRITERS[options["format"]](found))


def as_html(found: Comparison) -> str:
    """Give one column as a fragment of HTML in ASCII, which any page can take, whatever its encoding."""
    return Page(found, with_hops=False).one_column().encode("ascii", "xmlcharrefreplace").decode()


def as_json(found: Comparison) -> str:
    """Give the comparison as JSON in ASCII, which any terminal and pipe can take."""
    return json.dumps(as_record(found))


WRITERS = {"html": as_html, "text": as_text, "json": as_json}
