"""The site's addresses with the sample shop, whatever DEMO_SHOP said when the settings were read."""

from django.urls import URLResolver, include, path

from demo import urls as demo
from policysite.urls import urlpatterns as site_patterns


def is_shop(pattern: object) -> bool:
    """Whether these are the sample shop's addresses already."""
    return isinstance(pattern, URLResolver) and pattern.namespace == "shop"


urlpatterns = [
    *(pattern for pattern in site_patterns if not is_shop(pattern)),
    path("shop/", include((demo.urlpatterns, "shop"))),
]
