"""The living style page: every component, drawn by the code that draws it everywhere."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fairway.core.http import samples
from fairway.core.http.toasts import toast_now

_COLOURS = (
    "ink ink-2 ink-3 edge line-2 line ground sheet accent tint good good-tint attention attention-tint bad bad-tint"
)


@require_http_methods(["GET", "HEAD", "POST"])
def style(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return toast_now(HttpResponse(status=204), _("Nothing is kept on this page."), kind="attention")
    context = {
        "table": samples.table(request),
        "form": samples.form(),
        "colours": _COLOURS.split(),
        "charts": samples.charts(),
        "rule": samples.RuleForm(),
        "draft": samples.DRAFT,
        "live": samples.LIVE,
        **samples.parts(),
    }
    return render(request, "style.html", context)
