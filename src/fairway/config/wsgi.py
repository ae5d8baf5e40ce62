"""What the web server runs."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from fairway.core.memory import keep_what_lives

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fairway.config.settings")

application = get_wsgi_application()
# Read the addresses, and with them every view, now: the first visitor does not wait for it.
_ = get_resolver().url_patterns
keep_what_lives()
