"""The sample shop's pages: a place to go on using, so that the gate has something to stand before."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

SHOES = (
    {"name": "Larch", "kind": "walking shoe", "price": "€ 129"},
    {"name": "Heather", "kind": "trail runner", "price": "€ 149"},
    {"name": "Alder", "kind": "winter boot", "price": "€ 189"},
)


@require_safe
def shelf(request: HttpRequest) -> HttpResponse:
    """Show what the sample shop sells."""
    return render(request, "demo/shelf.html", {"shoes": SHOES})


@require_POST
@login_required
def checkout(request: HttpRequest) -> HttpResponse:
    """Take an order, or rather say what a real shop would do here."""
    messages.success(request, _("Ordered. This shop is a sample: nothing will be sent."))
    return redirect("shop:shelf")


@require_safe
@login_required
def orders(request: HttpRequest) -> HttpResponse:
    """Show the order history, which the gate never blocks."""
    return render(request, "demo/orders.html")
