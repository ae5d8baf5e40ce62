"""What a person chooses for all vendors: language and time zone."""

from fairway.core.tenancy.models import User


def choose_language_and_time(*, user: User, language: str, time_zone: str) -> User:
    """Keep the choice on the own log-in; the next page follows it."""
    user.language, user.time_zone = language, time_zone
    user.save(update_fields=["language", "time_zone"])
    return user
