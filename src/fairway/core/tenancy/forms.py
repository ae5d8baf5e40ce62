"""Forms about people: invite, take an invitation, make a key."""

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fairway.core.access import Member
from fairway.core.http.forms import Choices, DateField
from fairway.core.names import sort_name
from fairway.core.rights import WORDS
from fairway.core.search import similar
from fairway.core.tenancy.actions.signing_in import GRACE_DAYS_MOST
from fairway.core.tenancy.models import PARTNER_ROLES, STAFF_ROLES, Partner, Role, Seat
from fairway.core.tenancy.queries import MAY_GIVE
from fairway.core.tenancy.roles import CustomRole

# What a program may be allowed, with the words for it; a page shows those that the seat's role has.
SCOPES: dict[str, Any] = {
    "lead.read": gettext_lazy("Read leads"),
    "lead.capture": gettext_lazy("Send in leads"),
    "lead.work": gettext_lazy("Work accepted leads"),
    "offer.read": gettext_lazy("Read offers"),
    "offer.answer": gettext_lazy("Accept and decline offers"),
    "lead.assign": gettext_lazy("Assign batches of leads"),
    "lead.recall": gettext_lazy("Take back offers and leads"),
    "deal.read": gettext_lazy("Read deals"),
    "deal.work": gettext_lazy("Work deals"),
    "registration.submit": gettext_lazy("Register deals"),
    "registration.decide": gettext_lazy("Decide about registrations"),
    "partner.read": gettext_lazy("Read partners"),
    "partner.import": gettext_lazy("Send in partners"),
    "sales.read": gettext_lazy("Read sales lines"),
    "sales.import": gettext_lazy("Send in sales lines"),
    "review.read": gettext_lazy("Read reviews"),
    "cover.set": gettext_lazy("Name deputies for days away"),
    "people.manage": gettext_lazy("Do so for others"),
}


class InviteForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("E-mail"))
    name = forms.CharField(label=gettext_lazy("Name"), max_length=150)
    role = forms.ChoiceField(label=gettext_lazy("Role"))
    partner = forms.CharField(
        label=gettext_lazy("Partner"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Name or number of the partner, for a partner's person. Empty for your own staff."),
    )

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member
        given = MAY_GIVE.get(member.role, frozenset())
        self.fields["role"].choices = [(role.value, role.label) for role in Role if role in given]  # type: ignore[attr-defined]
        if not member.is_staff:
            del self.fields["partner"]

    def clean_partner(self) -> Partner | None:
        text = self.cleaned_data["partner"].strip()
        if not text:
            return None
        found = Partner.objects.filter(external_id=text)[:1] or Partner.objects.filter(sort_name=sort_name(text))[:2]
        if len(found) == 1:
            return found[0]
        if found:
            raise ValidationError(_("Several partners have this name. Write the number instead."))
        raise ValidationError(self._unknown(text))

    def _unknown(self, text: str) -> str:
        ids = [found for found, _likeness in similar("partners", sort_name(text), most=3)]
        names = ", ".join(Partner.objects.filter(pk__in=ids).values_list("name", flat=True))
        if names:
            return _("No partner has this name or number. Do you mean: %(names)s?") % {"names": names}
        return _("No partner has this name or number.")

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not self.member.is_staff:
            values["partner"] = Partner.objects.get(pk=self.member.partner_id)
        elif "partner" in values and values.get("role"):
            is_partner_role = values["role"] in PARTNER_ROLES
            if is_partner_role and values["partner"] is None:
                self.add_error("partner", _("A partner's person needs a partner."))
            if not is_partner_role and values["partner"] is not None:
                self.add_error("partner", _("Your own staff belong to no partner. Leave this empty."))
        return values


class AcceptForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Your name"), max_length=150)
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        self.fields["password"].help_text = " ".join(password_validators_help_texts()[1:2])


class TokenForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=100, help_text=gettext_lazy("What uses the key, such as “Web shop”.")
    )
    scopes = forms.MultipleChoiceField(label=gettext_lazy("The key may"), widget=Choices)
    expires_on = DateField(
        label=gettext_lazy("Last day"), required=False, help_text=gettext_lazy("Empty: until it is revoked.")
    )

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [  # type: ignore[attr-defined]
            (scope, label) for scope, label in SCOPES.items() if member.can(scope)
        ]

    @property
    def expires_at(self) -> datetime | None:
        """The end of the last day, in UTC."""
        day = self.cleaned_data["expires_on"]
        return datetime.combine(day + timedelta(days=1), time(0), UTC) if day else None


