"""Asking name servers, behind an interface: tests have their own, and an installation without a network says so."""

from functools import cache
from typing import Protocol

import dns.exception
import dns.resolver
from django.conf import settings
from django.utils.module_loading import import_string

SECONDS_MOST = 6.0


class Unreachable(Exception):
    """No name server answered. Nothing is known about the name."""


class Resolver(Protocol):
    def texts(self, name: str) -> list[str]:
        """The TXT records of a name; none where the name or its records are not there. Raises Unreachable."""


class SystemResolver:
    """The name servers of this machine."""

    def texts(self, name: str) -> list[str]:
        try:
            answer = dns.resolver.resolve(name, "TXT", lifetime=SECONDS_MOST)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError) as error:
            raise Unreachable(str(error)) from error
        return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]


@cache
def _named(path: str) -> Resolver:
    made: Resolver = import_string(path)()
    return made


def resolver() -> Resolver:
    return _named(settings.DOMAIN_RESOLVER)
