"""Every setting of the site, read from the environment; `.env.example` lists them all."""

from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
import django_stubs_ext
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from kombu import Exchange, Queue

from .environment import (
    PROVIDER_SECRETS,
    bounce_address,
    broker_address,
    database_engine,
    header_name,
    host_names,
    kept_secret,
    ledger_name,
    log_level,
    long_secret,
    mail_host,
    mail_provider,
    mailbox,
    not_empty,
    not_negative,
    open_environment,
    port_number,
    sender,
    service_address,
    some_seconds,
    time_zone,
    web_address,
)

# Admin and form classes take their type argument at run time too.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"
VAR_DIR.mkdir(exist_ok=True)
env = open_environment(BASE_DIR / ".env")

# The site and its shop

SITE_URL = env.str("SITE_URL", "http://127.0.0.1:8000", validate=web_address)
SITE_NAME = env.str("SITE_NAME", "Fernhill Shoes", validate=not_empty)
CONTACT_EMAIL = env.str("CONTACT_EMAIL", "privacy@fernhill.example", validate=mailbox)
DEMO_SHOP = env.bool("DEMO_SHOP", False)
RELEASE = "0.1.0"
DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "", validate=long_secret) or kept_secret(VAR_DIR / "secret_key")
NAMED_HOSTS = [urlsplit(SITE_URL).hostname, "127.0.0.1", "localhost"]
ALLOWED_HOSTS = [
    host for host in env.list("ALLOWED_HOSTS", NAMED_HOSTS, subcast=str.strip, validate=host_names) if host
]

SERVED_BY_HTTPS = SITE_URL.startswith("https://")
SESSION_COOKIE_SECURE = SERVED_BY_HTTPS
CSRF_COOKIE_SECURE = SERVED_BY_HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if SERVED_BY_HTTPS else 0
BEHIND_PROXY = env.int("BEHIND_PROXY", 0, validate=not_negative)
# So that what limits sign-ins counts by the client too, and not by the proxy that all have in common.
ALLAUTH_TRUSTED_PROXY_COUNT = BEHIND_PROXY
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "accounts.views.form_refused"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 8 * 1024 * 1024

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Applications

INSTALLED_APPS = [
    "demo",
    "records",
    "notifications",
    "acceptance",
    "policies",
    "accounts",
    "simple_history",
    "allauth",
    "allauth.account",
    "csp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "accounts.middleware.only_utf8",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.preferences",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "acceptance.middleware.Gate",
]

ROOT_URLCONF = "policysite.urls"
WSGI_APPLICATION = "policysite.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context_processors.site",
                "acceptance.context_processors.asked",
            ],
        },
    },
]

# Databases

DATABASE_URL = env.str(
    "DATABASE_URL", f"sqlite:///{VAR_DIR / 'policysite.sqlite3'}", validate=database_engine
)
# Whether a pooler stands before PostgreSQL that may hand out another connection for each transaction.
DATABASE_POOLED = env.bool("DATABASE_POOLED", False)
DATABASES = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True)}
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = DATABASE_POOLED

if DATABASE_URL.startswith("sqlite"):
    # A relative path is relative to the project, so that all processes find the same file.
    DATABASES["default"]["NAME"] = str(BASE_DIR / DATABASES["default"]["NAME"])
    # FULL, because what is committed here is evidence and must outlive a power failure.
    DATABASES["default"]["OPTIONS"] = {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        "transaction_mode": "IMMEDIATE",
        "timeout": 30,
    }
    # A file, so that worker processes and the live server's threads see the same database.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
else:
    # The server is given values beside the statement, so that it can keep the plan of one that comes often.
    DATABASES["default"]["OPTIONS"] = {"server_side_binding": True}

# Celery: the database decides what is due, the broker only wakes. No broker, no Celery: `run_notices`.

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", "", validate=broker_address)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Queues apart, so that workers can be kept for what must not wait behind a campaign.
CELERY_QUEUE = env.str("CELERY_QUEUE", "policysite", validate=not_empty)
CELERY_TASK_DEFAULT_QUEUE = f"{CELERY_QUEUE}.control"
CELERY_TASK_ROUTES = {
    "notifications.send_chunk": {"queue": f"{CELERY_QUEUE}.sending"},
    "notifications.carry_webhooks": {"queue": f"{CELERY_QUEUE}.events"},
    "acceptance.seal_ledger": {"queue": f"{CELERY_QUEUE}.sealing"},
    # It waits for somebody else's server.
    "acceptance.stamp_ledger": {"queue": f"{CELERY_QUEUE}.events"},
    "acceptance.count_people": {"queue": f"{CELERY_QUEUE}.counting"},
}
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0.1}
if CELERY_BROKER_URL.startswith("amqp"):
    QUEUE_ARGUMENTS = {"x-queue-type": "quorum"}
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, bool | int] = {"confirm_publish": True}
else:
    QUEUE_ARGUMENTS = {}
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "visibility_timeout": 900,
        "socket_connect_timeout": 2,
        "socket_timeout": 10,
    }
CELERY_TASK_QUEUES = [
    Queue(name, Exchange(name), name, queue_arguments=QUEUE_ARGUMENTS)
    for name in (f"{CELERY_QUEUE}.{part}" for part in ("control", "sending", "events", "sealing", "counting"))
]
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
# A wake-up that has waited until the next one came is needed no more, so none pile up behind busy workers.
CELERY_BEAT_SCHEDULE: dict[str, dict[str, object]] = {
    name: {"task": task, "schedule": seconds, "options": {"expires": seconds}}
    for name, task, seconds in (
        ("carry-notices", "notifications.carry_notices", 30.0),
        ("carry-webhooks", "notifications.carry_webhooks", 30.0),
        ("seal-ledger", "acceptance.seal_ledger", 30.0),
        ("count-people", "acceptance.count_people", 60.0),
    )
}

