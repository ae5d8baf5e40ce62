"""Settings of a test run: a throwaway cluster, its own folder for files, and nothing that leaves the machine.

The database is made by the owner; `conftest.py` then hands the connection to fw_web. `./fairway test` starts the
cluster and passes both addresses; a bare pytest starts it here.
"""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
os.environ.setdefault("FAIRWAY_VAR", str(ROOT / "var" / "test"))
for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):  # they would override a test server's own certificates
    os.environ.pop(name, None)

if "FAIRWAY_TEST_OWNER_URL" not in os.environ:
    from fairway.config import embedded

    addresses = embedded.ensure_running(ROOT / "var" / "test-postgres", durable=False)
    os.environ["FAIRWAY_TEST_OWNER_URL"] = addresses.owner_url
    os.environ["FAIRWAY_TEST_WEB_URL"] = addresses.web_url
os.environ["DATABASE_URL"] = os.environ["FAIRWAY_TEST_OWNER_URL"]

from fairway.config.settings import *  # noqa: E402, F403

EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # speed; the real list is tested by name
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]

STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405 - else WhiteNoise warns
# How long a thing takes on a busy machine changes no test.
FRONTS_KEPT_SECONDS = 3600  # pages are counted by their questions
FIGURES_KEPT_FROM_MS = FIGURES_PAGE_LIMIT_MS = 600_000
