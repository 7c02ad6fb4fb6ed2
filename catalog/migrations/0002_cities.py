"""The cities that partners work in; data/README.md says where they come from."""

import json
from pathlib import Path

from django.db import migrations

CITIES = Path(__file__).resolve().parent.parent / "data" / "cities.json"


def read_cities() -> list[dict]:
    return json.loads(CITIES.read_text(encoding="utf-8"))


def add_cities(apps, schema_editor):
    """Add what is missing; a city that somebody has entered before keeps its row."""
    City = apps.get_model("catalog", "City")
    City.objects.bulk_create((City(**row) for row in read_cities()), ignore_conflicts=True)


def remove_cities(apps, schema_editor):
    """Take away the cities of the file; one that a partner works in makes PostgreSQL refuse."""
    City = apps.get_model("catalog", "City")
    for row in read_cities():
        City.objects.filter(country=row["country"], region=row["region"], name=row["name"]).delete()


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_catalog")]

    operations = [migrations.RunPython(add_cities, remove_cities)]
