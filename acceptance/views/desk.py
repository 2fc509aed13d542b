"""Who answered a version, and how."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from policies.selectors import load_register, load_rule_book
from policies.views.guard import desk_page

from ..selectors import acts_on, tally


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
