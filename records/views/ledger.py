"""What anybody may keep to hold the site to its word: the newest checkpoint, the key, and the program."""

import json
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from acceptance.selectors import key_entries, newest_checkpoint

from .. import verify

PLAIN = "text/plain; charset=utf-8"


@require_safe
@never_cache
def checkpoint(_request: HttpRequest) -> HttpResponse:
    """Give the newest checkpoint as a signed note. Whoever keeps one can show any later change."""
    found = newest_checkpoint()
    if found is None:
        raise Http404(_("Nothing is sealed yet."))
    return HttpResponse(found.note, content_type=PLAIN)


@require_safe
@never_cache
def keys(_request: HttpRequest) -> HttpResponse:
    """Give every key with which the ledger was signed, the last one last, with its name and moment."""
    noted = [json.loads(bytes(entry.body)) for entry in key_entries()]
    lines = [f"{key['public']} {key['origin']} {key['noted_at']}\n" for key in noted]
    return HttpResponse("".join(lines), content_type=PLAIN)


@require_safe
def program(_request: HttpRequest) -> HttpResponse:
    """Give the program that checks receipts and packs."""
    source = Path(verify.__file__).read_bytes()
    headers = {"Content-Disposition": 'attachment; filename="verify.py"'}
    return HttpResponse(source, content_type="text/x-python; charset=utf-8", headers=headers)
