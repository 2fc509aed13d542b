"""The settings under which django-post-office runs, for the benchmark of sending to be measured beside."""

import os

import dj_database_url

SECRET_KEY = "nothing is signed here"  # noqa: S105 - as it says
DATABASES = {"default": dj_database_url.parse(os.environ["DATABASE_URL"])}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["django.contrib.contenttypes", "post_office"]
USE_TZ = True
EMAIL_BACKEND = "post_office.EmailBackend"
EMAIL_HOST, EMAIL_PORT = "127.0.0.1", int(os.environ["EMAIL_PORT"])
MEDIA_ROOT = os.environ["POST_OFFICE_FILES"]
# Its defaults otherwise: a connection and five threads for each process, and a log of each message.
POST_OFFICE = {"BACKENDS": {"default": "django.core.mail.backends.smtp.EmailBackend"}}
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates"}]
# Its progress is not what is asked for.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"none": {"class": "logging.NullHandler"}},
    "loggers": {"post_office": {"handlers": ["none"], "propagate": False}},
}
