#!/usr/bin/env python
"""Run a management command of Policysite."""

import io
import os
import sys

from django.core.management import execute_from_command_line
from environs import EnvError


def main() -> None:
    """Run the command that the arguments name; a wrong setting is named, and ends with exit status 2."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "policysite.settings")
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A sign that the terminal or pipe cannot take is written as its number, as it is in errors.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        execute_from_command_line(sys.argv)
    except EnvError as error:
        sys.stderr.write(f"{error}\nCorrect it in the environment or in .env, then start again.\n")
        # A mail server that pipes a message into this tries again later with that status; any other loses it.
        is_piped = "read_bounces" in sys.argv[1:2] and "--pipe" in sys.argv
        sys.exit(os.EX_TEMPFAIL if is_piped else 2)


if __name__ == "__main__":
    main()
