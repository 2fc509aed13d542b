"""Evidence packs at the desk: made for who may, and on record."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from acceptance.keys import load_signer
from acceptance.services import LedgerBroken
from policies.models import PolicyVersion
from policies.refusal import Refusal
from policies.views.guard import desk_page, person, status_of

from ..forms import EvidenceForm
from ..selectors import newest_packs
from ..services import Made, make_person_pack, make_version_pack


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@desk_page("records.make_pack")
def evidence(request: HttpRequest) -> HttpResponse:
    """Ask about whom evidence is to be given out, and give it out; list what was given out before."""
    form = EvidenceForm(request.POST or None)
    if not form.is_valid():
        return show(request, form, status=status_of(form))
    now = timezone.now()
    return give_out(
        request,
        form,
        lambda: make_person_pack(
            person=form.cleaned_data["person"],
            at=form.cleaned_data["at"] or now,
            made_by=person(request),
            signer=load_signer(),
            now=now,
        ),
    )


@require_POST
@desk_page("records.make_pack")
def version_evidence(request: HttpRequest, version_id: int) -> HttpResponse:
    """Give out evidence about a published version."""
    version = PolicyVersion.objects.filter(pk=version_id, published_at__isnull=False).first()
    if version is None:
        raise Http404(_("There is no such version."))
    return give_out(
        request,
        EvidenceForm(),
        lambda: make_version_pack(
            version=version, made_by=person(request), signer=load_signer(), now=timezone.now()
        ),
    )


def give_out(request: HttpRequest, form: EvidenceForm, make: Callable[[], Made]) -> HttpResponse:
    """Give the pack that `make` makes as a file, or say why there is none."""
    try:
        made = make()
    except LedgerBroken:
        sentence = _("The ledger is not as it was sealed. Have it verified before evidence is given out.")
        return show(request, form, refusal=sentence, status=409)
    except Refusal as refusal:
        return show(request, form, refusal=str(refusal), status=409)
    headers = {"Content-Disposition": f'attachment; filename="evidence-{made.pack.pk}.zip"'}
    return HttpResponse(made.content, content_type="application/zip", headers=headers)


def show(request: HttpRequest, form: EvidenceForm, *, refusal: str = "", status: int = 200) -> HttpResponse:
    """Show the form, and what was given out."""
    context = {"form": form, "packs": newest_packs(), "refusal": refusal}
    return render(request, "desk/evidence.html", context, status=status)
