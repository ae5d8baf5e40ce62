"""What is read of forwarded mails, as the usual clients make them."""

from email.message import EmailMessage

import pytest

from fairway.leads.rules.mails import read_letter

BODY = """Hello,

we need Wi-Fi for a new warehouse of 14,000 square metres.

Mit freundlichen Grüßen
Karen Thiele
Head of IT
Halden Werke GmbH
Hafenstr. 3, 24103 Kiel
Tel. +49 431 2345678
www.halden.de
"""
GMAIL = (
    "Please take this one.\n\n---------- Forwarded message ---------\n"
    "From: Karen Thiele <karen.thiele@halden.de>\nDate: Mon, 2 Mar 2026 at 09:12\nSubject: Wi-Fi for a warehouse\n"
    "To: Sal <sal@acme.example>\n\n"
)
OUTLOOK_DE = (
    "Bitte anlegen.\n\n________________________________\nVon: Karen Thiele <karen.thiele@halden.de>\n"
    "Gesendet: Montag, 2. März 2026 09:12\nAn: Sal <sal@acme.example>\nBetreff: Wi-Fi for a warehouse\n\n"
)
OUTLOOK_FR = (
    "De : Karen Thiele <karen.thiele@halden.de>\nEnvoyé : lundi 2 mars 2026 09:12\n"
    "À : Sal <sal@acme.example>\nObjet : Wi-Fi for a warehouse\n\n"
)
APPLE = (
    "> Begin forwarded message:\n>\n> From: Karen Thiele <karen.thiele@halden.de>\n"
    "> Subject: Wi-Fi for a warehouse\n> Date: 2. March 2026 at 09:12:00 CET\n> To: Sal <sal@acme.example>\n>\n"
)
MAILTO = "From: Karen Thiele [mailto:karen.thiele@halden.de]\nSent: Monday\nTo: Sal\nSubject: Wi-Fi for a warehouse\n\n"


def mail(text, *, subject="WG: Wi-Fi for a warehouse", html=None, **headers):
    message = EmailMessage()
    message["From"], message["Subject"] = "Sal Seller <sal@acme.example>", subject
    message["Message-ID"] = "<one@acme.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message


def quoted(text):
    return "\n".join(f"> {line}" for line in text.split("\n"))


@pytest.mark.parametrize(
    "text", [GMAIL + BODY, OUTLOOK_DE + BODY, OUTLOOK_FR + BODY, APPLE + quoted(BODY), MAILTO + BODY],
    ids=["Gmail", "Outlook in German", "Outlook in French", "Apple Mail", "old Outlook"],
)  # fmt: skip
def test_the_first_writer_and_the_signature_are_read(text):
    letter = read_letter(mail(text).as_bytes())
    read = letter.read
    assert (read.first_name, read.last_name, read.email) == ("Karen", "Thiele", "karen.thiele@halden.de")
    assert (read.need, read.company, read.job_title) == ("Wi-Fi for a warehouse", "Halden Werke GmbH", "Head of IT")
    assert (read.phone, read.country, read.postal_code, read.city) == ("+49 431 2345678", "DE", "24103", "Kiel")
    assert (letter.sender, letter.is_automatic, letter.attachments) == ("sal@acme.example", False, 0)


def test_of_mails_within_mails_the_deepest_from_outside_counts():
    inner = GMAIL + BODY
    text = "From: Boss <boss@acme.example>\nSent: today\nTo: Sal\nSubject: Fwd: Wi-Fi for a warehouse\n\n" + inner
    answer = "\n\nFrom: Sal Seller <sal@acme.example>\nSent: earlier\nTo: Karen\nSubject: our offer\n\nHello Karen"
    assert read_letter(mail(text + answer).as_bytes()).read.email == "karen.thiele@halden.de"


def test_a_mail_forwarded_as_an_attachment_is_read_and_others_are_counted():
    outer = mail("See the mail.")
    first = EmailMessage()
    first["From"], first["Subject"] = "Karen Thiele <karen.thiele@halden.de>", "Wi-Fi for a warehouse"
    first.set_content(BODY)
    outer.add_attachment(first)
    outer.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="plan.pdf")
    letter = read_letter(outer.as_bytes())
    assert (letter.read.email, letter.attachments) == ("karen.thiele@halden.de", 2)
    assert "14,000 square metres" in letter.text


def test_html_alone_becomes_text_without_its_script():
    message = EmailMessage()
    message["From"], message["Subject"] = "sal@acme.example", "Fwd: x"
    html = "<html><head><title>t</title></head><body><script>alert(1)</script>" + "".join(
        f"<div>{line}</div>" for line in (GMAIL.replace("<", "&lt;").replace(">", "&gt;") + BODY).split("\n")
    )
    message.set_content(html, subtype="html")
    letter = read_letter(message.as_bytes())
    assert "alert" not in letter.text
    assert letter.read.email == "karen.thiele@halden.de"


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"List_Id": "<news.example>"},
        {"X_Fairway_Mail": "1"},
    ],
)
def test_automatic_mails_are_known(headers):
    assert read_letter(mail("I am away.", **headers).as_bytes()).is_automatic


def test_a_mail_that_goes_in_circles_is_known():
    message = mail("x")
    for _n in range(31):
        message["Received"] = "from a by b"
    assert read_letter(message.as_bytes()).is_automatic


def test_the_same_message_id_is_the_same_mail_and_without_one_its_bytes_are():
    one, other = mail("a"), mail("b")
    assert read_letter(one.as_bytes()).key == read_letter(other.as_bytes()).key
    del one["Message-ID"], other["Message-ID"]
    assert read_letter(one.as_bytes()).key != read_letter(other.as_bytes()).key


@pytest.mark.parametrize(
    "raw",
    [b"", b"\xff\xfe\x00", b"From: \xff\r\n\r\n\x00", b"Content-Type: text/plain; charset=nonsense\r\n\r\n\xe4",
     b"From: a@b.c\r\nSubject: =?utf-8?b?////?=\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\n",
     b"From: <<<>>>,,;@\r\nDate: no\r\nMessage-ID: <<\r\n\r\nVon:\nAn:\n"],
)  # fmt: skip
def test_broken_mails_are_read_as_far_as_they_go(raw):
    assert "\0" not in read_letter(raw).text


def test_a_free_mail_house_is_no_company():
    text = GMAIL.replace("karen.thiele@halden.de", "karen@gmail.com") + "Call me: 0431 2345678\nKaren Thiele\n"
    read = read_letter(mail(text).as_bytes()).read
    assert (read.company, read.website, read.email) == ("", "", "karen@gmail.com")
