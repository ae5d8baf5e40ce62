"""What docs/api.md shows works: its commands are run, by curl, against a real server."""

import json
import re
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from wsgiref.simple_server import make_server

import pytest
from django.db import connection

from fairway.config.wsgi import application
from fairway.core import clock
from fairway.core.http.api.schema import document
from fairway.core.http.tests.test_style_page import Quiet
from fairway.core.tenancy.context import entering
from fairway.leads.actions.offers import accept_offer, offer_lead_to
from fairway.leads.models import Lead
from tests.api import Program, token_of

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "api.md").read_text()
COMMANDS = re.findall(r"```sh\n(curl .*?)```", PAGE, re.S)
# In the order of the page.
ME, CAPTURE, BULK, LIST, WORK, REFUSED = range(6)


@pytest.fixture
def address(committed) -> Iterator[str]:
    def closing(environ, start_response):
        answer = application(environ, start_response)
        connection.close()
        return answer

    server = make_server("127.0.0.1", 0, closing, handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def listed() -> str:
    """The operations as the page lists them, by tag and in the order of the addresses."""
    tags: dict[str, list[str]] = {}
    for methods in document()["paths"].values():
        for each in methods.values():
            tags.setdefault(each["tags"][0], []).append(f"`{each['operationId']}`")
    return "".join(f"- {tag}: {', '.join(names)}\n" for tag, names in sorted(tags.items()))


def test_the_page_lists_every_operation():
    said = PAGE.partition("<!-- operations -->\n")[2].partition("<!-- /operations -->")[0]
    assert said == listed()


def run(command: str, **variables: str) -> dict:
    environment = {"PATH": "/usr/bin:/bin", **variables}
    done = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_there_are_the_commands_that_are_run():
    assert len(COMMANDS) == REFUSED + 1


@pytest.mark.race
def test_the_commands_of_the_page_answer_as_it_says(committed, address):
    cast = committed
    known = {"FAIRWAY": address, "TOKEN": token_of(cast.admin), "PARTNER_TOKEN": token_of(cast.beta_seller)}
    assert run(COMMANDS[ME], **known)["role"] == "admin"
    lead = run(COMMANDS[CAPTURE], **known)
    assert run(COMMANDS[CAPTURE], **known) == lead
    assert [line["result"] for line in run(COMMANDS[BULK], **known)["lines"]] == ["created", "refused"]
    page = run(COMMANDS[LIST], **known)
    assert [row["external_id"] for row in page["items"]] == ["form-4712", "form-4711"]
    with entering(cast.admin.context):
        row = Lead.objects.get(uid=lead["uid"])
    offer = offer_lead_to(lead=row, partner=cast.beta, actor=cast.cam, at=clock.now())
    accept_offer(offer=offer, actor=cast.beta_seller, at=clock.now())
    etag = Program(known["PARTNER_TOKEN"]).get(f"leads/{lead['uid']}")["ETag"]
    assert run(COMMANDS[WORK], **known, LEAD=lead["uid"], ETAG=etag)["stage"] == "contacted"
    assert run(COMMANDS[WORK], **known, LEAD=lead["uid"], ETAG=etag)["status"] == 412
    assert run(COMMANDS[REFUSED], **known) == json.loads(re.search(r"```json\n(.*?)```", PAGE, re.S)[1])
