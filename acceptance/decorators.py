"""For single views, such as a checkout, that nobody may use who owes an answer about one policy."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from policies.selectors import register

from .middleware import stop, visit_of
from .selectors import Asked

View = Callable[..., HttpResponseBase]


def acceptance_required(slug: str) -> Callable[[View], View]:
    """Let nobody use a view who owes an answer about the policy `slug`: `@acceptance_required("terms")`.

    It stands before the view from the moment at which the version holds for the person, without days
    of grace, and answers as the gate does. Whoever is not signed in owes nothing and passes: put
    `login_required` above it where that is not meant. On a class, use `method_decorator`.

    While no version of the policy is published the view raises `ImproperlyConfigured`: better closed
    than open by a misspelt slug.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if slug not in register().by_slug:
                raise ImproperlyConfigured(
                    f"The view asks for an answer about {slug!r}, of which no version is published."
                )
            now = visit_of(request).now

            def owed(asked: list[Asked]) -> list[Asked]:
                return [
                    found
                    for found in asked
                    if found.publication.slug == slug and now >= found.owed_from and not found.is_answered
                ]

            return stop(request, owed) or view(request, *args, **kwargs)

        return guarded

    return guard
