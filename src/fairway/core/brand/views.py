"""The settings page of the look, its trial while one writes, and the files that pages take from a look."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fairway.core import clock
from fairway.core.access import Member, require
from fairway.core.brand import colours, looks
from fairway.core.brand.actions import domains
from fairway.core.brand.actions import looks as actions
from fairway.core.brand.forms import DomainForm, LookForm
from fairway.core.brand.fronts import address_of, fronts
from fairway.core.brand.lookups import image as read_image
from fairway.core.brand.models import Look, OwnDomain
from fairway.core.http.toasts import toast
from fairway.core.refusals import Refused

VERSIONS_SHOWN = 12
ASKING_MOST = timedelta(minutes=1)
FOR_EVER = "public, max-age=31536000, immutable"


def _member(request: HttpRequest) -> Member:
    member: Member = request.member  # type: ignore[attr-defined]
    require(member, "look.edit")
    return member


@require_http_methods(["GET", "HEAD", "POST"])
def look(request: HttpRequest) -> HttpResponse:
    member = _member(request)
    present = actions.newest()
    form = LookForm(request.POST or None, request.FILES or None, look=present)
    if request.method == "POST" and form.is_valid() and _saved(form, request, member):
        return HttpResponseRedirect(reverse("look-edit"))
    shown = form.data if form.is_bound else form.initial
    context = {
        "form": form,
        "look": present,
        "versions": _versions(),
        "member": member,
        **_trial({name: str(shown.get(name, "") or "") for name in (*actions.COLOURS, "program_name")}, present),
    }
    return render(request, "brand/look.html", context, status=422 if form.errors else 200)


def _saved(form: LookForm, request: HttpRequest, member: Member) -> bool:
    try:
        actions.change_look(change=form.change, actor=member, at=clock.now(), number=form.cleaned_data["number"])
    except Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        return False
    toast(request, _("Saved. Your partners see it with their next page."))
    return True


def _versions() -> list[dict[str, Any]]:
    rows = Look.objects.order_by("-number").select_related("created_by")[:VERSIONS_SHOWN]
    return [
        {
            "look": row,
            "by": row.created_by.name if row.created_by else "",
            "colours": [each for each in (row.accent, row.header) if each],
            "is_present": place == 0,
        }
        for place, row in enumerate(rows)
    ]


@require_POST
def trial(request: HttpRequest) -> HttpResponse:
    """The preview, for what stands in the form now; nothing is kept."""
    _member(request)
    values = {name: request.POST.get(name, "")[:60] for name in (*actions.COLOURS, "program_name")}
    return render(request, "brand/trial.html", _trial(values, actions.newest()))


def _trial(values: dict[str, str], present: Look | None) -> dict[str, Any]:
    """What the preview shows: the colours that pass, or the nearest that do, and what was wrong with the others."""
    found = {name: _tried(name, values[name]) for name in actions.COLOURS}
    shown = {name: each["shown"] for name, each in found.items() if each["shown"]}
    value = looks.look_of(present.uid) if present else looks.PLAIN
    header = shown.get("header", "")
    on_dark = header != "" and colours.text_on(header) == colours.WHITE
    return {
        "judged": [each for each in found.values() if each["written"]],
        "sheet_url": f"{reverse('look-trial-sheet')}?{urlencode(shown)}" if shown else "",
        "trial_name": values["program_name"] or "Fairway",
        "trial_header": header,
        "trial_logo": (value.logo_dark or value.logo) if on_dark else value.logo,
        "trial_logo_dark": value.logo if header and not on_dark else value.logo_dark or value.logo,
        "trial_kind": "logo_dark" if on_dark else "logo",
        "trial_kind_dark": "logo" if header and not on_dark else "logo_dark",
    }


_LABELS = {name: LookForm.base_fields[name].label for name in actions.COLOURS}


def _tried(name: str, written: str) -> dict[str, Any]:
    colour = colours.known(written) if written.strip() else ""
    told: dict[str, Any] = {"name": name, "label": _LABELS[name], "written": written.strip(), "shown": colour}
    try:
        actions.checked_colour(name, written)
    except actions.Hard as hard:
        return told | {"said": str(hard), "nearest": hard.nearest, "shown": hard.nearest, "colour": colour}
    except Refused as refused:
        return told | {"said": str(refused), "shown": ""}
    verdict = actions.JUDGES[name](colour) if colour else None
    return told | {"colour": colour, "ratio": f"{verdict.ratio:.1f}" if verdict else ""}


@require_safe
def trial_sheet(request: HttpRequest) -> HttpResponse:
    """The tokens of the preview, for the preview alone."""
    _member(request)
    values = {name: colours.known(request.GET.get(name, "")) for name in actions.COLOURS}
    sheet = colours.style_sheet(values["accent"], values["accent_dark"], values["header"], scope=".fw-look-trial")
    return HttpResponse(sheet, content_type="text/css; charset=utf-8", headers={"Cache-Control": "private, no-store"})


@require_POST
def give_back(request: HttpRequest, uid: UUID) -> HttpResponse:
    member = _member(request)
    actions.return_to_look(look=get_object_or_404(Look.objects.all(), uid=uid), actor=member, at=clock.now())
    toast(request, _("This look is in force again."))
    return HttpResponseRedirect(reverse("look-edit"))


@require_POST
def reset(request: HttpRequest) -> HttpResponse:
    member = _member(request)
    former = actions.newest()
    actions.reset_look(actor=member, at=clock.now())
    undo = reverse("look-return", args=[former.uid]) if former else ""
    toast(request, _("Fairway's own look is in force again."), undo_url=undo)
    return HttpResponseRedirect(reverse("look-edit"))


@require_POST
def letter(request: HttpRequest) -> HttpResponse:
    member = _member(request)
    actions.send_trial_letter(actor=member, at=clock.now())
    toast(request, _("A mail in the saved look is on its way to you."))
    return HttpResponseRedirect(reverse("look-edit"))


# The own domain


@require_http_methods(["GET", "HEAD", "POST"])
def domain(request: HttpRequest) -> HttpResponse:
    member = _member(request)
    form = DomainForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            domains.ask_for_domain(host=form.cleaned_data["host"], actor=member, at=clock.now())
        except Refused as refused:
            form.add_error(refused.field or None, str(refused))
        else:
            return HttpResponseRedirect(reverse("owndomain-edit"))
    context = {"form": form, **_domain_state()}
    return render(request, "brand/domain.html", context, status=422 if form.errors else 200)


def _domain_state() -> dict[str, Any]:
    found = OwnDomain.objects.first()
    now = clock.now()
    if found is None:
        return {"domain": None}
    # A job that does not come is not waited for: then no worker runs.
    waits = found.asked_at is not None and (found.checked_at is None or found.checked_at < found.asked_at)
    return {
        "domain": found,
        "record_name": f"{domains.LABEL}.{found.host}",
        "record_value": f"{domains.PREFIX}{found.token}",
        "is_asking": waits and now - found.asked_at < ASKING_MOST,
        "is_left": waits and now - found.asked_at >= ASKING_MOST,
        "ends_at": found.failing_from + domains.GRACE if found.failing_from else None,
        "address": address_of(fronts().by_host.get(found.host)) if found.proven_at else "",
    }


@require_safe
def domain_state(request: HttpRequest) -> HttpResponse:
    _member(request)
    return render(request, "brand/domain_state.html", _domain_state())


@require_POST
def check_domain(request: HttpRequest) -> HttpResponse:
    member = _member(request)
    domains.ask_name_servers(domain=_own_domain(), actor=member, at=clock.now())
    return HttpResponseRedirect(reverse("owndomain-edit"))


@require_POST
def remove_domain(request: HttpRequest) -> HttpResponse:
    member = _member(request)
    domains.give_up_domain(domain=_own_domain(), actor=member, at=clock.now())
    toast(request, _("The domain is given up. Links to it lead nowhere now."))
    return HttpResponseRedirect(reverse("owndomain-edit"))


def _own_domain() -> OwnDomain:
    found = OwnDomain.objects.first()
    if found is None:
        raise Http404
    return found


@require_safe
def is_own_domain(request: HttpRequest) -> HttpResponse:
    """For proxies that get certificates by themselves: 200 for a proven domain, 404 for any other name."""
    is_known = request.GET.get("domain", "").lower() in fronts().by_host
    return HttpResponse("yes" if is_known else "no", status=200 if is_known else 404, content_type="text/plain")


# Files that pages take, outside any vendor's address. They never change, so that browsers keep them.


@require_safe
def image(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = read_image(uid)
    own = getattr(request, "own_front", None)
    if found is None or (own is not None and own.vendor_id != found[0]):
        raise Http404
    return _for_ever(request, found[1], "image/png", str(uid))


@require_safe
def sheet(request: HttpRequest, uid: UUID, digest: str) -> HttpResponse:
    value = looks.look_of(uid)
    text = value.sheet
    own = getattr(request, "own_front", None)
    if not text or looks.digest(text) != digest or (own is not None and own.vendor_id != value.vendor_id):
        raise Http404
    return _for_ever(request, text.encode(), "text/css; charset=utf-8", digest)


def _for_ever(request: HttpRequest, content: bytes, kind: str, tag: str) -> HttpResponse:
    headers = {"Cache-Control": FOR_EVER, "ETag": f'"{tag}"', "X-Content-Type-Options": "nosniff"}
    if request.headers.get("If-None-Match", "").strip() == headers["ETag"]:
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(content, content_type=kind, headers=headers)
