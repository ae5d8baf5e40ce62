"""How long one search over everything takes for staff of a vendor with a million leads: `find`, as the pages call it.

The leads are made in the database for the run and deleted after it: 6,000 first words of companies and 300 second
ones, 800 names of people, 40 needs, 160 cities. Figures are milliseconds, p95 of distinct texts; the floor is one
probe of the index of names, in the same context.

- `name`: one word of a company's name, as typed whole
- `begun`: the first four letters of one
- `two`: a company and a city
- `common`: a word of the need, which every fortieth lead has
- `slip`: one letter lost; the vocabulary is asked what was meant
- `mail`: an e-mail address
"""

import random
from collections.abc import Callable
from statistics import median, quantiles

from django.db import connection

from benchmarks._harness import as_web, bench_vendor, main, say, timed
from fairway.core import clock
from fairway.core.access import Member, member_of_seat, system_member
from fairway.core.search.actions import learn_words
from fairway.core.search.find import find
from fairway.core.tenancy.context import Context, Surface, entering
from fairway.core.tenancy.lookups import seats_of_user
from fairway.core.tenancy.models import Organization, Seat, User

LEADS, QUICK = 1_000_000, 20_000
TEXTS, TEXTS_QUICK = 200, 30
_PARTS = [
    "nord",
    "licht",
    "berg",
    "stein",
    "kamp",
    "hal",
    "vorn",
    "sen",
    "kest",
    "rel",
    "mar",
    "sch",
    "land",
    "wes",
    "er",
    "ree",
    "dig",
    "tal",
    "bor",
    "mann",
    "fal",
    "ken",
    "rot",
    "blau",
    "gru",
    "hag",
    "ost",
    "sud",
    "lin",
    "den",
    "koch",
    "bau",
    "tek",
    "sys",
    "net",
    "dat",
    "log",
    "med",
    "kli",
    "nik",
]
_LEAD = """
INSERT INTO leads_lead (uid, vendor_id, state, external_id, source, source_detail, campaign, title, description,
  company, name_key, domain_key, industry, country, state_code, city, postal_code, currency, consent_text, captured_at,
  waiting_because, offers_made, stage, next_step, touches, close_reason, extra, version)
SELECT gen_random_uuid(), %(vendor)s, 'captured', 'B' || i, 'bench', '', '', (%(needs)s::text[])[1 + i %% 40], '',
  n.name, n.name, replace(n.name, ' ', '-') || '.de', '', 'DE', '', (%(cities)s::text[])[1 + (i * 7919::bigint) %% 160],
  '', '', '', now() - i * interval '1 minute', '', 0, '', '', 0, '', '{}', 1
 FROM generate_series(1, %(count)s) i, LATERAL (SELECT (%(firsts)s::text[])[1 + (i * 104729::bigint) %% 6000]
   || ' ' || (%(seconds)s::text[])[1 + (i * 15485863::bigint) %% 300] AS name) n"""
_PERSON = """
INSERT INTO leads_leadperson (uid, vendor_id, lead_id, first_name, last_name, job_title, email, email_key, phone,
  phone_key)
SELECT gen_random_uuid(), vendor_id, id, (%(given)s::text[])[1 + id %% 40], (%(family)s::text[])[1 + (id * 31) %% 800],
  '', '', 'p' || id || '@bench-mail.de', '', '+4940' || id FROM leads_lead WHERE vendor_id = %(vendor)s"""


def made(seed: int, count: int, parts: int) -> list[str]:
    chance = random.Random(seed)
    words: dict[str, None] = {}
    while len(words) < count:
        words["".join(chance.choice(_PARTS) for _ in range(parts))] = None
    return list(words)


FIRSTS, SECONDS, CITIES = made(1, 6_000, 3), made(2, 300, 2), made(3, 160, 2)
NEEDS = [f"{word} for the {place}" for word in made(4, 20, 2) for place in ("warehouse", "head office")]


def seed(vendor: Organization, count: int) -> Member:
    """Leads with people, and the vocabulary learned. As the owner."""
    values = {
        "vendor": vendor.pk, "count": count, "firsts": FIRSTS, "seconds": SECONDS, "cities": CITIES, "needs": NEEDS,
        "given": made(5, 40, 1) if len(_PARTS) < 40 else _PARTS[:40], "family": made(6, 800, 2),
    }  # fmt: skip
    user = User(email=f"search-{vendor.pk}@bench.invalid", name="Bench person", password="!")
    user.save()
    with entering(Context(Surface.ACTING, vendor_id=vendor.pk)):
        Seat.objects.create(vendor=vendor, user=user, organization=vendor, role="admin", name="Bench", email=user.email)
    with connection.cursor() as cursor:
        cursor.execute(_LEAD, values)
        cursor.execute(_PERSON, values)
        cursor.execute("VACUUM ANALYZE leads_lead, leads_leadperson")
        seats = tuple(seats_of_user(user.pk))
        cursor.execute("SELECT min(lead_id) FROM leads_leadperson WHERE vendor_id = %s", [vendor.pk])
        first = cursor.fetchone()[0]
    learn_words(actor=system_member(vendor.pk, "Vocabulary"), at=clock.now())
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE core_searchtext, core_searchword")
    member = member_of_seat(seats[0], seats=seats)
    _first_lead[member.vendor_id] = first
    return member


_first_lead: dict[int, int] = {}


def texts(case: str, count: int, first: int = 1) -> list[str]:
    chance = random.Random(case)
    words = chance.sample(FIRSTS, count)
    return {
        "name": lambda: words,
        "begun": lambda: [word[:4] for word in words],
        "two": lambda: [f"{word} {chance.choice(CITIES)}" for word in words],
        "common": lambda: [NEEDS[number % 40].split()[0] for number in range(count)],
        "slip": lambda: [word[:4] + word[5:] for word in words],
        "mail": lambda: [f"p{number}@bench-mail.de" for number in range(first, first + count)],
    }[case]()


def measured(work: Callable[[str], object], asked: list[str]) -> tuple[float, float]:
    """p50 and p95 in milliseconds, after ten to warm up."""
    for text in asked[:10]:
        work(text)
    taken = [timed(lambda text=text: work(text))[0] * 1_000 for text in asked]  # type: ignore[misc]
    return median(taken), quantiles(taken, n=20)[-1]


def probe(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM leads_lead WHERE vendor_id = current_setting('fw.vendor_id')::bigint AND name_key = %s"
            " LIMIT 1",
            [f"{text} {SECONDS[0]}"],
        )
        cursor.fetchall()


def run(quick: bool) -> None:
    leads, count = (QUICK, TEXTS_QUICK) if quick else (LEADS, TEXTS)
    with bench_vendor() as vendor:
        seconds, member = timed(lambda: seed(vendor, leads))
        with as_web(), entering(member.context):
            floor50, floor95 = measured(probe, texts("name", count))
            for case in ("name", "begun", "two", "common", "slip", "mail"):
                asked = texts(case, count, _first_lead[member.vendor_id])
                hits = sum(find(text, member).count > 0 for text in asked)
                p50, p95 = measured(lambda text: find(text, member), asked)
                say(
                    f"search {case}", p95, "ms", floor=floor95, floor_is="one probe of an index", n=leads,
                    p50_ms=round(p50, 2), floor_p50_ms=round(floor50, 3), found=f"{hits} of {count}",
                    seeded_s=round(seconds),
                )  # fmt: skip


if __name__ == "__main__":
    main({"search": run})
