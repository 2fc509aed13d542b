"""The desk's pages on which the answer of another person is entered: it came on paper, or by a guardian."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from policies.refusal import Refusal
from policies.selectors import load_register
from policies.views.guard import desk_page, person, status_of

from .. import services
from ..forms import EntryForm, PersonForm, RecordForm
from ..reviews import Offer, desk_form_for, entry_of, texts_at
from ..selectors import acts_of, legacy_of
from ..tokens import DeskForm, TamperedForm, seal, unseal


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page(services.ACT_FOR_OTHERS)
def find_person(request: HttpRequest) -> HttpResponse:
    """Find a person by address, which is posted so that it stands in no log of addresses."""
    form = PersonForm(request.POST or None)
    if form.is_valid():
        try:
            found = User.objects.get_by_natural_key(form.cleaned_data["email"])
        except User.DoesNotExist:
            form.add_error("email", _("Nobody has this address. Check it with the person."))
        else:
            return redirect("desk:act_for", found.pk)
    return render(request, "desk/find_person.html", {"form": form}, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@desk_page(services.ACT_FOR_OTHERS)
def act_for(request: HttpRequest, user_id: int) -> HttpResponse:
    """Show what a person did, and enter what they answered by another way."""
    found = get_object_or_404(User, pk=user_id)
    try:
        services.refuse_person(found, person(request))
    except Refusal as refusal:
        return show(request, found, refusal=str(refusal), status=403)
    if request.method == "POST":
        return take(request, found)
    chosen = EntryForm(texts(), request.GET or None)
    offer = offered(chosen)
    token = seal(desk_form_for(found, person(request), offer, chosen.cleaned_data["kind"])) if offer else ""
    return show(
        request,
        found,
        chosen=chosen,
        offer=offer,
        form=RecordForm(initial={"token": token}),
        status=status_of(chosen),
    )


def texts() -> list[tuple[int, str]]:
    """Give the texts that can be answered, by key, as the desk lists them."""
    return [
        (text.text_id, f"{entry.name}, {entry.number}, {text.language}: {text.title}")
        for entry, text in texts_at(timezone.now())
    ]


def offered(chosen: EntryForm) -> Offer | None:
    """Give the text and the words that were chosen, if they were."""
    if not chosen.is_valid():
        return None
    return entry_of(chosen.cleaned_data["text"], chosen.cleaned_data["kind"], at=timezone.now())


def show(request: HttpRequest, found: User, *, status: int, **more: object) -> HttpResponse:
    """Render the page about a person, with `more` of what is to be entered."""
    register = load_register()
    legacy = [(taken, register.by_id.get(taken.version_id or 0)) for taken in legacy_of(found)]
    context = {"person": found, "acts": acts_of(found), "legacy": legacy} | more
    return render(request, "desk/act_for.html", context, status=status)


def take(request: HttpRequest, found: User) -> HttpResponse:
    """Record the answer, or show the page again with the sentence that says why not."""
    posted = RecordForm(request.POST)
    try:
        form = unseal(request.POST.get("token", ""), DeskForm, user_id=found.pk)
        if form.acted_by_id != person(request).pk:
            raise TamperedForm(_("This form was made for another person. Open the page again."))
    except Refusal as refusal:
        return show(request, found, chosen=EntryForm(texts()), refusal=str(refusal), status=400)
    if posted.is_valid():
        return record(request, found, form, posted.cleaned_data["note"])
    chosen = EntryForm(texts(), {"text": form.text_id, "kind": form.kind})
    return show(request, found, chosen=chosen, offer=offered(chosen), form=posted, status=status_of(posted))


def record(request: HttpRequest, found: User, form: DeskForm, note: str) -> HttpResponse:
    """Hand the answer to the service that records it."""
    try:
        act = services.act_for(
            person=found, acted_by=person(request), form=form, note=note, now=timezone.now()
        )
    except Refusal as refusal:
        return show(request, found, chosen=EntryForm(texts()), refusal=str(refusal), status=409)
    is_new = str(act.pk) == form.nonce
    messages.success(
        request, _("The answer is recorded.") if is_new else _("This answer is on record already.")
    )
    return redirect("desk:act_for", found.pk)
