"""Beta's rows at Acme, and beside them those of others: the rival Gamma's and another vendor's."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, models
from django.http import HttpResponse

from fairway.core.events.models import Event
from fairway.core.tenancy.acting import acting_for
from fairway.core.tenancy.policies import tenant_models
from fairway.core.tenancy.scope import Tenancy, TenantForeignKey
from tests.cast import Cast
from tests.rows import Whose, betas, make_rows

Rows = dict[type[models.Model], Any]
GAMMA = {Tenancy.INTERNAL: "markgammainternal", Tenancy.SHARED: "markgamma", Tenancy.PUBLISHED: "markacmealso"}
ZETA = {Tenancy.INTERNAL: "markzetainternal", Tenancy.SHARED: "markzetapartner", Tenancy.PUBLISHED: "markzeta"}


def gammas(cast: Cast) -> Whose:
    return Whose(cast.acme, cast.gamma, cast.gamma_seller.seat_id, GAMMA, number=2)


def zetas(cast: Cast) -> Whose:
    return Whose(cast.zeta, cast.beta_at_zeta, cast.executive_at_zeta.seat_id, ZETA, number=3)


@dataclass
class World:
    """One row in every table, three times over."""

    beta: Rows
    gamma: Rows
    zeta: Rows

    def foreign_to(self, who: str) -> list[Rows]:
        """Whose rows somebody must not meet."""
        if who == "gamma_seller":
            return [self.beta, self.zeta]
        if who.startswith("beta_"):
            return [self.gamma, self.zeta]
        return [self.beta, self.gamma] if who in {"zeta_admin", "executive_at_zeta"} else [self.zeta]


def rows_of(cast: Cast, whose: Whose, beside: Rows | None = None) -> Rows:
    actor = cast.admin if whose.vendor == cast.acme else cast.zeta_admin
    with acting_for(actor):
        return make_rows(cast, whose, beside=beside)  # type: ignore[return-value]


def make_world(cast: Cast) -> World:
    beta = rows_of(cast, betas(cast))
    return World(beta, rows_of(cast, gammas(cast), beta), rows_of(cast, zetas(cast)))


def marks_foreign_to(who: str) -> tuple[str, ...]:
    """Texts that must not be in anything this member is shown."""
    if who == "gamma_seller":
        return ("markinternal", "markbeta", "markzeta")
    if who.startswith("beta_"):
        return ("markinternal", "markgamma", "markzeta")
    return ("markacme", "markbeta", "markinternal", "markgamma") if who.endswith("zeta") or who == "zeta_admin" else (
        "markzeta",
    )  # fmt: skip


_CHANGING = [
    (re.compile(r'(name="csrfmiddlewaretoken" value=")[^"]+'), r"\1TOKEN"),
    (re.compile(r'(data-csrf=")[^"]+'), r"\1TOKEN"),
]
_UID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def settled(answer: HttpResponse, *, without_uids: bool = False) -> tuple[int, str, str]:
    """Status, where it leads, and text of an answer, without what differs from one answer to the next anyway."""
    text = text_of(answer)
    for pattern, instead in _CHANGING:
        text = pattern.sub(instead, text)
    leads_to = answer.get("Location", "")
    if without_uids:
        text, leads_to = _UID.sub("UID", text), _UID.sub("UID", leads_to)
    return answer.status_code, leads_to, text


def text_of(answer: Any) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(body.decode("utf-8", "replace"))


def crossings() -> list[str]:
    """Rows of one partner that point to a row of another. As the owner or in an acting context."""
    return [f"{table}.{column} points to another partner's row" for table, column in _rows(_crossing_sql())]


def _crossing_sql() -> str:
    return " UNION ALL ".join(_crossing_selects())


def _crossing_selects() -> Iterator[str]:
    for model in tenant_models():
        if model.tenancy is not Tenancy.SHARED or model is Event:  # type: ignore[attr-defined]
            continue
        own = model.partner_column  # type: ignore[attr-defined]
        for key in model._meta.local_concrete_fields:
            if not isinstance(key, TenantForeignKey) or key.name in {"partner", "parent"}:
                continue
            target: Any = key.related_model
            if target.tenancy is not Tenancy.SHARED:
                continue
            yield (
                f"SELECT '{model._meta.db_table}', '{key.column}' WHERE EXISTS (SELECT 1 FROM {model._meta.db_table} o"
                f" JOIN {target._meta.db_table} t ON t.vendor_id = o.vendor_id AND t.id = o.{key.column}"
                f" WHERE o.{own} > 0 AND t.{target.partner_column} > 0 AND o.{own} <> t.{target.partner_column})"
            )


def _rows(sql: str) -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()
