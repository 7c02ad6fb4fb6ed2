"""The three pipelines and their stages, as the department's manual names them."""

from django.db import migrations

PIPELINES = {
    "new": (
        "Новые партнёры",
        [
            ("Передан в Работу", "handed_over"),
            ("Принят в работу", "accepted"),
            ("Подготовка рекламы", ""),
            ("Запуск", ""),
            ("Получает заявки", "won"),
            ("Отказ", "lost"),
        ],
    ),
    "renewal": (
        "Продления",
        [
            ("Всё хорошо, получает заявки", "healthy"),
            ("Есть вопросы", "troubled"),
            ("Скоро продление", ""),
            ("Должен оплатить продление", "due"),
            ("Продлён", "won"),
            ("Отказ", "lost"),
        ],
    ),
    "addon": (
        "Доп. услуги",
        [
            ("Предложено", "offered"),
            ("Согласился", "agreed"),
            ("Счёт выставлен", "invoiced"),
            ("Оплачен частично", "part_paid"),
            ("Оплачен", "paid"),
            ("Передано на исполнение", "in_delivery"),
            ("Выполнено", "won"),
            ("Отказ", "lost"),
        ],
    ),
}


def add_pipelines(apps, schema_editor):
    Pipeline, Stage = apps.get_model("deals", "Pipeline"), apps.get_model("deals", "Stage")
    for pipeline_order, (code, (name, stages)) in enumerate(PIPELINES.items(), start=1):
        Pipeline.objects.create(code=code, name=name, order=pipeline_order)
        Stage.objects.bulk_create(
            Stage(pipeline_id=code, name=stage_name, role=role, order=order)
            for order, (stage_name, role) in enumerate(stages, start=1)
        )


def remove_pipelines(apps, schema_editor):
    apps.get_model("deals", "Stage").objects.all().delete()
    apps.get_model("deals", "Pipeline").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("deals", "0001_deals")]

    operations = [migrations.RunPython(add_pipelines, remove_pipelines)]
