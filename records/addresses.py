"""IP addresses, shortened until they name a network and nobody in it."""

from ipaddress import ip_address, ip_network

# How many of the first bits stay, by the version of the protocol.
KEPT_BITS = {4: 24, 6: 48}
# What a shortened address looks like, for a database to tell. One that has this form by chance is left as
# it is: of IPv4 it is the same when shortened.
SHORTENED = r"^(([0-9]+\.){3}0|([0-9a-f]{1,4}(:[0-9a-f]{1,4}){0,2})?::)$"


def shortened(address: str) -> str:
    """Give the network of an address: its first 24 bits of IPv4, or 48 of IPv6, and zeros.

    An IPv4 address that is written as one of IPv6 (RFC 4291, section 2.5.5.2) leaves nothing.
    """
    found = ip_address(address)
    return str(ip_network((found, KEPT_BITS[found.version]), strict=False).network_address)
