from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class PartnersConfig(AppConfig):
    name = "partners"
    verbose_name = pgettext_lazy("section", "Partners")

    def ready(self) -> None:
        from partners import hearing

        hearing.register()
