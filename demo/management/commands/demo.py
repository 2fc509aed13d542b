"""Show the whole job on a sample shop, then serve it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from contextlib import ExitStack, closing
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone

from accounts.models import User
from demo.cast import PASSWORD, address
from demo.play import play, say
from demo.sink import Sink


class Command(BaseCommand):
    """Play the whole job in the site's database, then serve it until Ctrl-C."""

    help = __doc__ or ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what the command takes."""
        parser.add_argument("--no-serve", action="store_true", help="end after the job, with a line of JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Make a fresh database, play the job, print its figures, and serve."""
        started = time.monotonic()
        if not settings.DEMO_SHOP:
            raise CommandError("The sample shop is off. Start it with: make demo", returncode=2)
        if not options["no_serve"]:
            refuse_taken_port()
        say("Static files: collecting them")
        call_command("collectstatic", interactive=False, verbosity=0)
        fresh_database(timezone.now())
        mail = settings.VAR_DIR / "mail"
        shutil.rmtree(mail, ignore_errors=True)
        with Sink(mail) as sink:
            settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
            figures = play(sink, now=timezone.now())
            result = {**figures, "seconds": round(time.monotonic() - started, 1)}
            self.stdout.write(json.dumps(result))
            if not options["no_serve"]:
                serve(sink)


def refuse_taken_port() -> None:
    """Refuse to begin where something else already serves the address."""
    host, port = site_socket()
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        if probe.connect_ex((host, port)) == 0:
            raise CommandError(
                f"Port {port} of {host} is taken. Stop what serves there, or set SITE_URL to another port.",
                returncode=2,
            )


def site_socket() -> tuple[str, int]:
    """Give the host and port that the site's address names."""
    parts = urlsplit(settings.SITE_URL)
    return parts.hostname or "127.0.0.1", parts.port or 8000


def fresh_database(now: datetime) -> None:
    """Begin with empty tables. A database with people of one's own is kept aside, never emptied."""
    if connection.vendor == "sqlite":
        set_aside(Path(str(connection.settings_dict["NAME"])), now)
    say("Database: making the tables")
    call_command("migrate", verbosity=0)
    if User.objects.exists():
        raise CommandError(
            "The database at DATABASE_URL is not empty. Give the demo one of its own.", returncode=2
        )


def set_aside(path: Path, now: datetime) -> None:
    """Remove the SQLite database of an earlier demo; rename any other, so that nothing is lost."""
    if not path.exists():
        return
    is_foreign = "accounts_user" in connection.introspection.table_names() and (
        User.objects.exclude(external_id__startswith="demo-").exists()
        or User.objects.filter(external_id=None).exists()
    )
    connection.close()
    kept = path.with_name(f"{path.stem}-{now:%Y%m%d-%H%M%S}{path.suffix}")
    if is_foreign:
        say(f"Database: there are people in it who are not of the demo; it is kept as {kept}")
    for suffix in ("", "-wal", "-shm"):
        file = Path(f"{path}{suffix}")
        if file.exists() and is_foreign:
            file.rename(f"{kept}{suffix}")
        file.unlink(missing_ok=True)


def serve(sink: Sink) -> None:
    """Serve the site and go on carrying notices until Ctrl-C."""
    host, port = site_socket()
    environment = os.environ | {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(sink.port)}
    commands = (
        ("-m", "gunicorn", "policysite.wsgi", f"--bind={host}:{port}", "--workers=2", "--log-level=warning"),
        ("manage.py", "run_notices", "--watch"),
    )
    # A polite kill ends the two processes too, as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with ExitStack() as stack:
        processes = [
            stack.enter_context(
                subprocess.Popen([sys.executable, *command], cwd=settings.BASE_DIR, env=environment)  # noqa: S603 - our own two commands
            )
            for command in commands
        ]
        say(WHERE.format(site=settings.SITE_URL, mail=sink.folder, password=PASSWORD, **people()))
        try:
            processes[0].wait()
        except KeyboardInterrupt:
            say("Stopping")
        finally:
            for process in processes:
                process.terminate()


def people() -> dict[str, str]:
    """Give the addresses that the terminal shows."""
    return {name: address(name) for name in ("ada", "bruno", "chloe", "dora", "author", "approver")}


WHERE = """
The site serves at {site} until Ctrl-C.

  public page   {site}/policies/privacy-policy/
  shop          {site}/shop/
  desk          {site}/desk/
  mail          {mail}

The password of all of these is {password}
  {author}     writes drafts
  {approver}   approves and publishes: version 3 waits for that
  {ada}        customer in Germany, has not answered version 2
  {bruno}      customer in the United States, went on using the shop: deemed to accept
  {chloe}      customer in France, went on using the shop: still asked, the rule deems nobody there
  {dora}       customer in Great Britain, has not answered version 2
"""
