"""What a proxy says is believed from our proxies only."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from fairway.core.http import proxies

SAID = {
    "HTTP_X_FORWARDED_FOR": "6.6.6.6, 203.0.113.9, 10.1.2.3",
    "HTTP_X_FORWARDED_PROTO": "https",
    "HTTP_X_FORWARDED_HOST": "partners.vendor.example",
    "HTTP_X_REQUEST_ID": "edge-0123456789",
}


def seen(peer: str, **headers: str) -> HttpRequest:
    """The request as everything after the middleware sees it."""
    kept: list[HttpRequest] = []

    def answer(request: HttpRequest) -> HttpResponse:
        kept.append(request)
        return HttpResponse("ok")

    proxies.ProxyMiddleware(answer)(RequestFactory().get("/", REMOTE_ADDR=peer, **headers))
    return kept[0]


def test_a_stranger_is_believed_nothing(settings: Any) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    request = seen("203.0.113.7", **SAID)
    assert (request.META["REMOTE_ADDR"], request.scheme, request.META.get("HTTP_HOST")) == ("203.0.113.7", "http", None)
    assert [name for name in proxies.HEADERS if name in request.META] == []


def test_a_proxy_of_ours_tells_the_visitor_the_scheme_and_the_host(settings: Any) -> None:
    settings.TRUSTED_PROXIES, settings.ALLOWED_HOSTS = ["10.0.0.0/8"], ["partners.vendor.example"]
    request = seen("10.9.9.9", **SAID)
    assert request.META["REMOTE_ADDR"] == "203.0.113.9"  # the last stranger; 6.6.6.6 is only what that one claims
    assert request.is_secure()
    assert request.get_host() == "partners.vendor.example"
    assert request.META["HTTP_X_REQUEST_ID"] == "edge-0123456789"


@pytest.mark.parametrize(
    ("chain", "visitor"),
    [
        ("", "10.0.0.1"),
        ("203.0.113.9", "203.0.113.9"),
        ("203.0.113.9, nonsense", "10.0.0.1"),
        ("nonsense, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.5, 10.0.0.6", "10.0.0.5"),
        ("2001:db8::1, 10.0.0.5", "2001:db8::1"),
    ],
)
def test_the_visitor_is_the_last_who_is_no_proxy_of_ours(settings: Any, chain: str, visitor: str) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    assert proxies.visitor_of(chain, "10.0.0.1") == visitor


def test_a_socket_is_trusted_only_by_name(settings: Any) -> None:
    settings.TRUSTED_PROXIES = ["unix"]
    assert proxies.is_trusted("")
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    assert not proxies.is_trusted("")
    assert not proxies.is_trusted("not an address")


def test_a_wrong_list_of_proxies_is_said(settings: Any) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8", "proxy.example"]
    with pytest.raises(ImproperlyConfigured, match=r"FAIRWAY_TRUSTED_PROXIES: 'proxy\.example'"):
        proxies.is_trusted("10.0.0.1")


def test_a_request_is_named_by_our_proxy_and_by_nobody_else(settings: Any, db: None) -> None:
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    assert Client().get("/healthz", headers={"x-request-id": "edge-0123456789"})["X-Request-Id"] == "edge-0123456789"
    assert len(Client().get("/healthz", headers={"x-request-id": "a\tb" * 9})["X-Request-Id"]) == 20
    settings.TRUSTED_PROXIES = []
    assert len(Client().get("/healthz", headers={"x-request-id": "edge-0123456789"})["X-Request-Id"]) == 20


def test_a_body_that_is_too_large_is_refused_before_it_is_read(settings: Any) -> None:
    settings.MAX_REQUEST_BYTES = 2 * 1024**2
    answer = Client().generic("POST", "/accounts/login/", b"", CONTENT_LENGTH=str(2 * 1024**2 + 1))
    assert (answer.status_code, "2 MB" in answer.content.decode()) == (413, True)
    problem = Client().generic("POST", "/api/v1/leads", b"", CONTENT_LENGTH=str(3 * 1024**2))
    assert (problem.status_code, problem["Content-Type"]) == (413, "application/problem+json")
    assert problem.json()["status"] == 413
