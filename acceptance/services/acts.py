"""Record what a person did about the version that they were shown."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from policies.models import Assent
from policies.refusal import Refusal
from policies.selectors import Publication, TextEntry, load_register

from ..models import Act, ActContext, ActKind, Channel, Presentation, Standing
from ..presentations import Shown
from ..tokens import Form, ReviewForm
from .entries import note_act
from .standing import lock_standing, rebuild_standing

ACCEPTANCES = {Assent.ACKNOWLEDGE: ActKind.ACKNOWLEDGED, Assent.AGREE: ActKind.AGREED}
# Which latest act already gives an answer. Who agreed has seen it too: acknowledging adds nothing.
GIVEN_BY = {
    ActKind.ACKNOWLEDGED: (ActKind.ACKNOWLEDGED, ActKind.AGREED),
    ActKind.AGREED: (ActKind.AGREED,),
    ActKind.DECLINED: (ActKind.DECLINED,),
    ActKind.WITHDRAWN: (ActKind.WITHDRAWN,),
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
    publication = published(form)
    standing = lock_standing(user_id=person.pk, policy_id=publication.policy_id, now=now)
    kind = ACCEPTANCES[Assent(form.assent)] if accepts else ActKind.DECLINED
    given = given_already(standing, publication, kind)
    if given:
        return given
    refuse_used(form)
    refuse_stale(form, shown, publication, now)
    return keep_act(
        form=form,
        kind=kind,
        person=person,
        acted_by=person,
        channel=Channel.WEB,
        shown=shown,
        note=note,
        request=request,
        now=now,
    )


def published(form: Form) -> Publication:
    """Give the version that `form` is about. Raises `AskedSomethingElse` where it is not published."""
    publication = load_register().by_id.get(form.version_id)
    if publication is None:
        raise AskedSomethingElse(_("This version is not published. Read the text below, then answer again."))
    return publication


def given_already(standing: Standing, publication: Publication, kind: ActKind) -> Act | None:
    """Give the act by which a person has said the same of this version already, if it still counts.

    A withdrawal from the policy undoes every answer before it, of whatever version, and has itself been
    undone where something is accepted now.
    """
    if kind == ActKind.WITHDRAWN and standing.accepted_version_id is not None:
        return None
    said = Act.objects.filter(
        Q(version=publication.version_id) | Q(kind=ActKind.WITHDRAWN),
        user=standing.user_id,
        version__policy=publication.policy_id,
    )
    latest = said.order_by("-at", "-pk").first()
    return latest if latest and latest.kind in GIVEN_BY[kind] else None


def refuse_used(form: Form) -> None:
    """Raise `AnsweredAlready` where an act was made from `form`."""
    if Act.objects.filter(pk=form.nonce).exists():
        raise AnsweredAlready(
            _("You answered on that page before. To change your answer, answer here again.")
        )


def keep_act(
    *,
    form: Form,
    kind: ActKind,
    person: User,
    acted_by: User,
    channel: Channel,
    shown: Shown,
    note: str,
    request: Request,
    now: datetime,
) -> Act:
    """Write an act with its circumstances and its ledger entry, and set the standing anew.

    The caller holds the lock on the standing, and has refused what must be refused.
    """
    publication = published(form)
    presentation = keep_presentation(shown)
    act = Act.objects.create(
        id=uuid.UUID(form.nonce),
        user=person,
        version_id=form.version_id,
        text_id=form.text_id,
        kind=kind,
        at=now,
        channel=channel,
        presentation=presentation,
        acted_by=acted_by,
        note=note.strip(),
    )
    context = ActContext.objects.create(
        act=act,
        salt=secrets.token_bytes(32),
        email=person.email,
        ip=request.ip,
        user_agent=request.user_agent[:400],
    )
    text = text_of(form, publication)
    about: dict[str, str | int] = {
        "policy": publication.slug,
        "version": publication.number,
        "language": text.language,
        "sha256": text.sha256,
    }
    note_act(act, context, text=about, presentation=presentation.sha256)
    rebuild_standing(user_id=person.pk, policy_id=publication.policy_id, now=now)
    return act


def text_of(form: Form, publication: Publication) -> TextEntry:
    """Give the text that `form` is about. Raises `AskedSomethingElse` where it is another one now."""
    for text in publication.texts.values():
        if (text.text_id, text.sha256) == (form.text_id, form.sha256):
            return text
    raise AskedSomethingElse(_("This form is about another text. Open the page again."))


def refuse_stale(form: Form, shown: Shown, publication: Publication, now: datetime) -> None:
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
    refuse_changed_page(form, shown)


def refuse_changed_page(form: Form, shown: Shown) -> None:
    """Raise `AskedSomethingElse` unless the page says now what it said when the form was made."""
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
