from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class DealsConfig(AppConfig):
    name = "deals"
    verbose_name = pgettext_lazy("section", "Deals")

    def ready(self) -> None:
        from deals import hints, partner_hooks, telling, timeline_sources

        timeline_sources.register()
        partner_hooks.register()
        hints.register()
        telling.register()
