"""The protocol of OAuth 2, as Authlib speaks it, over our own clients, grants and tokens (ADR 15).

Code with PKCE for everybody and S256 alone; client credentials; refresh tokens used once; revocation; introspection.
"""

import secrets
from collections.abc import Sequence
from functools import cache
from typing import Any, cast

from authlib.oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import (
    ClientMixin,
    InvalidGrantError,
    InvalidRequestError,
    InvalidScopeError,
    OAuth2Payload,
    OAuth2Request,
    grants,
)
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from django.http import HttpRequest, HttpResponse, JsonResponse

from fairway.core import clock
from fairway.core.access import Member
from fairway.core.refusals import Refused
from fairway.core.tenancy.actions import oauth
from fairway.core.tenancy.clients import OAuthClient, OAuthGrant, OAuthRefresh
from fairway.core.tenancy.lookups import vendor_of_client
from fairway.core.tenancy.middleware import hash_token
from fairway.core.tenancy.tokens import ApiToken

WITH_SECRET = ["client_secret_basic", "client_secret_post"]
GRANTS = ("authorization_code", "refresh_token", "client_credentials")


class Client(ClientMixin):
    """A client as the protocol asks about it."""

    def __init__(self, row: OAuthClient, vendor_slug: str) -> None:
        self.row, self.vendor_slug = row, vendor_slug

    def get_client_id(self) -> str:
        return self.row.client_id

    def get_default_redirect_uri(self) -> None:
        """None: the address is always named, and compared letter by letter."""

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """None, which is refused, for a scope beyond those of the client; without one all of them are meant."""
        asked = (scope or "").split()
        if not asked:
            return " ".join(self.row.scopes)
        return None if set(asked) - set(self.row.scopes) else " ".join(asked)

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.row.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        given, row = hash_token(client_secret), self.row
        if not row.secret_hash:
            return False
        is_old = row.old_secret_until is not None and row.old_secret_until > clock.now()
        known = [row.secret_hash, row.old_secret_hash if is_old else row.secret_hash]
        return any(secrets.compare_digest(each, given) for each in known)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in WITH_SECRET if self.row.secret_hash else method == "none"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code" and bool(self.row.redirect_uris)

    def check_grant_type(self, grant_type: str) -> bool:
        if grant_type == "client_credentials":
            return self.row.seat_id is not None and bool(self.row.secret_hash)
        return grant_type in GRANTS and bool(self.row.redirect_uris)


class Code:
    """A grant whose code is being redeemed."""

    code_challenge_method = "S256"

    def __init__(self, row: OAuthGrant) -> None:
        self.row = row
        self.code_challenge = row.code_challenge

    def get_redirect_uri(self) -> str:
        return self.row.redirect_uri

    def get_scope(self) -> str:
        return " ".join(self.row.scopes)


class Refresh:
    def __init__(self, row: OAuthRefresh) -> None:
        self.row = row

    def check_client(self, client: Client) -> bool:
        return bool(self.row.grant.client_id == client.row.pk)

    def get_scope(self) -> str:
        return " ".join(self.row.grant.scopes)


class Held:
    """An access or refresh token as revocation and introspection see it."""

    def __init__(self, row: ApiToken | OAuthRefresh) -> None:
        self.row = row

    def check_client(self, client: Client) -> bool:
        return True  # looked up among the client's own

    @property
    def is_active(self) -> bool:
        at, row = clock.now(), self.row
        if isinstance(row, OAuthRefresh):
            return row.used_at is None and row.until > at and row.grant.revoked_at is None and row.grant.seat.is_active
        return row.revoked_at is None and row.expires_at is not None and row.expires_at > at and row.seat.is_active


class AuthorizationCodeGrant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = [*WITH_SECRET, "none"]

    def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
        client, payload = cast(Client, request.client), request.payload
        try:
            oauth.grant(
                client=client.row, scopes=request.scope.split(), code=code, redirect_uri=payload.redirect_uri,
                code_challenge=payload.data["code_challenge"], actor=cast(Member, request.user), at=clock.now(),
            )  # fmt: skip
        except Refused:
            raise InvalidScopeError(redirect_uri=payload.redirect_uri) from None

    def query_authorization_code(self, code: str, client: Client) -> Code | None:
        found = oauth.grant_of_code(client=client.row, code=code, at=clock.now())
        return Code(found) if found else None

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """It was used up when the tokens were issued."""

    def authenticate_user(self, authorization_code: Code) -> OAuthGrant:
        return authorization_code.row


