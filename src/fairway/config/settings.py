"""Settings: one file, driven by the environment.

Every value that differs between installations comes from a FAIRWAY_* variable (docs/operations.md lists them);
the defaults serve a developer's machine. `./fairway` sets the database variables when it starts the embedded
PostgreSQL.
"""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

PACKAGE_DIR = Path(__file__).resolve().parent.parent
BASE_DIR = PACKAGE_DIR.parent.parent
VAR_DIR = Path(os.environ.get("FAIRWAY_VAR", BASE_DIR / "var"))
NODE_MODULES = Path(os.environ.get("FAIRWAY_NODE_MODULES", BASE_DIR / "node_modules"))


def env_flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, str(default)).strip().lower() in {"1", "true", "yes", "on"}


def env_list(name: str, default: str = "") -> list[str]:
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def database_from_url(url: str) -> dict:
    """A Django DATABASES entry from `postgresql://user:password@host:port/name` (a host may be a socket folder)."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured(
            f"The database address must begin with postgresql://, not {parts.scheme or 'nothing'}://."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": _host_of(parts.netloc),
        "PORT": str(parts.port or ""),
    }


def _host_of(netloc: str) -> str:
    """The host as written: `hostname` of urlsplit is lower-cased, which breaks the path of a socket folder."""
    return unquote(netloc.rpartition("@")[2].partition(":")[0])


def secret_key() -> str:
    """FAIRWAY_SECRET_KEY, or one made at the first start and kept beside the data, readable by us alone."""
    if value := os.environ.get("FAIRWAY_SECRET_KEY"):
        return value
    path = VAR_DIR / "secret_key"
    if not path.exists():
        import secrets

        VAR_DIR.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
    return path.read_text().strip()


DEBUG = env_flag("FAIRWAY_DEBUG")
SECRET_KEY = secret_key()
ALLOWED_HOSTS = env_list("FAIRWAY_HOSTS", "localhost,127.0.0.1,[::1]")
BASE_URL = os.environ.get("FAIRWAY_BASE_URL", "http://127.0.0.1:8000")
CSRF_TRUSTED_ORIGINS = env_list("FAIRWAY_TRUSTED_ORIGINS")
ROOT_URLCONF = "fairway.config.urls"
WSGI_APPLICATION = "fairway.config.wsgi.application"
AUTH_USER_MODEL = "core.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [PACKAGE_DIR / "locale"]

# The web and the worker log in as fw_web, which owns nothing. `fairway migrate` and the demo world use fw_owner;
# that address is in the environment of those commands only.
DATABASES = {
    "default": {
        **database_from_url(os.environ.get("DATABASE_URL", "postgresql://fw_web@127.0.0.1/fairway")),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"application_name": os.environ.get("FAIRWAY_PROCESS", "fairway"), "connect_timeout": 5},
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
}

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "django_htmx",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "fairway.core",
]
