"""What the settings and the shell need: template tags, static files, style sheets and scripts.

Plain values only, because the settings import this module.
"""

TEMPLATE_LIBRARIES = {"fairway": "fairway.core.http.tags"}
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
    "fairway/css/find.css",
    "fairway/css/print.css",
    "fairway/css/leads.css",
)
# All of them in one file, made when static files are collected.
JOINED_STYLESHEET = "fairway/css/all.css"
SCRIPTS = ("fairway/js/app.js", "fairway/js/forms.js", "fairway/js/conditions.js", "fairway/js/palette.js")

ACCOUNT_FORMS = {
    "login": "fairway.core.http.account_forms.LoginForm",
    "reset_password": "fairway.core.http.account_forms.ResetPasswordForm",
    "reset_password_from_key": "fairway.core.http.account_forms.ResetPasswordKeyForm",
    "change_password": "fairway.core.http.account_forms.ChangePasswordForm",
    "reauthenticate": "fairway.core.http.account_forms.ReauthenticatePasswordForm",
}
SECOND_FACTOR_FORMS = {
    "authenticate": "fairway.core.http.account_forms.SecondFactorForm",
    "reauthenticate": "fairway.core.http.account_forms.SecondFactorAgainForm",
    "activate_totp": "fairway.core.http.account_forms.CodeAppForm",
    "add_webauthn": "fairway.core.http.account_forms.PasskeyForm",
}
