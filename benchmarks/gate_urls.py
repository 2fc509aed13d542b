"""The site's addresses, a page of a shop, and the one that django-tos leads to."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from policysite.urls import urlpatterns as site_patterns


def shelf(_request: HttpRequest) -> HttpResponse:
    """Answer at once, so that only the gates cost anything."""
    return HttpResponse("Shoes.")


urlpatterns = [
    *site_patterns,
    path("shelf/", shelf, name="shelf"),
    path("tos/", include("tos.urls")),
]
