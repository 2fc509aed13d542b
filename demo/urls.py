"""Addresses of the sample shop."""

from django.urls import path

from . import views

urlpatterns = [
    path("", views.shelf, name="shelf"),
    path("checkout/", views.checkout, name="checkout"),
    path("orders/", views.orders, name="orders"),
]
