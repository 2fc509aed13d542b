"""The site's addresses and a shop's, as a project that embeds the site would write them."""

from collections.abc import Callable
from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, include, path
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.http import require_POST

from acceptance.decorators import acceptance_required
from accounts.models import User
from policysite.urls import urlpatterns as site_patterns

Patterns = list[URLPattern | URLResolver]


def shelf(request: HttpRequest) -> HttpResponse:
    """A page in the site's own frame, with the banner where there is one."""
    return render(request, "base.html")


def stock(request: HttpRequest) -> HttpResponse:
    """A part of a page: no frame, no banner."""
    return HttpResponse("12 pairs left.")


def by_key(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Let a program sign in by a key, which is the address of whom it stands for."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if key := request.headers.get("X-Api-Key"):
            request.user = User.objects.get(email=key)
        return get_response(request)

    return middleware


@require_POST
def checkout(request: HttpRequest) -> HttpResponse:
    """An order."""
    return HttpResponse("Ordered.")


@login_required
def orders(request: HttpRequest) -> HttpResponse:
    """The order history, exempt by its name."""
    return HttpResponse("Your orders.")


@acceptance_required("privacy")
def delivery(request: HttpRequest, country: str) -> HttpResponse:
    """A view that asks for an answer itself."""
    return HttpResponse(f"To {country}.")


@method_decorator(acceptance_required("privacy"), name="dispatch")
class Payment(View):
    """The same as a class."""

    def get(self, _request: HttpRequest, country: str) -> HttpResponse:
        """Say what it costs."""
        return HttpResponse(f"From {country}.")

    def post(self, _request: HttpRequest, country: str) -> HttpResponse:
        """Take the money."""
        return HttpResponse(f"Paid from {country}.")


@acceptance_required("privvacy")
def misspelt(request: HttpRequest) -> HttpResponse:
    """A view that asks for a policy that is not there."""
    return HttpResponse("Open.")


def name_space(pattern: URLPattern | URLResolver) -> str | None:
    """Give the namespace of included patterns."""
    return pattern.namespace if isinstance(pattern, URLResolver) else None


shop_patterns = [
    path("", shelf, name="shelf"),
    path("stock/", stock, name="stock"),
    path("checkout/", checkout, name="checkout"),
    path("orders/", orders, name="orders"),
    path("delivery/<str:country>/", delivery, name="delivery"),
    path("payment/<str:country>/", Payment.as_view(), name="payment"),
    path("misspelt/", misspelt, name="misspelt"),
]

urlpatterns = [
    # Where DEMO_SHOP is on, the sample shop stands aside for this one.
    *(pattern for pattern in cast("Patterns", site_patterns) if name_space(pattern) != "shop"),
    path("shop/", include((shop_patterns, "shop"))),
    # Its address begins like that of the exempt administration; its name does not.
    path("adminpanel/", stock, name="adminpanel"),
]
