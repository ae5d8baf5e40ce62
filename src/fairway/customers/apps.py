from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    name = "fairway.customers"
    label = "customers"

    def ready(self) -> None:
        from fairway.core.http.nav import NavItem, register
        from fairway.customers import imports  # noqa: F401

        register(NavItem("console", "sales", _("Customers"), "customer-list", "building", "customer.read", order=50))
