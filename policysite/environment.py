"""Read values from the environment, and refuse what cannot be meant, by the name of the setting."""

import logging
import re
import secrets
from contextlib import suppress
from pathlib import Path
from urllib.parse import SplitResult, urlsplit
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError as Invalid
from django.core.validators import validate_email
from environs import Env
from marshmallow import ValidationError

SECRET_LENGTH = 32
HIGHEST_PORT = 65_535
# With "+", the key of a notice, "-" and a code behind it, it stays within the 64 octets of RFC 5321.
BOUNCE_LOCAL_PART = re.compile(r"[A-Za-z0-9._-]{1,27}")
HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,59}")
# Under which name django-anymail looks for the secret of a provider. Those that do not sign send an
# account and a password, parted by a colon.
PROVIDER_SECRETS = {
    "brevo": "WEBHOOK_SECRET",
    "mailersend": "MAILERSEND_SIGNING_SECRET",
    "mailgun": "MAILGUN_WEBHOOK_SIGNING_KEY",
    "mailjet": "WEBHOOK_SECRET",
    "postmark": "WEBHOOK_SECRET",
    "sparkpost": "WEBHOOK_SECRET",
}
BROKER_SCHEMES = ("amqp", "amqps", "redis", "rediss")


def open_environment(path: Path) -> Env:
    """Give the environment, completed by the `.env` file at `path` where there is one."""
    env = Env()
    env.read_env(str(path), recurse=False)
    return env


def parts_of(value: str) -> SplitResult:
    """Give the parts of an address, or refuse what is none."""
    try:
        return urlsplit(value)
    except ValueError as error:
        raise ValidationError(f"{value!r} is not an address: {error}.") from error


def web_address(value: str) -> None:
    """Refuse a site address that is not `http(s)://host` without a path."""
    parts = parts_of(value)
    is_whole = parts.scheme in ("http", "https") and parts.hostname and has_port(parts)
    if not is_whole or parts.path or parts.query:
        raise ValidationError(f"{value!r} is not an address like https://policies.example, without a path.")


def service_address(value: str) -> None:
    """Refuse what is no address of a service on the web; empty is none."""
    parts = parts_of(value)
    if value and not (parts.scheme in ("http", "https") and parts.hostname and has_port(parts)):
        raise ValidationError(f"{value!r} is not an address like https://authority.example/stamp.")


def has_port(parts: SplitResult) -> bool:
    """Whether the port of an address is a number that a port can be, or is left out."""
    try:
        return parts.port is None or parts.port > 0
    except ValueError:
        return False


def broker_address(value: str) -> None:
    """Refuse a broker that the notice pipeline was never run on."""
    if value and parts_of(value).scheme not in BROKER_SCHEMES:
        raise ValidationError(f"The address must begin with one of {', '.join(BROKER_SCHEMES)}.")


def database_engine(value: str) -> None:
    """Refuse a database without the triggers that keep published versions unchanged."""
    parts = parts_of(value)
    if parts.scheme != "sqlite" and (parts.scheme not in ("postgres", "postgresql") or not has_port(parts)):
        raise ValidationError(
            "The address must begin with sqlite:// or postgresql://, and a port must be a number."
        )


def time_zone(value: str) -> None:
    """Refuse a zone that the IANA database does not name."""
    if value not in available_timezones():
        raise ValidationError(f"{value!r} is not a time zone like Europe/Berlin.")


def address_line(value: str) -> None:
    """Refuse a sender without an @, which no mail server would take."""
    if "@" not in value or "\n" in value:
        raise ValidationError(f"{value!r} is not an e-mail address.")


def bounce_address(value: str) -> None:
    """Refuse an address that cannot take a notice's key and code before its @; none at all will do."""
    if not value:
        return
    try:
        validate_email(value)
    except Invalid as error:
        raise ValidationError(f"{value!r} is not an address like bounces@shop.example.") from error
    if not BOUNCE_LOCAL_PART.fullmatch(value.rpartition("@")[0]):
        raise ValidationError("Give at most 27 letters, digits, dots and dashes before the @.")


def log_level(value: str) -> None:
    """Refuse a level that Python's logging does not know."""
    if value not in logging.getLevelNamesMapping():
        raise ValidationError(f"{value!r} is no level. Choose one of DEBUG, INFO, WARNING, ERROR, CRITICAL.")


def port_number(value: int) -> None:
    """Refuse a number that no port can have."""
    if not 0 < value <= HIGHEST_PORT:
        raise ValidationError(f"{value} is no port. Give a number from 1 to {HIGHEST_PORT}.")


def not_empty(value: object) -> None:
    """Refuse a setting that is there and says nothing."""
    if not value:
        raise ValidationError("It is empty. Give a value, or leave the setting out.")


def not_negative(value: float) -> None:
    """Refuse a number below zero."""
    if value < 0:
        raise ValidationError("Give a whole number, 0 or more.")


def some_seconds(value: int) -> None:
    """Refuse a time that is over before it began."""
    if value < 1:
        raise ValidationError("Give at least one second.")


def long_secret(value: str) -> None:
    """Refuse a secret that could be guessed; an empty one stands for none."""
    if value and len(value) < SECRET_LENGTH:
        raise ValidationError(f"The secret must have at least {SECRET_LENGTH} characters.")


def mail_provider(value: str) -> None:
    """Refuse a mail provider whose reports cannot be read; an empty one stands for none."""
    if value and value not in PROVIDER_SECRETS:
        raise ValidationError(f"{value!r} is not one of {', '.join(PROVIDER_SECRETS)}.")


def header_name(value: str) -> None:
    """Refuse what cannot be the name of a header (RFC 5322); an empty one stands for none."""
    if value and not HEADER_NAME.fullmatch(value):
        raise ValidationError(f"{value!r} is not the name of a header, such as X-PM-Metadata-notice.")


def kept_secret(path: Path) -> str:
    """Give the secret kept at `path`, made on first use, readable by its owner alone.

    It is written aside and then linked into place, so that of two processes that start at once
    both read the same whole secret.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        aside.touch(mode=0o600)
        aside.write_text(secrets.token_urlsafe(50))
        with suppress(FileExistsError):
            path.hardlink_to(aside)
        aside.unlink()
    return path.read_text().strip()
