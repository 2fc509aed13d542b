"""What an address becomes on the wire: its domain in ASCII, and whether the server must know UTF-8."""

from dataclasses import dataclass

import idna

# RFC 5321, section 4.5.3.1, and for each label RFC 1035, section 2.3.4.
LOCAL_PART, DOMAIN, LABEL = 64, 255, 63


class AddressUnusable(ValueError):
    """No mail server takes this address; the message is a sentence that says why."""


@dataclass(frozen=True)
class Mailbox:
    """An address for the envelope and the header. With `is_international` it needs SMTPUTF8 (RFC 6531)."""

    address: str
    is_international: bool = False


def mailbox(address: str) -> Mailbox:
    """Give the mailbox of `address`, its domain in ASCII. Raises `AddressUnusable`."""
    local, at, domain = address.rpartition("@")
    if not (local and at and domain):
        raise AddressUnusable("The address has no @ between two parts.")
    if not address.isprintable() or any(sign in address for sign in " <>"):
        raise AddressUnusable("The address holds a space, a line break or a control sign.")
    domain = domain_in_ascii(domain)
    if len(local.encode()) > LOCAL_PART or len(domain) > DOMAIN:
        raise AddressUnusable("The address is longer than mail servers take.")
    return Mailbox(f"{local}@{domain}", not local.isascii())


def domain_in_ascii(domain: str) -> str:
    """Give a domain as the wire carries it (RFC 5891, after the mapping of UTS 46, non-transitional).

    One that is in ASCII stays as it is. Raises `AddressUnusable`.
    """
    try:
        ascii_domain = domain if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")
    except UnicodeError as error:
        raise AddressUnusable("The domain of the address is no domain.") from error
    if not all(0 < len(label) <= LABEL for label in ascii_domain.split(".")):
        raise AddressUnusable("The domain of the address is no domain.")
    return ascii_domain
