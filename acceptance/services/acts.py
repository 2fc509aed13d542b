"""Record what a person did about the version that they were shown."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from policies.models import Assent
from policies.refusal import Refusal
from policies.selectors import Publication, load_register

from ..models import Act, ActContext, ActKind, Channel, Presentation
from ..presentations import Shown
from ..tokens import ReviewForm
from .entries import note_act
from .standing import lock_standing, rebuild_standing

ACCEPTANCES = {Assent.ACKNOWLEDGE: ActKind.ACKNOWLEDGED, Assent.AGREE: ActKind.AGREED}
# Which latest act already gives an answer. Who agreed has seen it too: acknowledging adds nothing.
GIVEN_BY = {
    ActKind.ACKNOWLEDGED: (ActKind.ACKNOWLEDGED, ActKind.AGREED),
    ActKind.AGREED: (ActKind.AGREED,),
    ActKind.DECLINED: (ActKind.DECLINED,),
}


class AskedSomethingElse(Refusal):
    """What the person answered is no longer what is asked of them: a newer version was published."""


class AnsweredAlready(Refusal):
    """The form was used before, for another answer: one form is good for one act."""


@dataclass(frozen=True)
class Request:
    """The personal circumstances of an act; kept apart from it."""

    ip: str | None
    user_agent: str


@transaction.atomic
def record_act(
    *, person: User, form: ReviewForm, shown: Shown, accepts: bool, note: str, request: Request, now: datetime
) -> Act:
    """Record that `person` accepted or declined the text that `form` was made for.

    Locks the person's standing with the policy. The same answer to the same version, sent again
    from this form or another, gives the first act again. Raises `AnsweredAlready` for another answer on a
    used form, and `AskedSomethingElse` where the version, the text or the words on the page are not
    what the person would be shown now; `shown` is what that is.
    """
    publication = load_register().by_id.get(form.version_id)
    if publication is None:
        raise AskedSomethingElse(_("This version is not published. Read the text below, then answer again."))
    lock_standing(user_id=person.pk, policy_id=publication.policy_id, now=now)
    kind = ACCEPTANCES[Assent(form.assent)] if accepts else ActKind.DECLINED
    latest = Act.objects.filter(user=person, version=form.version_id).order_by("-at", "-pk").first()
    if latest and latest.kind in GIVEN_BY[kind]:
        return latest
    if Act.objects.filter(pk=form.nonce).exists():
        raise AnsweredAlready(
            _("You answered on that page before. To change your answer, answer here again.")
        )
    refuse_stale(form, shown, publication, now)
    presentation = keep_presentation(shown)
    act = Act.objects.create(
        id=uuid.UUID(form.nonce),
        user=person,
        version_id=form.version_id,
        text_id=form.text_id,
        kind=kind,
        at=now,
        channel=Channel.WEB,
        presentation=presentation,
        acted_by=person,
        note=note.strip(),
    )
    context = ActContext.objects.create(
        act=act,
        salt=secrets.token_bytes(32),
        email=person.email,
        ip=request.ip,
        user_agent=request.user_agent[:400],
    )
    text = next(text for text in publication.texts.values() if text.text_id == form.text_id)
    about: dict[str, str | int] = {
        "policy": publication.slug,
        "version": publication.number,
        "language": text.language,
        "sha256": text.sha256,
    }
    note_act(act, context, text=about, presentation=presentation.sha256)
    rebuild_standing(user_id=person.pk, policy_id=publication.policy_id, now=now)
    return act


def refuse_stale(form: ReviewForm, shown: Shown, publication: Publication, now: datetime) -> None:
    """Raise `AskedSomethingElse` unless the form is about the newest version, as it is shown now."""
    newest = load_register().newest(publication.slug, now)
    texts = {text.text_id: text.sha256 for text in publication.texts.values()}
    if newest != publication or texts.get(form.text_id) != form.sha256:
        raise AskedSomethingElse(
            _(
                "A newer version was published while you were reading."
                " Nothing was recorded; this is the new text."
            )
        )
    if shown.sha256 != form.presentation:
        raise AskedSomethingElse(
            _(
                "This page has changed since you opened it."
                " Nothing was recorded; please read it and answer again."
            )
        )


def keep_presentation(shown: Shown) -> Presentation:
    """Give the presentation's row, made now where nobody acted on these words before."""
    presentation, _created = Presentation.objects.get_or_create(
        sha256=shown.sha256,
        defaults={
            "surface": shown.surface,
            "language": shown.language,
            "wording": shown.wording,
            "markup": shown.markup,
            "release": shown.release,
        },
    )
    return presentation
