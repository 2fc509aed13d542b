"""The site's settings, with two other gates in the same process, for the benchmark of the gate."""

from policysite.settings import *  # noqa: F403 - a settings module that adds to another
from policysite.settings import INSTALLED_APPS as OURS

INSTALLED_APPS = [*OURS, "termsandconditions", "tos"]
ROOT_URLCONF = "benchmarks.gate_urls"
# As each of them recommends: what it keeps stays in this process, where reading it costs least.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
