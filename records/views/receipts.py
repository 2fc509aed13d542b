"""What a person takes home of an act."""

import json
from typing import Any, cast
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from acceptance.models import Act, ActKind, Checkpoint
from acceptance.selectors import key_entries, newest_checkpoint, receipt_of
from acceptance.signed_notes import opened_by_any
from acceptance.tokens import audit
from accounts.decorators import signed_in
from accounts.models import User


@require_safe
@never_cache
@signed_in
def receipt(request: HttpRequest, act_id: UUID) -> HttpResponse:
    """Give the receipt of one of the person's own acts as a file, with the text as it was shown."""
    act = own_act(request, act_id)
    content = json.dumps(to_take_home(act), ensure_ascii=False, indent=1)
    name = f"receipt-{act.version.policy.slug}-{act.version.number}-{act.kind.lower()}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type="application/json", headers=headers)


@require_safe
@never_cache
@signed_in
def read_receipt(request: HttpRequest, act_id: UUID) -> HttpResponse:
    """Show what the receipt of one of the person's own acts says, in words, to be read or printed."""
    act = own_act(request, act_id)
    checkpoint = newest_checkpoint()
    is_sealed = checkpoint is not None and receipt_of(act, checkpoint)["proof"] is not None
    words = act.presentation.wording
    is_no = act.kind == ActKind.DECLINED
    context = {
        "act": act,
        "words": words["decline_button"] if is_no and "decline_button" in words else words["statement"],
        "checkpoint": checkpoint if is_sealed else None,
        "key": key_of(checkpoint),
    }
    return render(request, "records/receipt.html", context)


def own_act(request: HttpRequest, act_id: UUID) -> Act:
    """Give an act of the signed-in person, or answer 404; whoever asks for another's is noted."""
    acts = Act.objects.select_related("version__policy", "text", "presentation", "context", "entry")
    act = acts.filter(pk=act_id, user=cast(User, request.user)).first()
    if act is None:
        if Act.objects.filter(pk=act_id).exists():
            audit.warning("Person %d asked for the receipt of another.", cast(User, request.user).pk)
        raise Http404(_("You have no such receipt."))
    return act


def to_take_home(act: Act) -> dict[str, Any]:
    """Give a receipt with all that checking it takes: the text itself, and whose key signs."""
    checkpoint = newest_checkpoint()
    return receipt_of(act, checkpoint) | {"text": act.text.body, "key": key_of(checkpoint)}


def key_of(checkpoint: Checkpoint | None) -> dict[str, str]:
    """Give the key that signed a checkpoint, which need not be the one that was noted last."""
    for entry in key_entries() if checkpoint else ():
        key = json.loads(bytes(entry.body))
        if checkpoint and opened_by_any(checkpoint.note, [(key["origin"], bytes.fromhex(key["public"]))]):
            return {"origin": key["origin"], "public": key["public"]}
    return {"origin": "", "public": ""}
