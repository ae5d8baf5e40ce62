"""Where forwarded mails go."""

from django.conf import settings


def address_of(slug: str, secret: str) -> str:
    """The address of a vendor's mailbox, secret and all: for those who may see it."""
    return f"leads+{slug}.{secret}@{settings.MAIL_IN_DOMAIN}"
