"""What runs kept of all partners, read again."""

import json
import zlib
from datetime import datetime, timedelta
from functools import lru_cache

from django.db.models import QuerySet

from fairway.leads.models import RoutingRun
from fairway.leads.rules.partner_table import Rows

# After so long all is counted and kept anew.
BASE_HOURS = 24


def bases_at(at: datetime) -> QuerySet[RoutingRun]:
    """The runs that kept all there was of partners, and can still be gone on from at `at`; the latest first."""
    since = at - timedelta(hours=BASE_HOURS)
    return RoutingRun.objects.filter(base=None, decided_at__gt=since, decided_at__lte=at).order_by("-pk")


@lru_cache(maxsize=8)
def rows_of_base(run_id: int) -> Rows:
    """The rows of a run without a base. It never changes; do not change what you get."""
    return unpacked_rows(RoutingRun.objects.values_list("partners", flat=True).get(pk=run_id))[0]


def unpacked_rows(packed: bytes | memoryview) -> tuple[Rows, list[int]]:
    """(rows, ids that are gone), as `runs.packed_rows` put them."""
    told = json.loads(zlib.decompress(bytes(packed)))
    return {int(key): row for key, row in told["rows"].items()}, told["gone"]
