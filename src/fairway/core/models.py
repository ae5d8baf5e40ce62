"""All tables of the kernel, as Django looks for them in one place."""

from fairway.core.brand.models import Look, LookImage, OwnDomain
from fairway.core.events.models import Event
from fairway.core.http.rate_counts import RateCount
from fairway.core.personal.models import ErasedPerson
from fairway.core.saved.models import SavedView
from fairway.core.search.models import SearchWord
from fairway.core.tenancy.clients import OAuthClient, OAuthGrant, OAuthRefresh
from fairway.core.tenancy.covers import Cover
from fairway.core.tenancy.handovers import Handover
from fairway.core.tenancy.models import Invitation, Organization, Partner, Seat, User
from fairway.core.tenancy.roles import CustomRole
from fairway.core.tenancy.signing_in import SignIn, SignInPolicy
from fairway.core.tenancy.support import SupportGrant, SupportPage
from fairway.core.tenancy.tokens import ApiToken, IdempotencyKey

__all__ = [
    "ApiToken", "Cover", "CustomRole", "ErasedPerson", "Event", "Handover", "IdempotencyKey", "Invitation",
    "Look", "LookImage", "OAuthClient", "OAuthGrant", "OAuthRefresh", "Organization", "OwnDomain", "Partner",
    "RateCount", "SavedView", "SearchWord", "Seat", "SignIn", "SignInPolicy", "SupportGrant", "SupportPage", "User",
]  # fmt: skip
