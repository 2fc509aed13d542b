"""Who may open the desk's pages."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from accounts.decorators import signed_in
from accounts.models import User

from ..refusal import Refusal

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer", bound=HttpResponseBase)
DeskView = Callable[Concatenate[HttpRequest, Arguments], Answer]


def desk_page(permission: str) -> Callable[[DeskView[Arguments, Answer]], DeskView[Arguments, Answer]]:
    """Ask for sign-in, then for `permission`, before the view reads anything."""

    def decorate(view: DeskView[Arguments, Answer]) -> DeskView[Arguments, Answer]:
        @wraps(view)
        @signed_in
        def guarded(request: HttpRequest, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
            if not request.user.has_perm(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return cast("DeskView[Arguments, Answer]", guarded)

    return decorate


def person(request: HttpRequest) -> User:
    """Give the signed-in person of a guarded view."""
    return cast(User, request.user)


def attempt(request: HttpRequest, service: Callable[[], object], done: str, *, page: str) -> HttpResponse:
    """Call `service`, say that it is done, or in its own words why not, and lead back to a page."""
    try:
        service()
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect(page)


def status_of(form: BaseForm) -> int:
    """Give 422 for a form that was refused, 200 otherwise."""
    return 422 if form.is_bound and form.errors else 200
