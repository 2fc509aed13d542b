"""The sample shop of `make demo`: it stands on top of the others, and none of them knows it."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """A shop with three pages, and the command that plays the whole job."""

    name = "demo"
