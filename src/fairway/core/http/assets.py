"""What the settings need for screens: template options, static files, the content security policy.

Plain values only, because the settings import this module.
"""

from pathlib import Path

TEMPLATE_LIBRARIES = {"fairway": "fairway.core.http.tags"}
CONTEXT_PROCESSORS = [
    "django.template.context_processors.request",
    "django.template.context_processors.i18n",
    "django.contrib.messages.context_processors.messages",
    "fairway.core.http.nav.shell",
]
STATIC_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "fairway.core.http.finders.VendorFinder",
]

# Installed front-end files that a page may ask for: folder under /static/vendor/ -> (folder in node_modules, patterns).
VENDOR_FILES: dict[str, tuple[str, tuple[str, ...]]] = {
    "inter": ("@fontsource-variable/inter", ("wght.css", "files/inter-*-wght-normal.woff2")),
    "echarts": ("echarts/dist", ("echarts.common.min.js",)),
    "sortable": ("sortablejs", ("Sortable.min.js",)),
}

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

# htmx must write no style element, run no script that came with a fragment, and keep no page in the browser's storage.
HTMX_CONFIG = (
    '{"includeIndicatorStyles":false,"allowEval":false,"historyCacheSize":0,'
    '"refreshOnHistoryMiss":true,"selfRequestsOnly":true,"defaultSwapStyle":"outerHTML"}'
)

STYLESHEETS = (
    "vendor/inter/wght.css",
    "fairway/css/tokens.css",
    "fairway/css/base.css",
    "fairway/css/shell.css",
    "fairway/css/controls.css",
    "fairway/css/tables.css",
    "fairway/css/parts.css",
    "fairway/css/overlays.css",
)
SCRIPTS = ("fairway/js/app.js", "fairway/js/forms.js")


def template_settings(package_dir: Path) -> list[dict]:
    """TEMPLATES: our folder first, so that its account pages and form widgets win over the installed ones."""
    return [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [package_dir / "templates"],
            "APP_DIRS": True,
            "OPTIONS": {"context_processors": CONTEXT_PROCESSORS, "libraries": TEMPLATE_LIBRARIES},
        }
    ]
