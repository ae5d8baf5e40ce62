"""Settings: one file, driven by the environment.

Every value that differs between installations comes from a FAIRWAY_* variable (docs/operations.md lists them);
the defaults serve a developer's machine. `./fairway` sets the database variables when it starts the embedded
PostgreSQL.
"""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from fairway.core import languages
from fairway.core.http import assets

PACKAGE_DIR = Path(__file__).resolve().parent.parent
# The sources; or, for an installed package, the folder in which the command was given.
BASE_DIR = PACKAGE_DIR.parent.parent if (PACKAGE_DIR.parent.parent / "pyproject.toml").exists() else Path.cwd()
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


def database_entry(url: str) -> dict:
    """Connections are kept by each thread, or by a pool of FAIRWAY_DB_POOL connections for each process."""
    pool = int(os.environ.get("FAIRWAY_DB_POOL", "0"))
    options: dict[str, object] = {
        "application_name": os.environ.get("FAIRWAY_PROCESS", "fairway"),
        "connect_timeout": 5,
    }
    if pool:
        options["pool"] = {"min_size": 1, "max_size": pool, "timeout": 10}
    if seconds := float(os.environ.get("FAIRWAY_STATEMENT_SECONDS", "0")):
        options["options"] = f"-c statement_timeout={int(seconds * 1000)}"
    return {
        **database_from_url(url),
        "CONN_MAX_AGE": 0 if pool else 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
        "DISABLE_SERVER_SIDE_CURSORS": True,
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
# Addresses and networks of our proxies, or "unix"; what others say in X-Forwarded-… is thrown away.
TRUSTED_PROXIES = env_list("FAIRWAY_TRUSTED_PROXIES")
MAX_REQUEST_BYTES = int(os.environ.get("FAIRWAY_MAX_REQUEST_MB", "256")) * 1024**2
CSRF_TRUSTED_ORIGINS = env_list("FAIRWAY_TRUSTED_ORIGINS")
ROOT_URLCONF = "fairway.config.urls"
WSGI_APPLICATION = "fairway.config.wsgi.application"
AUTH_USER_MODEL = "core.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LOCALE_PATHS = [PACKAGE_DIR / "locale"]
# One more catalogue is one more language; set-up is the first start that finds it newer than its compiled form.
languages.compile_stale(LOCALE_PATHS[0])
LANGUAGES = languages.discovered(LOCALE_PATHS[0])

# The web and the worker log in as fw_web, which owns nothing. `fairway migrate` and the demo world use fw_owner;
# that address is in the environment of those commands only.
DATABASES = {
    "default": database_entry(os.environ.get("DATABASE_URL", "postgresql://fw_web@127.0.0.1/fairway")),
}

# A streaming copy that reports are read from; see core.tenancy.replica.
DATABASE_ROUTERS = ["fairway.core.tenancy.replica.Router"]
REPLICA_LAG_SECONDS = int(os.environ.get("FAIRWAY_REPLICA_LAG_SECONDS", "60"))
if replica_url := os.environ.get("DATABASE_REPLICA_URL"):
    DATABASES["replica"] = {**database_entry(replica_url), "TEST": {"MIRROR": "default"}}

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "csp",
    "django_countries",  # for the names of countries in other languages
    "rest_framework",
    "drf_spectacular",
    "fairway.core",
    "fairway.workflow",
    "fairway.partners",
    "fairway.catalog",
    "fairway.sales",
    "fairway.customers",
    "fairway.leads",
    "fairway.deals",
    "fairway.insight",
    "fairway.connect",
    "fairway.privacy",
    "fairway.config",
]

MIDDLEWARE = [
    "fairway.core.http.proxies.ProxyMiddleware",
    "fairway.core.tenancy.middleware.RequestIdMiddleware",
    "fairway.core.http.observing.ObserveMiddleware",
    "fairway.core.brand.hosts.HostMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    *(["django.middleware.gzip.GZipMiddleware"] if env_flag("FAIRWAY_COMPRESS", default=True) else []),
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "fairway.core.http.limits.LimitMiddleware",
    "fairway.core.tenancy.sessions.SignInMiddleware",
    "fairway.core.tenancy.middleware.TenancyMiddleware",
    "fairway.core.http.gate.GateMiddleware",
    "fairway.core.http.not_allowed.NotAllowedMiddleware",
]

# First parts of addresses that are not a vendor's short name.
UNTENANTED_PREFIXES = frozenset(
    {
        "accounts",
        "static",
        "style",
        "healthz",
        "readyz",
        "metrics",
        "go",
        "invite",
        "not-here",
        "look",
        "own-domain",
        "favicon.ico",
        "robots.txt",
        "oauth",
        ".well-known",
    }
)
REACTIONS = "fairway.config.reactions.TABLE"
DEADLINES = "fairway.config.reactions.DEADLINES"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "fairway.core.http.nav.shell",
            ],
            "libraries": assets.TEMPLATE_LIBRARIES,
        },
    }
]
FORM_RENDERER = "fairway.core.http.forms.FairwayRenderer"

