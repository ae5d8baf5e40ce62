"""The vendor's own domain: asked for, proven by a record in its name server, given up."""

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from fairway.core.brand.actions.domains import LABEL, PREFIX, ask_for_domain, ask_name_servers, give_up_domain
from fairway.core.brand.models import OwnDomain
from fairway.core.http.api.fields import Input, Instant, Output, Text
from fairway.core.http.api.operations import Call, Resource, operation

_MAY = "look.edit"


class DomainGiven(Input):
    host = Text(max_length=253, help_text="Such as partners.acme.example.")


class DomainTold(Output):
    host = serializers.CharField()
    record_name = serializers.SerializerMethodField(help_text="Where the TXT record of the proof is looked for.")
    record_value = serializers.SerializerMethodField()
    said = serializers.CharField(help_text="How the last look ended: proven, missing, other, taken or unreachable.")
    created_at = Instant()
    asked_at = Instant(allow_null=True)
    checked_at = Instant(allow_null=True)
    proven_at = Instant(allow_null=True, help_text="It is served from then on.")
    failing_from = Instant(allow_null=True)

    def get_record_name(self, domain: OwnDomain) -> str:
        return f"{LABEL}.{domain.host}"

    def get_record_value(self, domain: OwnDomain) -> str:
        return f"{PREFIX}{domain.token}"


def found() -> OwnDomain:
    domain = OwnDomain.objects.first()
    if domain is None:
        raise Http404
    return domain


class Domain(Resource):
    tag = "look"

    @operation("read_domain", _("Read the own domain"), permission=_MAY, gives=DomainTold, can_miss=True)
    def get(self, call: Call) -> OwnDomain:
        return found()

    @operation(
        "ask_for_domain", _("Ask for a domain of the vendor's own"), permission=_MAY, takes=DomainGiven,
        gives=DomainTold, help=_("A former one is served no more, at once."),
    )  # fmt: skip
    def post(self, call: Call) -> OwnDomain:
        return ask_for_domain(host=call.data["host"], actor=call.member, at=call.at)


class DomainCheck(Resource):
    tag = "look"

    @operation(
        "check_domain", _("Have the proof of the domain looked for"), permission=_MAY, gives=DomainTold,
        statuses=(202,), can_miss=True, help=_("A job asks the name servers; read the domain again."),
    )  # fmt: skip
    def post(self, call: Call) -> OwnDomain:
        ask_name_servers(domain=found(), actor=call.member, at=call.at)
        return found()


class DomainRemoval(Resource):
    tag = "look"

    @operation("give_up_domain", _("Give up the own domain"), permission=_MAY, gives=DomainTold, can_miss=True)
    def post(self, call: Call) -> OwnDomain:
        domain = found()
        give_up_domain(domain=domain, actor=call.member, at=call.at)
        return domain
