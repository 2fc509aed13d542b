"""What is signed: forms, each good for one act of one purpose, and the link that stops reminders.

A form is bound to person, text and presentation. The link names a person and is good for nothing
else than stopping their reminders; it does not expire, because mail is kept for years.
"""

import logging
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import ClassVar, TypeVar

from django.core import signing
from django.utils.translation import gettext as _

from policies.refusal import Refusal

# Tells of what somebody seems to try out, with the key of the person and nothing else of them.
audit = logging.getLogger("policysite.audit")
GOOD_FOR = timedelta(days=7)
REMINDERS_PURPOSE = "acceptance.reminders"
# It stands in an address as it is, where mail programs encode Django's usual colon now and then.
SEPARATOR = "."


class TamperedForm(Refusal):
    """The form was not made by this site for this person, or was changed on the way."""


class ExpiredForm(Refusal):
    """The form lay open for too long."""


@dataclass(frozen=True)
class Form:
    """What a page was made for; `nonce` becomes the key of the act, `purpose` the salt of the signature."""

    purpose: ClassVar[str]

    nonce: str
    user_id: int
    version_id: int
    text_id: int
    sha256: str
    presentation: str


@dataclass(frozen=True)
class ReviewForm(Form):
    """The form of the review page, with what is asked there."""

    purpose: ClassVar[str] = "acceptance.review"

    assent: str


@dataclass(frozen=True)
class WithdrawalForm(Form):
    """The form of the page on which a person withdraws."""

    purpose: ClassVar[str] = "acceptance.withdrawal"


@dataclass(frozen=True)
class DeskForm(Form):
    """The form of the desk, by which `acted_by_id` enters what the person answered another way."""

    purpose: ClassVar[str] = "acceptance.desk"

    kind: str
    acted_by_id: int


AnyForm = TypeVar("AnyForm", bound=Form)


def seal(form: Form) -> str:
    """Give `form` signed, as the page carries it."""
    return signing.dumps(asdict(form), salt=form.purpose)


def unseal(token: str, of: type[AnyForm], *, user_id: int) -> AnyForm:
    """Give the form behind `token`. Raises `ExpiredForm`, and `TamperedForm` for anything else."""
    try:
        form = of(**signing.loads(token, salt=of.purpose, max_age=GOOD_FOR))
    except signing.SignatureExpired as error:
        raise ExpiredForm(
            _("This page was open for more than a week. Read the text below, then answer again.")
        ) from error
    except (signing.BadSignature, TypeError) as error:
        audit.warning("Person %d sent a form that this site did not sign.", user_id)
        raise TamperedForm(
            _("The form did not arrive as it was sent. Open the page again and answer there.")
        ) from error
    if form.user_id != user_id:
        audit.warning("Person %d sent a form that was made for another person.", user_id)
        raise TamperedForm(_("This form was made for another person. Open the page again."))
    return form


class TamperedLink(Refusal):
    """The link was not made by this site, or was changed on the way."""


def reminders_token(user_id: int) -> str:
    """Give what stops the reminders of a person; always the same, so that a letter can be rebuilt."""
    return signing.Signer(salt=REMINDERS_PURPOSE, sep=SEPARATOR).sign(str(user_id))


def user_of(token: str) -> int:
    """Give whose reminders `token` stops. Raises `TamperedLink`."""
    try:
        return int(signing.Signer(salt=REMINDERS_PURPOSE, sep=SEPARATOR).unsign(token))
    except signing.BadSignature as error:
        audit.warning("Somebody opened a link to stop reminders that this site did not sign.")
        raise TamperedLink(
            _("The link is not whole. Open it from the mail again, or stop reminders on your own page.")
        ) from error
