"""Who may open a page at all."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render, resolve_url

from .addresses import leads_home

Arguments = ParamSpec("Arguments")
View = Callable[Concatenate[HttpRequest, Arguments], HttpResponseBase]


def signed_in(view: View[Arguments]) -> View[Arguments]:
    """Lead whoever is not signed in to the sign-in page, and back.

    What they send is not carried out, and not thrown away either: a page shows it, to be copied. A session
    ends while people write.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponseBase:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        if request.method == "POST":
            return not_sent(request)
        return redirect_to_login(request.get_full_path())

    return cast("View[Arguments]", guarded)


def not_sent(request: HttpRequest) -> HttpResponse:
    """Say that a form was not taken because nobody is signed in, and show what was typed into it (403)."""
    if "HX-Request" in request.headers:
        # It stands inside the page on which the text is still there.
        return render(request, "_signed_out.html")
    came_from = request.headers.get("Referer", "")
    back = (
        urlsplit(came_from).path
        if leads_home(request, came_from)
        else resolve_url(settings.LOGIN_REDIRECT_URL)
    )
    context = {"typed": typed(request), "back": back}
    return render(request, "signed_out.html", context, status=403)


def typed(request: HttpRequest) -> list[tuple[str, str]]:
    """Give what a person typed into a form, without what is secret and what only the site reads."""
    unseen = ("token", "next", "fingerprint", "based_on", *settings.GATE_SECRET_FIELDS)
    return [
        (name.replace("_", " "), value)
        for name, values in request.POST.lists()
        if not any(part in name.lower() for part in unseen)
        for value in map(str, values)
        if value
    ]
