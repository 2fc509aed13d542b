"""Read values from the environment, and refuse what cannot be meant, by the name of the setting."""

import logging
import re
import secrets
from collections.abc import Sequence
from contextlib import suppress
from email.errors import HeaderParseError, ObsoleteHeaderDefect
from email.policy import default
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
# A name, also one that only a network of one's own knows, or an address of IPv4 or IPv6.
HOST = re.compile(r"[A-Za-z0-9\u00a1-\uffff](?:[A-Za-z0-9\u00a1-\uffff._-]*)|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]+")
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
    is_whole = parts.scheme in ("http", "https") and has_host(parts) and "@" not in parts.netloc
    if not is_whole or value != f"{parts.scheme}://{parts.netloc}":
        raise ValidationError(f"{value!r} is not an address like https://policies.example, without a path.")


def service_address(value: str) -> None:
    """Refuse what is no address of a service on the web; empty is none."""
    parts = parts_of(value)
    if value and not (parts.scheme in ("http", "https") and has_host(parts)):
        raise ValidationError(f"{value!r} is not an address like https://authority.example/stamp.")


def has_host(parts: SplitResult) -> bool:
    """Whether an address names a host, and no port that none can be."""
    try:
        return HOST.fullmatch(parts.hostname or "") is not None and parts.port != 0
    except ValueError:
        return False


def broker_address(value: str) -> None:
    """Refuse a broker that the notice pipeline was never run on; empty is none, and ; parts alternatives."""
    for one in value.split(";") if value else ():
        parts = parts_of(one)
        if parts.scheme not in BROKER_SCHEMES:
            raise ValidationError(f"The address must begin with one of {', '.join(BROKER_SCHEMES)}.")
        if not has_host(parts):
            raise ValidationError(f"{one!r} is not an address like amqp://name:secret@127.0.0.1:5672//.")


def host_names(values: Sequence[str]) -> None:
    """Refuse hosts that come with a scheme, a port or a path, which no request would ever be for."""
    named = [value for value in values if value]
    for value in named:
        if value != "*" and not HOST.fullmatch(value.strip("[]").removeprefix(".")):
            raise ValidationError(f"{value!r} is not the name of a host like policies.example, alone.")
    not_empty(named)


def mail_host(value: str) -> None:
    """Refuse a mail server that is no host alone."""
    if not HOST.fullmatch(value):
        raise ValidationError(f"{value!r} is not the name of a host like smtp.shop.example, without a port.")


def database_engine(value: str) -> None:
    """Refuse a database without the triggers that keep published versions unchanged."""
    parts = parts_of(value)
    name = parts.path.removeprefix("/")
    if parts.scheme not in ("sqlite", "postgres", "postgresql"):
        raise ValidationError("The address must begin with sqlite:// or postgresql://.")
    if parts.scheme != "sqlite" and not (has_port(parts) and (name or "service=" in parts.query)):
        raise ValidationError(
            "It must end with the name of the database, as in postgresql://127.0.0.1:5432/policysite,"
            " and a port must be a number."
        )
    if parts.scheme == "sqlite" and (parts.netloc or not name or name == ":memory:"):
        raise ValidationError(
            "It must name a file, as in sqlite:////srv/policysite.sqlite3, with three slashes before a path."
        )


def has_port(parts: SplitResult) -> bool:
    """Whether the port of an address is a number that a port can be, or is left out."""
    try:
        return parts.port != 0
    except ValueError:
        return False


def time_zone(value: str) -> None:
    """Refuse a zone that the IANA database does not name."""
    if value not in available_timezones():
        raise ValidationError(f"{value!r} is not a time zone like Europe/Berlin.")


def sender(value: str) -> None:
    """Refuse what is not one sender in the form of RFC 5322: an address, or a name with it in brackets."""
    try:
        header = default.header_factory("From", value)
        # "Acme Inc. <...>" is against the letter of the standard, and is put right where a mail is written.
        wrong = [defect for defect in header.defects if not isinstance(defect, ObsoleteHeaderDefect)]
        # Of two addresses, or with something beside the one, there is nothing that could be one.
        refuse_address("" if wrong else ",".join(each.addr_spec for each in header.addresses))
    except (Invalid, ValueError, IndexError, HeaderParseError) as error:
        raise ValidationError(
            f"{value!r} is not an e-mail address like Shop <notices@shop.example>."
        ) from error


def refuse_address(value: str) -> None:
    """Raise `Invalid` for what is no address; the host may be one that only a network of one's own knows."""
    local, at, host = value.rpartition("@")
    is_inside = bool(at) and "." not in host and HOST.fullmatch(host) is not None
    validate_email(f"{local}@{host}.example" if is_inside else value)


def mailbox(value: str) -> None:
    """Refuse what is not one e-mail address, alone."""
    try:
        refuse_address(value)
    except Invalid as error:
        raise ValidationError(f"{value!r} is not an e-mail address like privacy@shop.example.") from error


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


def ledger_name(value: str) -> None:
    """Refuse what cannot be the name of a key in a signed note (C2SP): spaces and + have a meaning there."""
    if not value or re.search(r"[\s+]", value):
        raise ValidationError(f"{value!r} is not a name like shop.example/policysite, without spaces and +.")


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
