"""What a person sees and does about their own data: take it away, have it erased."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.decorators import signed_in
from policies.refusal import Refusal
from policies.views.guard import person, status_of

from .. import services
from ..forms import ErasureForm
from ..instants import months_after
from ..selectors import Held, as_text, held_of, is_held, latest_request_of

# So many rows of a table are shown on the page. The file holds all of them.
SHOWN = 100


@require_safe
@never_cache
@signed_in
def export(request: HttpRequest) -> HttpResponse:
    """Show everything that is held of the signed-in person."""
    tables = [
        {
            "title": held.title,
            "rows": [cells(held, row) for row in held.rows[:SHOWN]],
            "more": max(len(held.rows) - SHOWN, 0),
        }
        for held in held_of(person(request))
    ]
    return render(request, "records/export.html", {"tables": tables, "session": session_of(request)})


def cells(held: Held, row: dict[str, Any]) -> Iterator[dict[str, object]]:
    """Give the values of a row in words, each with its label; an instant as it is, and none that is empty."""
    for column in held.columns:
        value = row[column.path]
        if isinstance(value, datetime):
            yield {"label": column.label, "moment": value}
        elif value is not None and value != "":
            yield {"label": column.label, "words": in_words(value, column.choices)}
    if "text_address" in row:
        yield {"label": _("Read it"), "link": row["text_address"]}


def in_words(value: object, choices: dict[object, object]) -> object:
    """Give a value as a reader takes it, where it is a choice in the words for it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    return choices.get(value) or as_text(value)


@require_safe
@never_cache
@signed_in
def export_json(request: HttpRequest) -> HttpResponse:
    """Hand over everything that is held of the signed-in person, as one JSON file."""
    made_at = timezone.now()
    body = {
        "site": settings.SITE_URL,
        "made_at": made_at,
        "session": session_of(request),
        "held": {held.name: held.rows for held in held_of(person(request))},
    }
    content = json.dumps(body, default=as_text, ensure_ascii=False, indent=2)
    name = f"{request.get_host().partition(':')[0]}-{made_at:%Y-%m-%d}.json"
    return HttpResponse(
        content,
        content_type="application/json",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "X-Content-Type-Options": "nosniff",
        },
    )


def session_of(request: HttpRequest) -> dict[str, object]:
    """Give what this session holds of its person: until when it lasts, and how they signed in."""
    return {
        "ends_at": request.session.get_expiry_date(),
        "signed_in_by": request.session.get("account_authentication_methods", []),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def erasure(request: HttpRequest) -> HttpResponse:
    """Say what an erasure takes away and what stays, and take the request of whoever means it."""
    now, form = timezone.now(), ErasureForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.ask_for_erasure(person_id=person(request).pk, now=now)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("We have your request."))
        return redirect("records:erasure")
    context = {
        "form": form,
        "asked": latest_request_of(person(request)),
        "is_held": is_held(person(request).pk),
        "due_at": months_after(now, services.ANSWERED_WITHIN),
    }
    return render(request, "records/erasure.html", context, status=status_of(form))
