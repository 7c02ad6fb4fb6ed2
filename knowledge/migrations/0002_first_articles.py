"""The shelf of a new installation: the department's manual, an article a subject."""

from django.db import migrations
from django.utils import timezone

from knowledge.shelf import first_articles


def add_articles(apps, schema_editor):
    Section, Article, Version = (apps.get_model("knowledge", name) for name in ("Section", "Article", "ArticleVersion"))
    now = timezone.now()
    for first in first_articles():
        section, _is_new = Section.objects.get_or_create(name=first.section, defaults={"order": Section.objects.count()})
        article = Article.objects.create(section=section, audience=first.audience, rules=first.rules)
        article.published = Version.objects.create(
            article=article, number=1, title=first.title, body=first.body, saved_at=now, published_at=now
        )
        article.save()


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0001_knowledge")]

    # What people have written since is theirs: going back leaves the articles where they are.
    operations = [migrations.RunPython(add_articles, migrations.RunPython.noop)]
