"""The Celery application: `celery -A policysite worker` and `celery -A policysite beat`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "policysite.settings")

app = Celery("policysite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
