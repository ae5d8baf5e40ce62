"""The installation's own support: log-ins that vendors may let in. Named by the operator, outside any vendor."""

from fairway.core.tenancy.lookups import seats_of_user
from fairway.core.tenancy.models import User


def add_support_person(*, email: str, name: str = "") -> User:
    """A log-in of the support; a new one sets its password by “Forgotten password”.

    Raises ValueError for a log-in that has seats: who works for a vendor or a partner visits nobody.
    """
    email = email.strip().lower()
    user = User.objects.filter(email=email).first()
    if user is None:
        return User.objects.create_user(email, None, name=name or email, is_support=True)
    if seats_of_user(user.pk):
        raise ValueError(f"{email} has seats of its own. Use another log-in for support.")
    User.objects.filter(pk=user.pk).update(is_support=True)
    user.refresh_from_db()
    return user


def remove_support_person(*, email: str) -> None:
    """Not of the support any more; every visit ends with the next click. Raises ValueError for nobody."""
    if not User.objects.filter(email=email.strip().lower(), is_support=True).update(is_support=False):
        raise ValueError(f"{email} is not of the support.")
