"""The last checkpoint, kept outside the database, which shows when that was restored from a backup.

There is a file for each ledger, named by the hash of its first entry, so that several databases can
share a folder.
"""

import os
from pathlib import Path

from django.conf import settings

from policies.refusal import Refusal


class WitnessUnwritable(Refusal):
    """The last checkpoint cannot be kept outside the database."""


def kept_checkpoint(first_leaf: bytes) -> str:
    """Give the signed note that was kept last of a ledger, empty where none was.

    Raises `WitnessUnwritable`.
    """
    try:
        return place_of(first_leaf).read_text()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise unwritable(error) from error


def keep_checkpoint(first_leaf: bytes, note: str) -> None:
    """Keep a signed note; whoever reads at the same moment finds this one or the one before it.

    Raises `WitnessUnwritable`.
    """
    place = place_of(first_leaf)
    aside = place.with_name(f"{place.name}.{os.getpid()}")
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        aside.write_text(note)
        aside.replace(place)
    except OSError as error:
        raise unwritable(error) from error


def place_of(first_leaf: bytes) -> Path:
    """Give where the last checkpoint of a ledger is kept."""
    return Path(settings.LEDGER_WITNESS_DIR) / first_leaf.hex()


def unwritable(error: OSError) -> WitnessUnwritable:
    """Say what to do where the folder cannot be used."""
    return WitnessUnwritable(
        f"The last checkpoint cannot be kept: {error.strerror}."
        " Set LEDGER_WITNESS_DIR to a folder that the sealer may write to."
    )
