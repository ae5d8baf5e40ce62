"""What statements cannot write: names of companies with the keys that matching compares, and signed receipts."""

from collections.abc import Iterator
from uuid import UUID

from django.db import connection

from fairway.config.demo.names import CUSTOMER_TAILS, FAMILY, INDUSTRIES, ROOTS, host_of
from fairway.core.tenancy.models import Partner
from fairway.customers.rules.match_keys import name_key, sort_name
from fairway.deals.actions.receipts import sign_receipt
from fairway.deals.models import Registration

# Neighbouring numbers get names far apart: multiplying by a prime walks through all of them before one comes twice.
_STEP = 2_654_435_761


def company(number: int) -> tuple[str, str]:
    """(name, industry) of the company of that number; no two numbers below three million give one name."""
    roots, tails, families = len(ROOTS), len(CUSTOMER_TAILS), len(FAMILY)
    is_short = number % 8 == 0 and number // 8 < roots * (roots - 1) * tails
    count = roots * (roots - 1) * tails * (1 if is_short else families)
    rest, tail = divmod((number // 8 if is_short else number) * _STEP % count, tails)
    rest, first = divmod(rest, roots)
    rest, other = divmod(rest, roots - 1)
    second = ROOTS[(first + 1 + other) % roots].lower()
    middle = "" if is_short else f" & {FAMILY[rest]}"
    name = f"{ROOTS[first]}{second}{middle} {CUSTOMER_TAILS[tail]}"
    return name, INDUSTRIES.get(CUSTOMER_TAILS[tail], "Manufacturing")


def write_companies(count: int) -> None:
    """The companies 1 to `count`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE UNLOGGED TABLE demo_world.company"
            " (n bigint PRIMARY KEY, name text, sort_name text, name_key text, host text, industry text)"
        )
        with cursor.copy("COPY demo_world.company FROM STDIN") as copy:
            for number in range(1, count + 1):
                name, industry = company(number)
                copy.write_row((number, name, sort_name(name), name_key(name), host_of(name), industry))
        cursor.execute("ANALYZE demo_world.company")


_SENT = """
SELECT r.m, demo_world.uid(demo_world.epoch(r.created), r.m, 9), demo_world.moment(r.submitted), p.uid, p.name,
  c.name || ' ' || CASE p.country WHEN 'US' THEN 'LLC' WHEN 'DE' THEN 'AG' WHEN 'GB' THEN 'Ltd' ELSE 'SAS' END,
  CASE WHEN r.is_project THEN p.city || ' site' ELSE '' END
 FROM demo_world.registration r JOIN demo_world.partner p ON p.rank = r.partner
 JOIN demo_world.company c ON c.n = r.company
 WHERE r.state <> 'draft' ORDER BY r.m
"""


def write_receipts() -> None:
    """The receipt of every registration that was sent, as the product signs it."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE UNLOGGED TABLE demo_world.receipt (m bigint PRIMARY KEY, receipt text)")
        cursor.execute(_SENT)
        rows = cursor.fetchall()
        with cursor.copy("COPY demo_world.receipt FROM STDIN") as copy:
            for row in _signed(rows):
                copy.write_row(row)


def _signed(rows: list[tuple]) -> Iterator[tuple[int, str]]:
    for number, uid, at, partner_uid, partner_name, customer, scope_name in rows:
        registration = Registration(
            uid=UUID(str(uid)), submitted_at=at, customer_name=customer, scope_name=scope_name,
            scope="project" if scope_name else "customer",
        )  # fmt: skip
        registration.partner = Partner(uid=partner_uid, name=partner_name)
        yield number, sign_receipt(registration)
