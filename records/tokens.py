"""The signed link by which somebody shows that a new address is theirs."""

from dataclasses import asdict, dataclass

from django.core import signing
from django.utils.translation import gettext as _

from policies.refusal import Refusal

PURPOSE = "records.address"
# A day, in seconds.
GOOD_FOR = 24 * 60 * 60


class LinkOver(Refusal):
    """The link is not whole, too old, or of another person."""


@dataclass(frozen=True)
class NewAddress:
    """To which address a person wants to change, and from which."""

    person_id: int
    before: str
    address: str


def seal(wanted: NewAddress) -> str:
    """Give the token that stands in the link."""
    return signing.dumps(asdict(wanted), salt=PURPOSE)


def unseal(token: str, *, person_id: int) -> NewAddress:
    """Give what a token says, if it is of that person and not older than a day. Raises `LinkOver`."""
    try:
        wanted = NewAddress(**signing.loads(token, salt=PURPOSE, max_age=GOOD_FOR))
    except (signing.BadSignature, TypeError) as error:
        raise LinkOver(_("The link is not whole, or older than a day. Ask for another one.")) from error
    if wanted.person_id != person_id:
        raise LinkOver(_("The link belongs to another account. Sign in with that one and open it again."))
    return wanted
