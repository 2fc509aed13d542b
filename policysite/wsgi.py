"""The WSGI application that a web server process loads."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "policysite.settings")

application = get_wsgi_application()
