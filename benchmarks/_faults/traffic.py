"""Programs that work all the time and note every answer they were given.

A request whose answer was lost is sent again with the same idempotency key until there is an answer, as a careful
program does.
"""

import http.client
import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from benchmarks._faults.place import Place

PAUSE_SECONDS = 0.05


@dataclass
class Noted:
    """What was acknowledged: uids of leads sent, offers accepted, registrations sent and approved, imports begun."""

    leads: dict[str, str] = field(default_factory=dict)
    accepted: set[str] = field(default_factory=set)
    registered: dict[str, str] = field(default_factory=dict)
    approved: set[str] = field(default_factory=set)
    imports: dict[int, str] = field(default_factory=dict)
    asked_again: int = 0
    refused: list[str] = field(default_factory=list)

    def count(self) -> dict[str, int]:
        return {
            "leads": len(self.leads), "accepted": len(self.accepted), "registered": len(self.registered),
            "approved": len(self.approved), "imports": len(self.imports),
        }  # fmt: skip


class Asker:
    """One program with one token."""

    def __init__(self, place: Place, token: str, noted: Noted, over: threading.Event) -> None:
        self.place, self.token, self.noted, self.over = place, token, noted, over

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """The answer, however often it has to be asked for; (0, None) when the trial ends before there is one."""
        key, attempts = uuid4().hex, 0
        while not (self.over.is_set() and attempts > 100):
            attempts += 1
            status, told = self._once(method, path, body, key)
            if status and status < 500 and status != 429:
                return status, told
            self.noted.asked_again += 1
            time.sleep(0.2)
        return 0, None

    def _once(self, method: str, path: str, body: Any, key: str) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        if method == "POST":
            headers["Idempotency-Key"] = key
        link = http.client.HTTPConnection("127.0.0.1", self.place.port, timeout=20)
        try:
            link.request(method, f"/api/v1/{path}", json.dumps(body or {}) if method == "POST" else None, headers)
            answer = link.getresponse()
            text = answer.read()
            return answer.status, json.loads(text)
        except (OSError, http.client.HTTPException, ValueError):
            return 0, None
        finally:
            link.close()


def send_leads(asker: Asker) -> None:
    while not asker.over.is_set():
        need = f"Lead {uuid4().hex}"
        status, told = asker.ask("POST", "leads", {"need": need, "company": f"{uuid4().hex[:12]} AG", "country": "US"})
        if status == 201:
            asker.noted.leads[told["uid"]] = need
        elif status:
            asker.noted.refused.append(f"lead: {status} {told}")
        time.sleep(PAUSE_SECONDS)


def accept_offers(asker: Asker) -> None:
    while not asker.over.is_set():
        status, told = asker.ask("GET", "offers?state=open&limit=10")
        for offer in told["items"] if status == 200 else []:
            status, answer = asker.ask("POST", f"offers/{offer['uid']}/acceptance")
            if status in {200, 201}:
                asker.noted.accepted.add(offer["uid"])
            elif status and status != 409:
                asker.noted.refused.append(f"acceptance: {status} {answer}")
        time.sleep(PAUSE_SECONDS * 4)


def register_and_approve(seller: Asker, desk: Asker, closes_on: str) -> None:
    while not seller.over.is_set():
        name = f"{uuid4().hex} Werke"
        draft = {
            "customer_name": name, "city": uuid4().hex[:10], "country": "DE", "product_line": "wireless",
            "scope": "customer", "amount": {"amount_minor": 9_900_000, "currency": "USD"}, "closes_on": closes_on,
            "submit": True,
        }  # fmt: skip
        status, told = seller.ask("POST", "registrations", draft)
        if status != 201:
            if status:
                seller.noted.refused.append(f"registration: {status} {told}")
            continue
        seller.noted.registered[told["uid"]] = name
        status, answer = desk.ask("POST", f"registrations/{told['uid']}/approval", {"customer": "new"})
        if status == 200:
            desk.noted.approved.add(told["uid"])
        elif status:
            desk.noted.refused.append(f"approval: {status} {answer}")
        time.sleep(PAUSE_SECONDS * 4)
