from django.apps import AppConfig


class InvoicesConfig(AppConfig):
    name = "invoices"
    verbose_name = "Счета"

    def ready(self) -> None:
        from invoices import timeline

        timeline.register()
