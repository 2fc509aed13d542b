"""What every page knows of the site."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """Give the site's name and address, and whether a person may be signed in.

    Only a request with a session cookie looks at the session: other pages stay free of queries.
    """
    return {
        "site_name": settings.SITE_NAME,
        "contact_email": settings.CONTACT_EMAIL,
        "has_session": settings.SESSION_COOKIE_NAME in request.COOKIES,
        "languages": settings.LANGUAGES,
        "demo_shop": settings.DEMO_SHOP,
    }
