"""The site's Celery application for a worker that sends every message three times."""

from typing import Any

from celery.app.task import Task

from policysite.celery import app

__all__ = ["app"]
once = Task.apply_async


def apply_async(self: Any, *given: Any, **named: Any) -> Any:
    """Send it, and send it again, and again."""
    once(self, *given, **named)
    once(self, *given, **named)
    return once(self, *given, **named)


setattr(Task, "apply_async", apply_async)  # noqa: B010 - the type checker rightly minds an assignment
