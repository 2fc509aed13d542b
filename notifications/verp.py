"""Give each notice an envelope sender of its own, so that whatever comes back says which one it was.

The address (RFC 5321, MAIL FROM; the practice is called VERP) ends in a code that only this site can
make: who writes to it without having had the notice can say nothing about it.
"""

import re
from base64 import b32encode
from functools import lru_cache

from django.conf import settings
from django.core.mail.message import sanitize_address
from django.utils.crypto import constant_time_compare, salted_hmac

from .emails import sender_address

SALT = "notifications.verp"
# 80 bits of the code: 16 letters of base32, for mail servers may change the case of a local part.
CODE_BYTES = 10
LABEL = re.compile(r"([1-9][0-9]{0,18})-([a-z2-7]{16})")


def envelope_sender(notice_id: int) -> str:
    """Give the envelope sender of a notice; the site's plain one where no BOUNCE_ADDRESS is set."""
    if not settings.BOUNCE_ADDRESS:
        return sender_address()
    local, domain = sides_of(settings.BOUNCE_ADDRESS)
    return f"{local}+{notice_id}-{code_of(str(notice_id))}@{domain}"


def notice_of(address: str) -> int | None:
    """Give the notice whose envelope sender `address` is; None where this site did not make it."""
    if not settings.BOUNCE_ADDRESS or not address.isascii():
        return None
    local, domain = sides_of(settings.BOUNCE_ADDRESS)
    user, _, host = address.lower().rpartition("@")
    known, _, label = user.rpartition("+")
    found = LABEL.fullmatch(label)
    if found is None or (known, host) != (local.lower(), domain.lower()):
        return None
    notice_id, code = found.groups()
    return int(notice_id) if constant_time_compare(code, code_of(notice_id)) else None


@lru_cache(maxsize=1)
def sides_of(address: str) -> tuple[str, str]:
    """Give the two sides of an address, the domain in ASCII; kept, for every notice asks."""
    local, _, domain = sanitize_address(address, "utf-8").rpartition("@")
    return local, domain


def code_of(notice_id: str) -> str:
    """Give the code that proves a notice's key to be written by this site."""
    digest = salted_hmac(SALT, notice_id, algorithm="sha256").digest()
    return b32encode(digest[:CODE_BYTES]).decode().lower()
