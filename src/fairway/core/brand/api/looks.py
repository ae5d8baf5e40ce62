"""The look of the token's vendor, for programs."""

import base64
import binascii
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from fairway.core.brand.actions.looks import (
    COLOURS,
    PICTURES,
    WORDS,
    LookChange,
    change_look,
    newest,
    reset_look,
    return_to_look,
    send_trial_letter,
)
from fairway.core.brand.looks import image_url
from fairway.core.brand.models import Look
from fairway.core.http.api.fields import Input, Instant, Output, Text
from fairway.core.http.api.operations import Call, Resource, operation
from fairway.core.http.api.shapes import listing
from fairway.core.refusals import Refused

BASE64_MOST = 1_400_000
PICTURE_HELP = "A PNG, WebP or SVG file in base64, up to 1 MB; null takes it away."


@dataclass(frozen=True, slots=True)
class Shown:
    """A look as it is told; version 0 is Fairway's own."""

    look: Look | None
    version: int


class LookTold(Output):
    version = serializers.IntegerField(help_text="0 while the vendor has no look of its own.")
    program_name = serializers.SerializerMethodField(help_text="Empty: Fairway.")
    accent = serializers.SerializerMethodField(help_text="#rrggbb, or empty for Fairway's own.")
    accent_dark = serializers.SerializerMethodField()
    header = serializers.SerializerMethodField()
    mail_name = serializers.SerializerMethodField()
    reply_to = serializers.SerializerMethodField()
    logo_path = serializers.SerializerMethodField(help_text="Below the address of this server; empty without one.")
    logo_dark_path = serializers.SerializerMethodField()
    icon_path = serializers.SerializerMethodField()

    def get_program_name(self, row: Shown) -> str:
        return self._word(row, "program_name")

    def get_accent(self, row: Shown) -> str:
        return self._word(row, "accent")

    def get_accent_dark(self, row: Shown) -> str:
        return self._word(row, "accent_dark")

    def get_header(self, row: Shown) -> str:
        return self._word(row, "header")

    def get_mail_name(self, row: Shown) -> str:
        return self._word(row, "mail_name")

    def get_reply_to(self, row: Shown) -> str:
        return self._word(row, "reply_to")

    def get_logo_path(self, row: Shown) -> str:
        return self._path(row, "logo")

    def get_logo_dark_path(self, row: Shown) -> str:
        return self._path(row, "logo_dark")

    def get_icon_path(self, row: Shown) -> str:
        return self._path(row, "icon")

    def _word(self, row: Shown, name: str) -> str:
        return getattr(row.look, name) if row.look else ""

    def _path(self, row: Shown, name: str) -> str:
        picture = getattr(row.look, name) if row.look else None
        return image_url(picture.uid) if picture else ""


class LookGiven(Input):
    program_name = Text(max_length=60, required=False, allow_blank=True)
    accent = Text(max_length=7, required=False, allow_blank=True, help_text="#rrggbb; must be readable.")
    accent_dark = Text(max_length=7, required=False, allow_blank=True)
    header = Text(max_length=7, required=False, allow_blank=True)
    mail_name = Text(max_length=60, required=False, allow_blank=True)
    reply_to = Text(max_length=254, required=False, allow_blank=True)
    logo = Text(max_length=BASE64_MOST, required=False, allow_null=True, help_text=PICTURE_HELP)
    logo_dark = Text(max_length=BASE64_MOST, required=False, allow_null=True, help_text=PICTURE_HELP)
    icon = Text(max_length=BASE64_MOST, required=False, allow_null=True, help_text=PICTURE_HELP)


def _change_of(data: dict[str, Any]) -> LookChange:
    given = {name: data[name] for name in PICTURES if name in data}
    return LookChange(
        words={name: data[name] for name in (*WORDS, *COLOURS) if name in data},
        pictures={name: _bytes_of(text, name) for name, text in given.items() if text is not None},
        without=frozenset(name for name, text in given.items() if text is None),
    )


def _bytes_of(text: str, name: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Refused(_("This is no base64."), field=name) from None


class LookOfVendor(Resource):
    tag = "look"

    @operation(
        "read_look", gettext_lazy("How the vendor looks to partners"), permission="look.edit", gives=LookTold,
        has_version=True,
    )  # fmt: skip
    def get(self, call: Call) -> Shown:
        return _shown(newest())

    @operation(
        "change_look", gettext_lazy("Change the look"), permission="look.edit", takes=LookGiven, gives=LookTold,
        has_version=True, can_refuse=True,
        help=gettext_lazy(
            "Only what is given is changed. A colour that cannot be read is refused, and the nearest that can is named."
        ),
    )  # fmt: skip
    def patch(self, call: Call) -> Shown:
        present = newest()
        call.expect(present.number if present else 0)
        change_look(
            change=_change_of(call.data), actor=call.member, at=call.at, number=present.number if present else 0
        )
        return _shown(newest())


class LookReset(Resource):
    tag = "look"

    @operation(
        "reset_look", gettext_lazy("Have Fairway's own look again"), permission="look.edit", gives=LookTold,
        has_version=True, help=gettext_lazy("The versions stay to come back to."),
    )  # fmt: skip
    def post(self, call: Call) -> Shown:
        reset_look(actor=call.member, at=call.at)
        return _shown(newest())


class LookVersionTold(Output):
    uid = serializers.UUIDField()
    number = serializers.IntegerField()
    program_name = serializers.CharField()
    accent = serializers.CharField()
    accent_dark = serializers.CharField()
    header = serializers.CharField()
    created_by = serializers.CharField(source="created_by.name", allow_null=True)
    created_at = Instant()


class Looks(Resource):
    tag = "look"
    get = listing(
        "list_looks", gettext_lazy("List the versions of the look"), permission="look.edit", gives=LookVersionTold,
        rows=lambda call: Look.objects.select_related("created_by"), order="created_at",
    )  # fmt: skip


class LookReturn(Resource):
    tag = "look"

    @operation(
        "return_to_look", gettext_lazy("Return to a former version of the look"), permission="look.edit",
        gives=LookTold, has_version=True, help=gettext_lazy("It becomes the newest, as a version of its own."),
    )  # fmt: skip
    def post(self, call: Call, uid: UUID) -> Shown:
        return_to_look(look=get_object_or_404(Look, uid=uid), actor=call.member, at=call.at)
        return _shown(newest())


class LookLetter(Resource):
    tag = "look"

    @operation(
        "send_trial_letter", gettext_lazy("Send oneself a mail in the look"), permission="look.edit", gives=LookTold,
        statuses=(202,), has_version=True, help=gettext_lazy("To the token's person."),
    )  # fmt: skip
    def post(self, call: Call) -> Shown:
        send_trial_letter(actor=call.member, at=call.at)
        return _shown(newest())


def _shown(look: Look | None) -> Shown:
    return Shown(look, look.number if look else 0)