class ClientForm(forms.Form):
    """An app that may ask people for access."""

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=100, help_text=gettext_lazy("People read it when the app asks them.")
    )
    redirect_uris = forms.CharField(
        label=gettext_lazy("Addresses to come back to"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One a line, compared letter by letter. https, or http on one's own machine."),
    )  # fmt: skip
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("It may ask for"), widget=Choices, choices=lambda: list(WORDS.items())
    )
    is_public = forms.BooleanField(
        label=gettext_lazy("Without a secret"), required=False,
        help_text=gettext_lazy("For apps on people's own devices, where no secret can be kept."),
    )  # fmt: skip
    works_alone = forms.BooleanField(
        label=gettext_lazy("May also work by itself, in my name"), required=False,
        help_text=gettext_lazy("With its secret alone (client credentials). It does what you may and it may ask for."),
    )  # fmt: skip

    @property
    def values(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {**given, "redirect_uris": given["redirect_uris"].splitlines()}


class ClientEditForm(ClientForm):
    """What may change of an app: never whether it has a secret, nor in whose name it works."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["is_public"], self.fields["works_alone"]


class SecretForm(forms.Form):
    grace_hours = forms.TypedChoiceField(
        label=gettext_lazy("The old secret"), coerce=int, initial=0,
        choices=[
            (0, gettext_lazy("ends at once")), (1, gettext_lazy("may be used for 1 more hour")),
            (24, gettext_lazy("may be used for 1 more day")), (168, gettext_lazy("may be used for 7 more days")),
        ],
    )  # fmt: skip


class SecondFactorPolicyForm(forms.Form):
    days = forms.IntegerField(
        label=gettext_lazy("Days until it is needed"),
        min_value=0,
        max_value=GRACE_DAYS_MOST,
        initial=14,
        required=False,
        help_text=gettext_lazy("Until then everybody without one is reminded on every page. 0 means from now on."),
    )

    def clean_days(self) -> int:
        value: int | None = self.cleaned_data["days"]
        return 14 if value is None else value


class CopyRoleForm(forms.Form):
    base = forms.ChoiceField(label=gettext_lazy("Copy of"))
    name = forms.CharField(label=gettext_lazy("Name of your edition"), max_length=60)

    def __init__(self, *args: Any, is_staff: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        side = STAFF_ROLES if is_staff else PARTNER_ROLES
        self.fields["base"].choices = [(role.value, role.label) for role in Role if role in side]  # type: ignore[attr-defined]


class OwnRoleForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=60)
    version = forms.IntegerField(widget=forms.HiddenInput)


class ManagerForm(forms.Form):
    """Whom a member of staff reports to."""

    manager = forms.ChoiceField(label=gettext_lazy("Reports to"), required=False)

    def __init__(self, data: Any = None, *, seat: Seat) -> None:
        staff = Seat.objects.filter(partner_key=0, is_active=True).exclude(pk=seat.pk).order_by("name_key", "pk")
        self.staff = {str(each.uid): each for each in staff[:500]}
        initial = next((uid for uid, each in self.staff.items() if each.pk == seat.manager_id), "")
        super().__init__(data, initial={"manager": initial})
        names: list[tuple[str, Any]] = [(uid, each.name) for uid, each in self.staff.items()]
        self.fields["manager"].choices = [("", gettext_lazy("Nobody")), *names]  # type: ignore[attr-defined]


class RoleForm(forms.Form):
    """Which role a person has; the vendor's own ones are named by uid."""

    role = forms.ChoiceField(label=gettext_lazy("Role"))

    def __init__(self, *args: Any, seat: Seat, own: Iterable[CustomRole], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        side = STAFF_ROLES if seat.partner_id is None else PARTNER_ROLES
        self.own = {str(role.uid): role for role in own if role.base in side}
        choices: list[tuple[str, Any]] = [(role.value, role.label) for role in Role if role in side]
        choices += [(uid, role.name) for uid, role in self.own.items()]
        self.fields["role"].choices = choices  # type: ignore[attr-defined]
        self.initial.setdefault("role", str(seat.custom_role.uid) if seat.custom_role else seat.role)

    @property
    def chosen(self) -> tuple[str, CustomRole | None]:
        """(built-in role, the vendor's own edition or None)."""
        value: str = self.cleaned_data["role"]
        own = self.own.get(value)
        return (own.base, own) if own else (value, None)
