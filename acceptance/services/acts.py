"""Record what a person did about the version that they were shown."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from cachetools import cached
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from policies.models import Assent
from policies.refusal import Refusal
from policies.selectors import Publication, TextEntry, load_register, register
from policies.selectors.kept import kept
from policies.services import LONGEST_WAIT

from ..models import Act, ActContext, ActKind, Channel, Presentation
from ..presentations import Shown
from ..selectors import Word
from ..tokens import Form, ReviewForm
from .entries import entry_of
from .standing import Stand, lock_standing
from .writing import write_together

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
    from this form or another, gives the first act again. The act is later than every one before it,
    also where `now` was read before those were recorded. Raises `AnsweredAlready` for another answer on a
    used form, and `AskedSomethingElse` where the version, the text or the words on the page are not
    what the person would be shown now; `shown` is what that is.
    """
    publication = published(form)
    stand = lock_standing(user_id=person.pk, policy_id=publication.policy_id, now=now)
    kind = ACCEPTANCES[Assent(form.assent)] if accepts else ActKind.DECLINED
    given = given_already(stand, publication, kind)
    # Who says no again, and now says why, is heard.
    if given and (accepts or note.strip() in {"", given.note}):
        return given
    refuse_used(stand, form)
    refuse_stale(stand, form, shown, now)
    return keep_act(
        stand,
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
    publication = register().by_id.get(form.version_id) or load_register().by_id.get(form.version_id)
    if publication is None:
        raise AskedSomethingElse(_("This version is not published. Read the text below, then answer again."))
    return publication


def given_already(stand: Stand, publication: Publication, kind: ActKind) -> Act | None:
    """Give the act by which a person has said the same of this version already, if it still counts.

    A withdrawal from the policy undoes every answer before it, of whatever version, and has itself been
    undone where something is accepted now.
    """
    if kind == ActKind.WITHDRAWN and stand.accepted is not None:
        return None
    said = [
        word
        for word in stand.words
        if word.key and (word.version_id == publication.version_id or word.kind == ActKind.WITHDRAWN)
    ]
    if not said or said[-1].kind not in GIVEN_BY[kind]:
        return None
    return Act.objects.get(pk=str(said[-1].key))


def refuse_used(stand: Stand, form: Form) -> None:
    """Raise `AnsweredAlready` where an act was made from `form`.

    A form is for one person and about one version: whoever used it before is among their words.
    """
    if uuid.UUID(form.nonce) in {word.key for word in stand.words}:
        raise AnsweredAlready(
            _("You answered on that page before. To change your answer, answer here again.")
        )


def keep_act(
    stand: Stand,
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

    The caller holds `stand`, and has refused what must be refused.
    """
    publication = published(form)
    if stand.words:
        # Who waited for the lock read the clock before: what is recorded later counts as later.
        now = max(now, stand.words[-1].at + timedelta(microseconds=1))
    act = Act(
        id=uuid.UUID(form.nonce),
        user=person,
        version_id=form.version_id,
        text_id=form.text_id,
        kind=kind,
        at=now,
        channel=channel,
        presentation_id=keep_presentation(shown),
        acted_by=acted_by,
        note=note.strip(),
    )
    context = ActContext(
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
    entry = entry_of(act, context, text=about, presentation=shown.sha256)
    word = Word(
        person.pk, publication.policy_id, form.version_id, publication.number, kind.value, now, act.pk
    )
    write_together([act, context, entry], stand.moved_by(word, now))
    return act


def text_of(form: Form, publication: Publication) -> TextEntry:
    """Give the text that `form` is about. Raises `AskedSomethingElse` where it is another one now."""
    for text in publication.texts.values():
        if (text.text_id, text.sha256) == (form.text_id, form.sha256):
            return text
    raise AskedSomethingElse(_("This form is about another text. Open the page again."))


def refuse_stale(stand: Stand, form: Form, shown: Shown, now: datetime) -> None:
    """Raise `AskedSomethingElse` unless the form is about the newest version, as it is shown now."""
    # Who waited for a publication read the clock before it: what is on record by now came first all the same.
    publication = stand.register.by_id[form.version_id]
    newest = stand.register.newest(publication.slug, now + LONGEST_WAIT)
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


def keep_presentation(shown: Shown) -> int:
    """Give the key of the presentation's row, made now where nobody acted on these words before."""
    return presentation_key(shown.sha256) or make_presentation(shown).pk


@cached(kept(256), lock=Lock())
def presentation_key(sha256: str) -> int | None:
    """Give the key of a presentation that is there. It never changes and is never deleted."""
    return Presentation.objects.filter(sha256=sha256).values_list("pk", flat=True).first()


def make_presentation(shown: Shown) -> Presentation:
    """Give the presentation's row; of two who make it at once, both get the one that came first."""
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
