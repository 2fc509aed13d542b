"""Whether the site lives, and whether each part of it is ready."""

from collections.abc import Callable

from amqp.exceptions import AMQPError
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu import Connection
from kombu.exceptions import KombuError

from policies.triggers import every_trigger, missing_triggers

from ..selectors import alarms

DATABASE_IS_AWAY = "The database does not answer."
# Redis would otherwise be waited for without end, where it takes the connection and says nothing.
BROKER_PATIENCE = {"socket_timeout": 2, "socket_connect_timeout": 2}


@require_safe
@never_cache
def healthz(_request: HttpRequest) -> HttpResponse:
    """Answer as long as the process lives."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(_request: HttpRequest) -> JsonResponse:
    """Name each part with "ok" or the reason why not; 503 where one is not ready."""
    parts = {name: check() for name, check in PARTS.items()}
    is_ready = all(state in ("ok", "not used") for state in parts.values())
    return JsonResponse({"ready": is_ready, "parts": parts}, status=200 if is_ready else 503)


def database() -> str:
    """Say whether the database answers and its triggers are in place."""
    try:
        missing = missing_triggers(connection, every_trigger())
    except DatabaseError:
        return DATABASE_IS_AWAY
    return f"Triggers are missing: {', '.join(missing)}. Run manage.py migrate." if missing else "ok"


def broker() -> str:
    """Say whether the broker answers, where one is set."""
    if not settings.CELERY_BROKER_URL:
        return "not used"
    try:
        patience = BROKER_PATIENCE if settings.CELERY_BROKER_URL.startswith("redis") else {}
        with Connection(settings.CELERY_BROKER_URL, connect_timeout=2, transport_options=patience) as found:
            # Without being told, Kombu would wait two seconds before it tries again.
            found.ensure_connection(max_retries=1, interval_start=0, timeout=2)
    except (OSError, KombuError, AMQPError):
        return "The broker does not answer. Notices go on with manage.py run_notices."
    return "ok"


def notices() -> str:
    """Say what is broken about notices; waiting and being paused at the desk are no faults."""
    try:
        standing = alarms(now=timezone.now())
    except DatabaseError:
        return DATABASE_IS_AWAY
    return " ".join(alarm.sentence for alarm in standing) or "ok"


PARTS: dict[str, Callable[[], str]] = {"database": database, "broker": broker, "notices": notices}
