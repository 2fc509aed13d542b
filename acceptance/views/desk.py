"""Who answered a version, and how, and which version governed whom."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from policies.selectors import load_register, load_rule_book
from policies.views.guard import desk_page, status_of

from ..forms import GoverningForm
from ..selectors import acts_on, governing_version, tally


@require_safe
@desk_page("policies.view_policy")
def answers(request: HttpRequest, version_id: int) -> HttpResponse:
    """Show how a published version was answered: the count, then the acts, fifty to a page."""
    register = load_register()
    entry = register.by_id.get(version_id)
    if entry is None:
        raise Http404(_("There is no published version at this address."))
    context = {
        "entry": entry,
        "tally": tally(entry, register, load_rule_book()),
        "page": Paginator(acts_on(version_id), 50).get_page(request.GET.get("page")),
    }
    return render(request, "desk/answers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@desk_page("policies.view_policy")
def governing(request: HttpRequest) -> HttpResponse:
    """Show which version governed a person at an instant, and why.

    The question is posted, though it changes nothing, so that no address of a person stands in a log.
    """
    form = GoverningForm(request.POST or None)
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        person, policy = form.cleaned_data["person"], form.cleaned_data["policy"]
        at = form.cleaned_data["at"] or timezone.now()
        context["found"] = governing_version(person, policy.slug, at=at)
    return render(request, "desk/governing.html", context, status=status_of(form))
