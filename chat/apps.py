from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class ChatConfig(AppConfig):
    name = "chat"
    verbose_name = pgettext_lazy("section", "Chats")

    def ready(self) -> None:
        from chat import events, telling, timeline

        events.register()
        telling.register()
        timeline.register()