class RefreshTokenGrant(grants.RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = [*WITH_SECRET, "none"]
    INCLUDE_NEW_REFRESH_TOKEN = True

    def _validate_request_token(self, client: Client) -> Refresh:
        """The token is looked up among those of this client."""
        given = self.request.form.get("refresh_token")
        if not given:
            raise InvalidRequestError()
        found = oauth.refresh_of(client=client.row, token=given, at=clock.now())
        if found is None:
            raise InvalidGrantError()
        return Refresh(found)

    def authenticate_user(self, refresh_token: Refresh) -> OAuthGrant:
        return refresh_token.row.grant

    def revoke_old_credential(self, refresh_token: Refresh) -> None:
        """It was used up when the tokens were issued."""


class ClientCredentialsGrant(grants.ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = WITH_SECRET


class OnlyS256(CodeChallenge):
    """No code without a challenge, and none in plain text."""

    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        data = grant.request.payload.data
        if not data.get("code_challenge") or data.get("code_challenge_method") != "S256":
            raise InvalidRequestError("A 'code_challenge' with 'code_challenge_method=S256' is needed.")
        super().validate_code_challenge(grant, redirect_uri)


class Revocation(RevocationEndpoint):
    CLIENT_AUTH_METHODS = [*WITH_SECRET, "none"]

    def authenticate_token(self, request: OAuth2Request, client: Client) -> Held | None:
        self.check_params(request, client)
        request.client = client
        found = oauth.token_of(client=client.row, token=request.form["token"])
        return Held(found) if found else None

    def revoke_token(self, token: Held, request: OAuth2Request) -> None:
        oauth.give_up(client=cast(Client, request.client).row, token=token.row, at=clock.now())


class Introspection(IntrospectionEndpoint):
    """A client asks about its own tokens; of all others it learns that they are not active."""

    CLIENT_AUTH_METHODS = WITH_SECRET

    def authenticate_token(self, request: OAuth2Request, client: Client) -> Held | None:
        self.check_params(request, client)
        request.client = client
        found = oauth.token_of(client=client.row, token=request.form["token"])
        return Held(found) if found else None

    def create_introspection_payload(self, token: Held | None) -> dict[str, Any]:
        if token is None or not token.is_active:
            return {"active": False}
        row = token.row
        scopes = row.grant.scopes if isinstance(row, OAuthRefresh) else row.scopes
        ends = row.until if isinstance(row, OAuthRefresh) else cast(Any, row.expires_at)
        seat = row.grant.seat if isinstance(row, OAuthRefresh) else row.seat
        return {
            "active": True, "scope": " ".join(scopes), "exp": int(ends.timestamp()), "sub": str(seat.uid),
            "iat": int(row.created_at.timestamp()),
        }  # fmt: skip


class Payload(OAuth2Payload):
    def __init__(self, request: HttpRequest) -> None:
        self._data = {**request.GET.dict(), **request.POST.dict()}
        names = {*request.GET, *request.POST}
        self._lists = {name: [*request.GET.getlist(name), *request.POST.getlist(name)] for name in names}

    @property
    def data(self) -> Any:
        return self._data

    @property
    def datalist(self) -> Any:
        return self._lists


class Asked(OAuth2Request):
    def __init__(self, request: HttpRequest) -> None:
        # Whether https is needed is decided for the whole site, behind whatever proxy; the library only sees a path.
        super().__init__(request.method or "", f"https://{request.get_host()}{request.path}", headers=request.headers)
        self.payload = Payload(request)
        self._request = request

    @property
    def args(self) -> Any:
        return self._request.GET

    @property
    def form(self) -> Any:
        return self._request.POST


class Server(AuthorizationServer):
    def query_client(self, client_id: str) -> Client | None:
        if not client_id or not client_id.isalnum():
            return None
        of_vendor = vendor_of_client(client_id)
        row = oauth.client_of(of_vendor[0], client_id) if of_vendor else None
        return Client(row, of_vendor[1]) if row is not None and of_vendor else None

    def save_token(self, token: dict[str, Any], request: OAuth2Request) -> None:
        """Makes the tokens, all in one transaction, and puts them into the answer."""
        client = cast(Client, request.client).row
        given = cast(OAuthGrant | None, request.user)
        used = request.refresh_token.row if request.refresh_token else None
        scopes = token["scope"].split()
        issued = oauth.issue(client=client, given=given, used=used, scopes=scopes, at=clock.now())
        if issued is None:
            raise InvalidGrantError()
        token["access_token"], token["scope"] = issued.access, " ".join(issued.scopes)
        if issued.refresh:
            token["refresh_token"] = issued.refresh

    def create_oauth2_request(self, request: Any) -> OAuth2Request:
        return request if isinstance(request, OAuth2Request) else Asked(request)

    def handle_response(self, status: int, body: Any, headers: Sequence[tuple[str, str]]) -> HttpResponse:
        response = JsonResponse(body, status=status) if isinstance(body, dict) else HttpResponse(body, status=status)
        for name, value in headers:
            response[name] = value
        response["Cache-Control"] = "no-store"
        return response

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        """Nobody listens; the event log is written by the actions."""


def _new_token(
    grant_type: str, client: Client, user: Any = None, scope: str | None = None, expires_in: int | None = None,
    include_refresh_token: bool = True,
) -> dict[str, Any]:  # fmt: skip
    """The answer without its secrets, which `save_token` makes."""
    allowed = client.get_allowed_scope(scope) if grant_type == "client_credentials" else scope
    if not allowed:
        raise InvalidScopeError()
    return {"token_type": "Bearer", "expires_in": int(oauth.ACCESS_FOR.total_seconds()), "scope": allowed}


@cache
def server() -> Server:
    made = Server()
    made.register_token_generator("default", _new_token)
    made.register_grant(AuthorizationCodeGrant, [OnlyS256(required=True)])
    made.register_grant(RefreshTokenGrant)
    made.register_grant(ClientCredentialsGrant)
    made.register_endpoint(Revocation)
    made.register_endpoint(Introspection)
    return made
