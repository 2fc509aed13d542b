"""Give each notice an envelope sender of its own, so that whatever comes back says which one it was.

The address (RFC 5321, MAIL FROM; the practice is called VERP) ends in a code that only this site can
make: who writes to it without having had the notice can say nothing about it.
"""

from functools import lru_cache

from django.conf import settings

from accounts.mailboxes import mailbox

from .codes import label_of, notices_named
from .emails import sender_address

PURPOSE = "notifications.verp"


def envelope_sender(notice_id: int) -> str:
    """Give the envelope sender of a notice; the site's plain one where no BOUNCE_ADDRESS is set."""
    if not settings.BOUNCE_ADDRESS:
        return sender_address()
    local, domain = sides_of(settings.BOUNCE_ADDRESS)
    return f"{local}+{label_of(notice_id, PURPOSE)}@{domain}"


def notice_of(address: str) -> int | None:
    """Give the notice whose envelope sender `address` is; None where this site did not make it."""
    if not settings.BOUNCE_ADDRESS or not address.isascii():
        return None
    local, domain = sides_of(settings.BOUNCE_ADDRESS)
    user, _, host = address.lower().rpartition("@")
    known, _, label = user.rpartition("+")
    if (known, host) != (local.lower(), domain.lower()):
        return None
    found = next(notices_named(label, PURPOSE), None)
    return found if found and label == label_of(found, PURPOSE) else None


@lru_cache(maxsize=1)
def sides_of(address: str) -> tuple[str, str]:
    """Give the two sides of an address, the domain in ASCII; kept, for every notice asks."""
    local, _, domain = mailbox(address).address.rpartition("@")
    return local, domain
