"""Names of notices that only this site can make: the key of the notice, and a code that proves it.

They stand in addresses and headers that leave the site, and come back from anybody.
"""

import re
from base64 import b32encode
from collections.abc import Iterator

from django.utils.crypto import constant_time_compare, salted_hmac

# 80 bits of the code: 16 letters of base32, for mail servers may change the case of a local part.
CODE_BYTES = 10
LABEL = re.compile(r"(?<![a-z0-9])([1-9][0-9]{0,18})-([a-z2-7]{16})(?![a-z0-9])")


def label_of(notice_id: int, purpose: str) -> str:
    """Give the name of a notice for one purpose; what is learnt from it is of no use for another."""
    return f"{notice_id}-{code_of(str(notice_id), purpose)}"


def notices_named(text: str, purpose: str) -> Iterator[int]:
    """Give the keys of the notices whose names, made by this site for `purpose`, stand in `text`."""
    for notice_id, code in LABEL.findall(text.lower()):
        if constant_time_compare(code, code_of(notice_id, purpose)):
            yield int(notice_id)


def code_of(notice_id: str, purpose: str) -> str:
    """Give the code that proves a notice's key to be written by this site."""
    digest = salted_hmac(purpose, notice_id, algorithm="sha256").digest()
    return b32encode(digest[:CODE_BYTES]).decode().lower()
