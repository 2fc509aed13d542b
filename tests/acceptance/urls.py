"""The site's addresses and a shop's, as a project that embeds the site would write them."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.http import require_POST

from policysite.urls import urlpatterns as site_patterns

Patterns = list[URLPattern | URLResolver]


def shelf(request: HttpRequest) -> HttpResponse:
    """A page in the site's own frame, with the banner where there is one."""
    return render(request, "base.html")


def stock(request: HttpRequest) -> HttpResponse:
    """A part of a page: no frame, no banner."""
    return HttpResponse("12 pairs left.")


@require_POST
def checkout(request: HttpRequest) -> HttpResponse:
    """An order."""
    return HttpResponse("Ordered.")


@login_required
def orders(request: HttpRequest) -> HttpResponse:
    """The order history, exempt by its name."""
    return HttpResponse("Your orders.")


def name_space(pattern: URLPattern | URLResolver) -> str | None:
    """Give the namespace of included patterns."""
    return pattern.namespace if isinstance(pattern, URLResolver) else None


shop_patterns = [
    path("", shelf, name="shelf"),
    path("stock/", stock, name="stock"),
    path("checkout/", checkout, name="checkout"),
    path("orders/", orders, name="orders"),
]

urlpatterns = [
    # Where DEMO_SHOP is on, the sample shop stands aside for this one.
    *(pattern for pattern in cast("Patterns", site_patterns) if name_space(pattern) != "shop"),
    path("shop/", include((shop_patterns, "shop"))),
    # Its address begins like that of the exempt administration; its name does not.
    path("adminpanel/", stock, name="adminpanel"),
]