# What is held of people: so many years after an account was switched off, it goes; 0 keeps it until asked.

RETENTION_YEARS = env.int("RETENTION_YEARS", 4, validate=not_negative)
RETENTION_DAILY = env.bool("RETENTION_DAILY", False)
if RETENTION_DAILY:
    CELERY_BEAT_SCHEDULE["apply-retention"] = {
        "task": "records.apply_retention",
        "schedule": crontab(hour=3, minute=0),
    }

# Mail

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = env.str("EMAIL_HOST", "127.0.0.1", validate=mail_host)
EMAIL_PORT = env.int("EMAIL_PORT", 8025, validate=port_number)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = env.bool("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", 30, validate=some_seconds)
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", "Fernhill Shoes <notices@fernhill.example>", validate=sender)
BOUNCE_ADDRESS = env.str("BOUNCE_ADDRESS", "", validate=bounce_address)
BOUNCE_IMAP_PASSWORD = env.str("BOUNCE_IMAP_PASSWORD", "")

# What a mail provider reports. It signs with the secret, or sends it as account and password.

MAIL_PROVIDER = env.str("MAIL_PROVIDER", "", validate=mail_provider)
MAIL_PROVIDER_SECRET = env.str("MAIL_PROVIDER_SECRET", "", validate=long_secret)
MESSAGE_ID_HEADER = env.str("MESSAGE_ID_HEADER", "", validate=header_name)
ANYMAIL = {PROVIDER_SECRETS.get(MAIL_PROVIDER, "WEBHOOK_SECRET"): MAIL_PROVIDER_SECRET}

# Notices: so many go ahead, and the rest follows when these had so many minutes to bounce.

NOTICE_TRIAL_SIZE = env.int("NOTICE_TRIAL_SIZE", 1000, validate=not_negative)
NOTICE_RESEND_UNKNOWN = env.bool("NOTICE_RESEND_UNKNOWN", False)
NOTICE_DORMANT_DAYS = env.int("NOTICE_DORMANT_DAYS", 0, validate=not_negative)
NOTICE_RATE = env.float("NOTICE_RATE", 0, validate=not_negative)
NOTICE_DOMAIN_RATE = env.float("NOTICE_DOMAIN_RATE", 0, validate=not_negative)
NOTICE_TRIAL_MINUTES = env.int("NOTICE_TRIAL_MINUTES", 10, validate=not_negative)

# The ledger: whose it is, and where the key lies that signs it. The key itself is no setting.

LEDGER_ORIGIN = env.str("LEDGER_ORIGIN", f"{urlsplit(SITE_URL).hostname}/policysite", validate=ledger_name)
LEDGER_KEY_FILE = env.str("LEDGER_KEY_FILE", str(VAR_DIR / "ledger_key"), validate=not_empty)
LEDGER_KEY_COMMAND = env.str("LEDGER_KEY_COMMAND", "")
TIMESTAMP_AUTHORITY = env.str("TIMESTAMP_AUTHORITY", "", validate=service_address)
TIMESTAMP_ROOTS = env.str("TIMESTAMP_ROOTS", "")
if TIMESTAMP_AUTHORITY:
    CELERY_BEAT_SCHEDULE["stamp-ledger"] = {"task": "acceptance.stamp_ledger", "schedule": 3600.0}
LEDGER_WITNESS_DIR = env.str("LEDGER_WITNESS_DIR", str(VAR_DIR / "checkpoints"), validate=not_empty)

# Webhooks: messages to other programs, which by default cannot be led into a network of our own.

WEBHOOK_ALLOW_PRIVATE = env.bool("WEBHOOK_ALLOW_PRIVATE", False)

# People and sign-in

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_REDIRECT_URL = "acceptance:me"
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "accounts.adapter.ShopAccounts"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""

# The gate: where it never stands in the way, by name of the view. A shop adds its own.

GATE_EXEMPT_NAMESPACES = ["policies", "records", "ledger", "desk", "admin"]
GATE_EXEMPT_VIEWS = [
    "acceptance:me",
    "acceptance:review",
    "acceptance:withdraw",
    "acceptance:later",
    "acceptance:unsent",
    "acceptance:reminders",
    "acceptance:stop_reminders",
    "account_login",
    "account_logout",
    "account_request_login_code",
    "account_confirm_login_code",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_change_password",
    "account_set_password",
    "account_reauthenticate",
    "account_signup",
    "account_inactive",
    "account_email",
    "account_confirm_email",
    "account_email_verification_sent",
    "healthz",
    "readyz",
    "metrics",
    "mail_events",
    "shop:orders",
]
# What a person was sending when the gate stopped them is kept, but for fields whose name holds one of these.
GATE_SECRET_FIELDS = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "csrf",
    "card",
    "cvc",
    "cvv",
    "iban",
]

# Watching: whoever sends this token may read /metrics. Empty: there is no such page.

METRICS_TOKEN = env.str("METRICS_TOKEN", "", validate=long_secret)

# Languages and time: instants are kept in UTC and shown in the reader's zone, with its name.

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("de", _("German")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", "Europe/Berlin", validate=time_zone)

# Static files

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Logs carry constants and ids, never an address or a name.

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    # The sink of `make demo` names senders and recipients at INFO.
    # A page that is refused is no fault of the site: only 5xx is worth a traceback.
    # What makes PDFs tells of each step, and of each letter that no font of the machine has.
    "loggers": {
        "mail.log": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "weasyprint": {"level": "ERROR"},
        "fontTools": {"level": "WARNING"},
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO", validate=log_level)},
}
