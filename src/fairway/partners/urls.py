from django.urls import path

from fairway.partners.api import contacts as api_contacts
from fairway.partners.api import partners as programs
from fairway.partners.api import pauses as api_pauses
from fairway.partners.api import standing as api_standing
from fairway.partners.api import territories as api_territories
from fairway.partners.views import contacts, endings, partners, pauses, seat_territories, setup

console = [
    path("partners/", partners.partner_list, name="partner-list"),
    path("partners/new/", partners.partner_new, name="partner-new"),
    path("partners/<uuid:uid>/", partners.partner_detail, name="partner-detail"),
    path("partners/<uuid:uid>/edit/", partners.partner_edit, name="partner-edit"),
    path("partners/<uuid:uid>/state/", partners.partner_state, name="partner-state"),
    path("partners/<uuid:uid>/ending/", endings.ending, name="partner-ending"),
    path("partners/<uuid:uid>/pause/", pauses.of_partner, name="partner-pause"),
    path("partners/<uuid:uid>/pause/end/", pauses.end_of_partner, name="partner-pause-end"),
    path("partners/<uuid:uid>/tier/", partners.partner_tier, name="partner-tier"),
    path("partners/<uuid:uid>/capacity/", partners.partner_capacity, name="partner-capacity"),
    path("partners/<uuid:uid>/credentials/", partners.partner_credential, name="partner-credential"),
    path("partners/<uuid:uid>/contacts/", contacts.contact_new, name="partner-contact-new"),
    path("contacts/<uuid:uid>/", contacts.contact_edit, name="contact-edit"),
    path("contacts/<uuid:uid>/removal/", contacts.contact_remove, name="contact-remove"),
    path("credentials/<uuid:uid>/removal/", partners.credential_remove, name="credential-remove"),
    path("territories/", setup.territory_list, name="territory-list"),
    path("territories/new/", setup.territory_edit, name="territory-new"),
    path("territories/<uuid:uid>/", setup.territory_edit, name="territory-edit"),
    path("territories/<uuid:uid>/removal/", setup.territory_remove, name="territory-remove"),
    path("people/<uuid:uid>/territories/", seat_territories.seat_territories, name="seat-territories"),
    path("programs/", setup.program_list, name="program-list"),
    path("programs/new/", setup.program_edit, name="program-new"),
    path("programs/<uuid:uid>/", setup.program_edit, name="program-edit"),
    path("programs/<uuid:uid>/tiers/new/", setup.tier_new, name="tier-new"),
    path("tiers/<uuid:uid>/", setup.tier_edit, name="tier-edit"),
    path("tiers/<uuid:uid>/removal/", setup.tier_remove, name="tier-remove"),
]
portal = [
    path("pause/", pauses.own, name="portal-partnerpause"),
    path("pause/end/", pauses.end_own, name="portal-partnerpause-end"),
]
api = [
    path("partners/<uuid:uid>/pauses", api_pauses.PartnerPauses.as_view(), name="api-partnerpause-list"),
    path("pauses/<uuid:uid>/ending", api_pauses.PauseEnding.as_view(), name="api-partnerpause-end"),
    path("partners", programs.Partners.as_view(), name="api-partner-list"),
    path("partners/bulk", programs.PartnerBulk.as_view(), name="api-partner-bulk"),
    path("partners/<uuid:uid>", programs.PartnerDetail.as_view(), name="api-partner"),
    path("partners/<uuid:uid>/state", programs.PartnerStates.as_view(), name="api-partner-state"),
    path("partners/<uuid:uid>/events", programs.PartnerEvents.as_view(), name="api-partner-events"),
    path("partners/<uuid:uid>/contacts", api_contacts.PartnerContacts.as_view(), name="api-partner-contacts"),
    path("partners/<uuid:uid>/credentials", api_standing.PartnerCredentials.as_view(), name="api-partner-credentials"),
    path("partners/<uuid:uid>/enrollments", api_standing.PartnerEnrollments.as_view(), name="api-partner-enrollments"),
    path("contacts/<uuid:uid>", api_contacts.ContactDetail.as_view(), name="api-contact"),
    path("contacts/<uuid:uid>/removal", api_contacts.ContactRemoval.as_view(), name="api-contact-remove"),
    path("credentials/<uuid:uid>/removal", api_standing.CredentialRemoval.as_view(), name="api-credential-remove"),
    path("programs", api_standing.Programs.as_view(), name="api-program-list"),
    path("programs/<uuid:uid>", api_standing.ProgramDetail.as_view(), name="api-program"),
    path("programs/<uuid:uid>/tiers", api_standing.ProgramTiers.as_view(), name="api-tier-list"),
    path("tiers/<uuid:uid>", api_standing.TierDetail.as_view(), name="api-tier"),
    path("tiers/<uuid:uid>/removal", api_standing.TierRemoval.as_view(), name="api-tier-remove"),
    path("territories", api_territories.Territories.as_view(), name="api-territory-list"),
    path("territories/placing", api_territories.TerritoryPlacing.as_view(), name="api-territory-placing"),
    path("territories/<uuid:uid>", api_territories.TerritoryDetail.as_view(), name="api-territory"),
    path("territories/<uuid:uid>/removal", api_territories.TerritoryRemoval.as_view(), name="api-territory-remove"),
]
