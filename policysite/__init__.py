"""Configuration of the site: settings, addresses, the Celery application. It holds no behaviour."""

from .celery import app as celery_app

__all__ = ["celery_app"]
