"""The key that signs checkpoints: from a file or a command, never from the settings themselves."""

import shlex
import subprocess
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from pathlib import Path
from secrets import token_bytes, token_hex

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from policies.refusal import Refusal

from .models import Checkpoint
from .signed_notes import Signer

SEED = 32


class KeyUnreadable(Refusal):
    """There is no key, or what is there is none."""


def load_signer() -> Signer:
    """Give the key that signs from now on. Raises `KeyUnreadable`."""
    if settings.LEDGER_KEY_COMMAND:
        said = key_of_command(settings.LEDGER_KEY_COMMAND)
    else:
        said = key_of_file(Path(settings.LEDGER_KEY_FILE))
    try:
        seed = b64decode(said.strip(), validate=True)
    except NotBase64 as error:
        raise KeyUnreadable("The ledger's key is not in base64. Give 32 random bytes in base64.") from error
    if len(seed) != SEED:
        raise KeyUnreadable("The ledger's key has not 32 bytes. Give 32 random bytes in base64.")
    return Signer(settings.LEDGER_ORIGIN, Ed25519PrivateKey.from_private_bytes(seed))


def key_of_file(path: Path) -> bytes:
    """Give what a file holds; where there is none, it is made, and readable by its owner alone.

    Not once something is sealed: then the key was lost, or is somewhere else.
    """
    if not path.exists() and Checkpoint.objects.exists():
        raise KeyUnreadable(
            f"There is no key at {path}, and this ledger was sealed with one. Put it back there, or name its"
            " place in LEDGER_KEY_FILE. If it is lost for good, put 32 other random bytes there in base64."
        )
    try:
        if not path.exists():
            make_key(path)
        return path.read_bytes()
    except OSError as error:
        raise KeyUnreadable(
            f"The ledger's key cannot be read: {error.strerror}. See LEDGER_KEY_FILE."
        ) from error


def make_key(path: Path) -> None:
    """Make a key at `path`. Of two that do so at once, both find the one that came first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.{token_hex(8)}")
    aside.touch(mode=0o600)
    aside.write_bytes(b64encode(token_bytes(SEED)) + b"\n")
    try:
        path.hardlink_to(aside)
    except FileExistsError:
        pass
    finally:
        aside.unlink()


def key_of_command(command: str) -> bytes:
    """Give what a command prints, such as one that asks a vault."""
    try:
        done = subprocess.run(shlex.split(command), capture_output=True, check=True, timeout=30)  # noqa: S603 - the administrator's own
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        name = type(error).__name__
        raise KeyUnreadable(f"LEDGER_KEY_COMMAND gives no key: {name}. Run it by hand to see why.") from error
    return done.stdout
