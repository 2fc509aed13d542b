"""The signed form of the review page: bound to person, text and presentation, good for one act."""

from dataclasses import asdict, dataclass
from datetime import timedelta

from django.core import signing
from django.utils.translation import gettext as _

from policies.refusal import Refusal

PURPOSE = "acceptance.review"
GOOD_FOR = timedelta(days=7)


class TamperedForm(Refusal):
    """The form was not made by this site for this person, or was changed on the way."""


class ExpiredForm(Refusal):
    """The form lay open for too long."""


@dataclass(frozen=True)
class ReviewForm:
    """What a review page was made for; `nonce` becomes the key of the act."""

    nonce: str
    user_id: int
    version_id: int
    text_id: int
    sha256: str
    assent: str
    presentation: str


def seal(form: ReviewForm) -> str:
    """Give `form` signed, as the page carries it."""
    return signing.dumps(asdict(form), salt=PURPOSE)


def unseal(token: str, *, user_id: int) -> ReviewForm:
    """Give the form behind `token`. Raises `ExpiredForm`, and `TamperedForm` for anything else."""
    try:
        form = ReviewForm(**signing.loads(token, salt=PURPOSE, max_age=GOOD_FOR))
    except signing.SignatureExpired as error:
        raise ExpiredForm(
            _("This page was open for more than a week. Read the text below, then answer again.")
        ) from error
    except (signing.BadSignature, TypeError) as error:
        raise TamperedForm(
            _("The form did not arrive as it was sent. Open the page again and answer there.")
        ) from error
    if form.user_id != user_id:
        raise TamperedForm(_("This form was made for another person. Open the page again."))
    return form
