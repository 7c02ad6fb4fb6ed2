from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class InvoicesConfig(AppConfig):
    name = "invoices"
    verbose_name = pgettext_lazy("section", "Invoices")

    def ready(self) -> None:
        from invoices import letters, message_hooks, telling, timeline, watches

        timeline.register()
        letters.register()
        message_hooks.register()
        watches.register()
        telling.register()
