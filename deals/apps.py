from django.apps import AppConfig


class DealsConfig(AppConfig):
    name = "deals"
    verbose_name = "Сделки"

    def ready(self) -> None:
        from deals import partner_hooks, timeline_sources

        timeline_sources.register()
        partner_hooks.register()
