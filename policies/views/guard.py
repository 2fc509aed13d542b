"""Who may open the desk's pages."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse

from accounts.models import User

Arguments = ParamSpec("Arguments")
DeskView = Callable[Concatenate[HttpRequest, Arguments], HttpResponse]


def desk_page(permission: str) -> Callable[[DeskView[Arguments]], DeskView[Arguments]]:
    """Ask for sign-in, then for `permission`, before the view reads anything."""

    def decorate(view: DeskView[Arguments]) -> DeskView[Arguments]:
        @wraps(view)
        @login_required
        def guarded(request: HttpRequest, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return cast("DeskView[Arguments]", guarded)

    return decorate


def person(request: HttpRequest) -> User:
    """Give the signed-in person of a guarded view."""
    return cast(User, request.user)


def status_of(form: BaseForm) -> int:
    """Give 422 for a form that was refused, 200 otherwise."""
    return 422 if form.is_bound and form.errors else 200
