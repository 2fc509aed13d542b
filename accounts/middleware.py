"""The language and the zone in which a person reads, and what of a request is taken as it comes."""

from collections.abc import Callable
from http import HTTPStatus
from zoneinfo import ZoneInfo

from django.conf import settings
from django.conf.urls.i18n import is_language_prefix_patterns_used
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from .models import User
from .places import shipped_languages

View = Callable[[HttpRequest], HttpResponseBase]
# The names of UTF-8, and of what is a part of it.
ENCODINGS = ("utf-8", "utf8", "us-ascii", "ascii")


def preferences(get_response: View) -> View:
    """Speak the language asked for in the address, else the person's own, and use their time zone.

    What the address asks for stays chosen until the browser is closed, or the person saves their own.
    A request without a session cookie costs no query: the browser's languages were taken before by
    `LocaleMiddleware`.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        person = signed_in_person(request)
        language = language_for(request, person)
        if language:
            speak(request, language)
        with timezone.override(ZoneInfo(person.time_zone) if person else None):
            response = get_response(request)
        patch_vary_headers(response, ["Cookie"])
        if language and language == request.GET.get("language") != chosen(request):
            keep_choice(response, language)
        return response

    return middleware


def signed_in_person(request: HttpRequest) -> User | None:
    """Give whoever is signed in; None, without a query, where the request carries no session.

    Where a middleware of the shop has found by a key whom a program stands for, and has set
    `request.user`, it is that person.
    """
    # Django sets somebody who is looked up when they are first asked for.
    user: object = request.user
    is_by_session = type(user) is SimpleLazyObject
    if is_by_session and settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    return request.user if request.user.is_authenticated else None


def is_seen(request: HttpRequest) -> bool:
    """Whether somebody gets to see what a request asks for.

    Not where it asks for the head alone, nor where a browser fetches a page before anybody wants it
    (Speculation Rules, `Sec-Purpose: prefetch`).
    """
    return request.method != "HEAD" and not request.headers.get("Sec-Purpose", "").startswith("prefetch")


def only_utf8(get_response: View) -> View:
    """Refuse what is sent in another encoding than UTF-8, in which text could not be kept as it was meant."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        encoding = (request.content_params or {}).get("charset", "utf-8")
        if encoding.lower() not in ENCODINGS:
            sentence = _("What you sent is in another encoding than UTF-8. Send it in UTF-8.")
            return HttpResponse(sentence, status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE, content_type="text/plain")
        return get_response(request)

    return middleware


def language_for(request: HttpRequest, person: User | None) -> str | None:
    """Give the language asked for in the address, else the one chosen before, else the person's own, or None.

    Where addresses begin with a language, `LocaleMiddleware` has taken it: under another one the
    address would lead nowhere.
    """
    has_prefixes, _for_default_too = is_language_prefix_patterns_used(settings.ROOT_URLCONF)
    if has_prefixes and translation.get_language_from_path(request.path_info):
        return None
    asked = request.GET.get("language")
    if asked in shipped_languages():
        return asked
    return chosen(request) or (person.language if person else None)


def chosen(request: HttpRequest) -> str | None:
    """Give the language that was chosen in this browser since it was opened."""
    language = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
    return language if language in shipped_languages() else None


def keep_choice(response: HttpResponseBase, language: str) -> None:
    """Let the browser ask for `language` from now on, until it is closed."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def speak(request: HttpRequest, language: str) -> None:
    """Use `language` for the rest of this request."""
    translation.activate(language)
    request.LANGUAGE_CODE = language
