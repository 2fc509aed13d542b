"""What this app does when an app below announces something."""

from typing import Any

from django.conf import settings

from policies.signals import version_published

from .tasks import carry_notices


def connect() -> None:
    """Connect every receiver of this app."""
    version_published.connect(wake_planner, dispatch_uid="notifications.wake_planner")


def wake_planner(**_kwargs: Any) -> None:
    """Wake a worker, where there is a broker; without one, `run_notices` finds the version by itself.

    The message may be lost: the planner looks for versions without a campaign every half minute.
    """
    if settings.CELERY_BROKER_URL:
        carry_notices.delay()
