"""Pages about people that belong to no other app."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django passes it; the page says it in other words
    """Say in a sentence why a form without a valid CSRF token was refused, and what to do."""
    return render(request, "form_refused.html", status=403)
