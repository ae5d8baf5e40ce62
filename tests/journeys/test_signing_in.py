"""Signing in by an app's codes and by a passkey, in a real browser with a device of its own."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from tests.cast import PASSWORD

pytestmark = pytest.mark.browser

DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def at_localhost(site):
    """Browsers give passkeys to names, not to numbers."""
    site.url = site.url.replace("127.0.0.1", "localhost")


def with_device(person) -> None:
    """Put a device that holds passkeys beside the browser."""
    debugger = person.context.new_cdp_session(person.page)
    debugger.send("WebAuthn.enable")
    debugger.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})


def test_a_passkey_is_added_and_signs_in_without_the_password(committed, at_localhost, browse):
    cam = browse(committed.cam)
    with_device(cam)
    page = cam.go("/accounts/security/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name").fill("Work laptop")
    page.get_by_role("button", name="Ask the device").click()
    page.wait_for_url("**/accounts/security/codes/")
    cam.see("Each lets you in once")
    page.get_by_role("link", name="I have kept them").click()
    cam.see("Work laptop")
    cam.see("Passkey, also without the password")
    assert Authenticator.objects.filter(user_id=committed.cam.user_id, type="webauthn").count() == 1

    page.get_by_role("link", name="Back to work").click()
    page.locator("summary.fw-person").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"**/{committed.acme.slug}/console/")

    # After the password it serves as the second factor.
    page.locator("summary.fw-person").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("E-mail").fill(committed.users[committed.cam.user_id].email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/accounts/login/code/")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"**/{committed.acme.slug}/console/")


def test_a_device_without_a_fitting_passkey_is_told_so(committed, at_localhost, browse):
    visitor = browse()
    with_device(visitor)
    page = visitor.go("/accounts/login/")
    page.get_by_role("button", name="Use a passkey").click()
    visitor.see("No passkey of this device fits.")
    assert page.url.endswith("/accounts/login/")


def test_an_app_is_set_up_and_its_code_asked_at_the_next_log_in(committed, at_localhost, browse):
    cam = browse(committed.cam, phone=True)
    page = cam.go("/accounts/security/")
    page.get_by_role("link", name="Set up the app").click()
    secret = page.locator("code").inner_text()
    page.get_by_label("Code the app shows now").fill(code_of(secret))
    page.get_by_role("button", name="Check the code").click()
    page.wait_for_url("**/accounts/security/codes/")
    assert cam.is_no_wider_than_its_screen()

    other = browse()
    page = other.go("/accounts/login/")
    page.get_by_label("E-mail").fill(committed.users[committed.cam.user_id].email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/accounts/login/code/")
    page.get_by_label("Code").fill(code_of(secret))
    page.get_by_role("button", name="Go on").click()
    page.wait_for_url(f"**/{committed.acme.slug}/console/")

    # Two places now; the first signs the second out.
    page = cam.go("/accounts/security/")
    assert page.get_by_role("button", name="Sign out everywhere else").is_visible()
    page.get_by_role("button", name="Sign out everywhere else").click()
    cam.see("Signed out in one other place.")
    other.go(f"/{committed.acme.slug}/console/")
    assert "/accounts/login/" in other.page.url


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))
