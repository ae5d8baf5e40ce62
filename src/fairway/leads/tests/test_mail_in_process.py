"""The process that takes forwarded mails, started as it is and sent what the internet sends."""

import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from urllib.parse import quote

import pytest
from django.db import connection

from fairway.core import clock
from fairway.core.tenancy.context import entering
from fairway.leads.actions.mail_in import ensure_inbox, save_inbox
from fairway.leads.models import LeadDraft
from fairway.leads.queries.inboxes import address_of

ROOT = Path(__file__).parents[4]
MEGABYTE = 1024**2


def free_port():
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]


def reachable(port, process):
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.1)
    return False


@pytest.fixture
def process(committed, tmp_path):
    """(port, address of the mailbox, what it logged) of a running process."""
    box = ensure_inbox(actor=committed.marketer, at=clock.now())
    save_inbox(
        inbox=box, is_open=True, takes_anyone=False, senders=["@acme.example"], actor=committed.marketer, at=clock.now()
    )
    at, port = connection.settings_dict, free_port()
    url = f"postgresql://{at['USER']}:{at['PASSWORD']}@{quote(at['HOST'], safe='')}:{at['PORT']}/{at['NAME']}"
    environment = {
        **os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "fairway.config.settings", "PYTHONPATH": "src",
        "FAIRWAY_MAIL_IN_DOMAIN": "localhost", "FAIRWAY_LOG_LEVEL": "INFO",
    }  # fmt: skip
    log = tmp_path / "log"
    with log.open("wb") as out:
        started = subprocess.Popen(
            [sys.executable, "-m", "django", "mail_in", "--port", str(port)], cwd=ROOT, env=environment, stdout=out,
            stderr=out,
        )  # fmt: skip
        try:
            assert reachable(port, started), log.read_text()
            yield port, address_of(committed.acme.slug, box.secret), log
            started.send_signal(signal.SIGTERM)
            assert started.wait(20) == 0
        finally:
            if started.poll() is None:
                started.kill()
                started.wait()


def sent(port, address, raw, *, mail_from="sal@acme.example", options=()):
    """The code of the answer that ends the dialogue."""
    with smtplib.SMTP("127.0.0.1", port, timeout=30) as dialogue:
        dialogue.ehlo()
        for code, _said in (dialogue.mail(mail_from, options), dialogue.rcpt(address)):
            if code >= 400:
                return code
        return dialogue.data(raw)[0]


def with_attachments(count):
    message = EmailMessage(policy=SMTP)
    message["From"], message["Subject"], message["Message-ID"] = "sal@acme.example", "Fwd: Angebot", "<a@acme.example>"
    message.set_content("Bitte ansehen.")
    for n in range(count):
        message.add_attachment(b"x" * MEGABYTE, maintype="application", subtype="pdf", filename=f"Größe {n}.pdf")
    return message.as_bytes()


HEAD = b"From: sal@acme.example\r\n"
BROKEN = {
    "no charset": HEAD + "Subject: Grüße\r\n\r\nKühlung für München.\r\n".encode("latin-1"),
    "koi8-r": HEAD + "Content-Type: text/plain; charset=koi8-r\r\n\r\nНам нужен Wi-Fi\r\n".encode("koi8-r"),
    "unknown charset": HEAD + b"Subject: =?x-nope?B?!!?=\r\nContent-Type: text/plain; charset=x-nope\r\n\r\nHello\r\n",
    "no boundary": HEAD + b"Content-Type: multipart/mixed\r\n\r\n--x\r\nhello\r\n",
    "boundary without an end": HEAD
    + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!\r\n",
    "odd headers": HEAD + b"Subject: a\x00b\r\nDate: never\r\nContent-Type: ;;;=\r\n\r\n\x00\x01text\r\n",
    "mails in mails": HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 300 + b"Subject: deep\r\n\r\nx\r\n",
}


def test_the_process_keeps_what_can_be_read_refuses_the_rest_and_ends_when_told(process, committed):
    port, address, log = process
    assert sent(port, address, with_attachments(2)) == 250
    assert sent(port, address, with_attachments(2)) == 250  # the same mail
    assert {name: sent(port, address, raw) for name, raw in BROKEN.items()} == dict.fromkeys(BROKEN, 250)
    assert sent(port, address, b"", options=[f"SIZE={10 * MEGABYTE}"]) == 552
    assert sent(port, address, HEAD + b"\r\n" + (b"x" * 76 + b"\r\n") * 140_000) == 552
    assert sent(port, address.replace("@", "0@"), HEAD + b"\r\nx\r\n") == 550
    assert sent(port, "leads+nobody.x@localhost", HEAD + b"\r\nx\r\n") == 550
    assert sent(port, address, b"From: x@elsewhere.example\r\n\r\nx\r\n") == 550
    assert sent(port, address, HEAD + b"Subject: bounce\r\n\r\nx\r\n", mail_from="") == 250
    with entering(committed.admin.context):
        kept = list(LeadDraft.objects.order_by("pk"))
    assert len(kept) == 1 + len(BROKEN)
    assert (kept[0].subject, kept[0].attachments) == ("Angebot", 2)
    assert "Нам нужен Wi-Fi" in [each.body.strip() for each in kept]
    said = log.read_text()
    assert "could not be kept" not in said
    assert address not in said
    assert "sal@acme.example" not in said
