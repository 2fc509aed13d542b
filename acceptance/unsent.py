"""Forms that the gate stopped, kept in their sender's session until the answer is given.

They end with the session: with the sign-out, and for whoever signs in after it. Nothing is sent
again unless the person presses a button.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from policies.refusal import Refusal

IN_SESSION = "unsent"
GOOD_FOR = timedelta(hours=1)
# The session is read with every request, so that it must stay small.
MOST_BYTES = 64 * 1024
MOST_FORMS = 3
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
CSRF_FIELD = "csrfmiddlewaretoken"


class NotKept(Refusal):
    """What was sent is no form, holds a file, is too long, or one too many."""


@dataclass(frozen=True)
class Unsent:
    """A form that was stopped: where it was going, its fields in order, and the names of those left out."""

    path: str
    fields: list[tuple[str, str]]
    left_out: list[str]

    @property
    def shown(self) -> list[tuple[str, str]]:
        """The fields as a person reads them, their names in words."""
        return [(name.replace("_", " "), value) for name, value in self.fields]


def form_in(request: HttpRequest) -> Unsent:
    """Give the form that `request` sends, without what is secret. Raises `NotKept`."""
    is_form = request.method == "POST" and request.content_type in FORM_TYPES and not request.FILES
    sent = [(name, str(value)) for name, values in request.POST.lists() for value in values if is_form]
    if not is_form or sum(len(name.encode()) + len(value.encode()) for name, value in sent) > MOST_BYTES:
        raise NotKept(
            _(
                "What you sent could not be kept, because it is too long or holds a file."
                " Please send it again after your answer."
            )
        )
    sent = [(name, value) for name, value in sent if name != CSRF_FIELD]
    return Unsent(
        path=request.get_full_path(),
        fields=[(name, value) for name, value in sent if not is_secret(name)],
        left_out=sorted({name for name, _value in sent if is_secret(name)}),
    )


def is_secret(name: str) -> bool:
    """Whether what a field holds is never kept, by its name."""
    return any(part in name.lower() for part in settings.GATE_SECRET_FIELDS)


def keep(request: HttpRequest, *, now: datetime) -> str:
    """Keep the form that `request` sends for an hour, and give its key. Raises `NotKept`.

    What is kept already is not kept twice. Three are kept at the most: the first was promised an hour too.
    """
    form = form_in(request)
    others = {key: row for key, row in rows(request, now).items() if unsent_of(row) != form}
    if len(others) >= MOST_FORMS:
        raise NotKept(
            _("What you sent could not be kept beside the others. Please send it again after your answer.")
        )
    key = secrets.token_urlsafe(24)
    row = {
        "path": form.path,
        "fields": form.fields,
        "left_out": form.left_out,
        "until": (now + GOOD_FOR).isoformat(),
    }
    write(request, others | {key: row})
    return key


def find(request: HttpRequest, key: str, *, now: datetime) -> Unsent | None:
    """Give the form that is kept in this session under `key`; None where there is none any more."""
    row = rows(request, now).get(key)
    return unsent_of(row) if row else None


def let_go(request: HttpRequest, key: str, *, now: datetime) -> None:
    """Let go of the form that is kept under `key`."""
    write(request, {other: row for other, row in rows(request, now).items() if other != key})


def let_go_of_sent(request: HttpRequest, *, now: datetime) -> None:
    """Let go of what is too old, and of the form that `request` sends again."""
    if IN_SESSION not in request.session:
        return
    left = {key: row for key, row in rows(request, now).items() if not is_sent_by(request, row)}
    if left != request.session[IN_SESSION]:
        write(request, left)


def is_sent_by(request: HttpRequest, row: dict[str, Any]) -> bool:
    """Whether `request` sends the form that a row of the session holds."""
    if request.method != "POST" or row["path"] != request.get_full_path():
        return False
    try:
        return form_in(request).fields == unsent_of(row).fields
    except NotKept:
        return False


def rows(request: HttpRequest, now: datetime) -> dict[str, Any]:
    """Give what the session keeps and is not too old, by key, the oldest first."""
    found = request.session.get(IN_SESSION, {})
    return {key: row for key, row in found.items() if now < datetime.fromisoformat(row["until"])}


def unsent_of(row: dict[str, Any]) -> Unsent:
    """Give the form that a row of the session holds."""
    return Unsent(row["path"], [(name, value) for name, value in row["fields"]], row["left_out"])


def write(request: HttpRequest, left: dict[str, Any]) -> None:
    """Let the session keep `left` alone."""
    if left:
        request.session[IN_SESSION] = left
    else:
        request.session.pop(IN_SESSION, None)