# Log-in
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/go/"
LOGOUT_REDIRECT_URL = "/accounts/login/"
AUTHENTICATION_BACKENDS = ["fairway.core.tenancy.accounts.Backend"]
ACCOUNT_FORMS = assets.ACCOUNT_FORMS
ACCOUNT_ADAPTER = "fairway.core.tenancy.accounts.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
MFA_ADAPTER = "fairway.core.tenancy.second_factor.SecondFactorAdapter"
MFA_FORMS = assets.SECOND_FACTOR_FORMS
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # who has a log-in came by a link that was mailed to its address
MFA_TOTP_TOLERANCE = 1  # clocks differ; a code works once all the same (core.tenancy.actions.signing_in)
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SESSION_ENGINE = "fairway.core.tenancy.session_store"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BASE_URL.startswith("https://")
# Browsers come back by https only, for as long as this says.
SECURE_HSTS_SECONDS = int(os.environ.get("FAIRWAY_HSTS_SECONDS", 365 * 24 * 3600 if SESSION_COOKIE_SECURE else 0))
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# Which look and which domain a vendor has, each process reads anew after so many seconds.
FRONTS_KEPT_SECONDS = float(os.environ.get("FAIRWAY_FRONTS_KEPT_SECONDS", "5"))

# Who is asked for the proof of a vendor's domain.
DOMAIN_RESOLVER = "fairway.core.brand.resolving.SystemResolver"

# Files
STATIC_URL = "/static/"
# Collected into the package when an installable one was built, else into the data folder by `serve` and `demo`.
STATIC_ROOT = PACKAGE_DIR / "collected" if (PACKAGE_DIR / "collected").exists() else VAR_DIR / "static"
STATIC_IS_COLLECTED = os.environ.get("FAIRWAY_STATIC") == "collected"
STATICFILES_DIRS = [PACKAGE_DIR / "static"]
STATICFILES_FINDERS = assets.STATIC_FINDERS
WHITENOISE_USE_FINDERS = not STATIC_IS_COLLECTED
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_MAX_AGE = 60  # of a file without its content in the name; the others never change
MEDIA_ROOT = VAR_DIR / "files"
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "fairway.core.http.statics.CollectedStorage"
        if STATIC_IS_COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
SAMPLE_DATA_DIR = Path(os.environ.get("FAIRWAY_SAMPLE_DATA", BASE_DIR.parent / "shared" / "data"))

# Mail goes through a job, so a slow or dead server delays no page and loses nothing.
DEFAULT_FROM_EMAIL = os.environ.get("FAIRWAY_MAIL_FROM", "Fairway <fairway@localhost>")
EMAIL_BACKEND = os.environ.get("FAIRWAY_MAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_HOST = os.environ.get("FAIRWAY_SMTP_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("FAIRWAY_SMTP_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("FAIRWAY_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("FAIRWAY_SMTP_PASSWORD", "")
EMAIL_USE_TLS = env_flag("FAIRWAY_SMTP_TLS")
EMAIL_TIMEOUT = 20

# Mails that come in (`fairway mail-in`): the domain of the addresses, and how large one may be.
MAIL_IN_DOMAIN = os.environ.get("FAIRWAY_MAIL_IN_DOMAIN", "localhost")
MAIL_IN_MAX_BYTES = int(os.environ.get("FAIRWAY_MAIL_IN_MAX_MB", "5")) * 1024**2

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_IMPORT_PATHS = ["fairway.core.jobs", "fairway.core.tenancy.jobs", "fairway.core.search.jobs"]
PASSWORD_RESET_TIMEOUT = 3600

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["fairway.core.http.api.access.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["fairway.core.http.api.access.HasMember"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "fairway.core.http.api.access.OnlyJson",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["fairway.core.http.api.access.JsonParser"],
    "DEFAULT_SCHEMA_CLASS": "fairway.core.http.api.schema.OperationSchema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "fairway.core.http.api.problems.problem_details",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Fairway API",
    "DESCRIPTION": "What people do in Fairway, for programs. Money is in minor units; rows are named by `uid`.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [],
    "SORT_OPERATIONS": False,
    "APPEND_COMPONENTS": {
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer", "description": "A key of the page “Keys for programs”."}
        }
    },
}

# Of one token; 0 is without limit. The other doors are in core/http/limits.py.
API_REQUESTS_A_MINUTE = int(os.environ.get("FAIRWAY_API_REQUESTS_A_MINUTE", "6000"))

# Figures for Prometheus at /metrics; without a token that page does not exist.
METRICS_TOKEN = os.environ.get("FAIRWAY_METRICS_TOKEN", "")
UNLOGGED_ROUTES = frozenset({"static", "healthz", "readyz", "metrics"})
LOG_FORMAT = os.environ.get("FAIRWAY_LOG_FORMAT", "json")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "fairway.core.logs.JsonFormatter"},
        "text": {"()": "fairway.core.logs.TextFormatter"},
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("FAIRWAY_LOG_LEVEL", "INFO")},
    "loggers": {
        # It tells every process at every start which tasks it knows.
        "procrastinate": {"level": os.environ.get("FAIRWAY_LOG_LEVEL", "WARNING")},
        # aiosmtpd tells every line of every dialogue, with addresses that hold a mailbox's secret.
        "mail.log": {"level": "WARNING"},
        # Django's own would print these in a second form.
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
    },
}

# Figures of reports that take longer than this are kept and shown again for a while; what takes longer than the
# second is left to a job, and the page says so.
FIGURES_KEPT_FROM_MS = 250
FIGURES_PAGE_LIMIT_MS = 1500
