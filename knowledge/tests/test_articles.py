"""Writing, publishing, versions, and who sees what (R21)."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InternalError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import HeadFactory, SupportFactory
from core.errors import VersionConflict
from knowledge.actions import ArticleText, publish_draft, save_draft
from knowledge.models import Article, ArticleVersion
from knowledge.tests.factories import draft, published, section

pytestmark = pytest.mark.django_db

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c626001000000050001a5f645400000000049454e44ae426082"
)


def typed(**changes) -> dict:
    values = {
        "title": "Как звонить", "section": section().pk, "audience": "staff", "rules": "", "body": "Сначала читаем.",
        "note": "", "revision": 0, "draft": "1",
    }  # fmt: skip
    return values | changes


@pytest.fixture
def head():
    return HeadFactory()


@pytest.fixture
def manager():
    return SupportFactory()


def test_the_shelf_of_a_new_installation_explains_the_manual_and_is_linked_from_each_rule(client, manager):
    client.force_login(manager)

    page = client.get(reverse("knowledge:home")).content.decode()

    assert "Комментарий после звонка" in page
    for number in range(1, 22):
        answer = client.get(reverse("knowledge:rule", args=[f"R{number}"]))
        assert answer.url.startswith("/knowledge/") and answer.url != "/knowledge/", f"R{number}"
        assert client.get(answer.url).status_code == 200


def test_the_head_writes_and_publishes_in_one_step(client, head, manager):
    client.force_login(head)

    answer = client.post(reverse("knowledge:new"), typed(publish="1", rules="r2, R7"))

    article = Article.objects.get(published__title="Как звонить")
    assert answer.url == article.get_absolute_url()
    assert article.rules == ["R2", "R7"]
    client.force_login(manager)
    assert "Сначала читаем." in client.get(article.get_absolute_url()).content.decode()


def test_a_manager_writes_a_draft_that_he_and_the_head_see_and_only_the_head_publishes(client, head, manager):
    client.force_login(manager)
    client.post(reverse("knowledge:new"), typed(publish="1"))
    article = Article.objects.latest("pk")
    assert article.published is None
    assert client.get(article.get_absolute_url()).status_code == 200
    assert client.post(reverse("knowledge:publish", args=[article.pk])).status_code == 403

    client.force_login(SupportFactory())
    assert client.get(article.get_absolute_url()).status_code == 404
    assert client.get(reverse("knowledge:edit", args=[article.pk])).status_code == 404

    client.force_login(head)
    client.post(reverse("knowledge:publish", args=[article.pk]))
    article.refresh_from_db()
    assert article.published.published_by == head


def test_a_published_article_is_changed_by_the_head_only(client, head, manager):
    article = published(head)
    client.force_login(manager)

    assert client.get(reverse("knowledge:edit", args=[article.pk])).status_code == 403
    assert client.post(reverse("knowledge:edit", args=[article.pk]), typed(body="Моё")).status_code == 403
    assert not article.versions.drafts().exists()


def test_readers_keep_the_published_text_while_the_next_version_is_written(client, head, manager):
    article = published(head)
    client.force_login(head)
    client.post(reverse("knowledge:edit", args=[article.pk]), typed(body="Новый текст"))

    client.force_login(manager)
    page = client.get(article.get_absolute_url() + "?draft=1").content.decode()

    assert "Сначала читаем." in page
    assert "Новый текст" not in page


def test_versions_are_kept_with_what_changed_in_each(client, head, manager):
    article = published(head)
    save_draft(
        article, ArticleText("Как звонить", "Сначала читаем.\nПотом звоним.", section()),
        revision=0, by=head, now=timezone.now(),
    )  # fmt: skip
    publish_draft(article, note="добавлен звонок", by=head, now=timezone.now())
    client.force_login(manager)

    page = client.get(reverse("knowledge:versions", args=[article.pk])).content.decode()

    assert "<ins>Потом звоним.</ins>" in page
    assert "добавлен звонок" in page
    assert client.get(reverse("knowledge:versions", args=[article.pk]), {"version": "99"}).status_code == 404


def test_whoever_saves_over_a_newer_draft_sees_both_texts_and_loses_nothing(client, head):
    article = draft(head, body="Общее начало")
    other = HeadFactory()
    save_draft(article, ArticleText("Как звонить", "Чужая правка", section()), revision=1, by=other, now=timezone.now())
    client.force_login(head)

    answer = client.post(reverse("knowledge:edit", args=[article.pk]), typed(body="Моя правка", revision=1))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<del>Чужая правка</del>" in page
    assert "<ins>Моя правка</ins>" in page
    assert other.full_name in page
    assert article.draft.body == "Чужая правка"
    client.post(reverse("knowledge:edit", args=[article.pk]), typed(body="Вместе", revision=2))
    assert article.draft.body == "Вместе"


def test_a_stale_revision_is_refused(head):
    article = draft(head)
    with pytest.raises(VersionConflict):
        save_draft(article, ArticleText("А", "Б", section()), revision=0, by=head, now=timezone.now())


def test_the_database_refuses_to_change_a_published_text(head):
    version = published(head).published
    with pytest.raises(InternalError, match="published_text_never_changes"), transaction.atomic():
        ArticleVersion.objects.filter(pk=version.pk).update(body="Подмена")
    with pytest.raises(InternalError, match="published_text_never_changes"), transaction.atomic():
        ArticleVersion.objects.filter(pk=version.pk)._raw_delete("default")


def test_an_archived_article_leaves_the_shelf_and_comes_back(client, head, manager):
    article = published(head)
    client.force_login(head)
    client.post(reverse("knowledge:archive", args=[article.pk]))
    assert "Как звонить" in client.get(reverse("knowledge:home"), {"archived": "1"}).content.decode()

    client.force_login(manager)
    assert client.get(article.get_absolute_url()).status_code == 404

    client.force_login(head)
    client.post(reverse("knowledge:archive", args=[article.pk]), {"restore": "1"})
    client.force_login(manager)
    assert client.get(article.get_absolute_url()).status_code == 200


def test_discarding_the_draft_of_a_published_article_leaves_it_as_it_was(client, head):
    article = published(head)
    client.force_login(head)
    client.post(reverse("knowledge:edit", args=[article.pk]), typed(body="Передумали"))

    client.post(reverse("knowledge:discard", args=[article.pk]))

    assert article.draft is None
    assert "Сначала читаем." in client.get(article.get_absolute_url()).content.decode()


def test_the_only_text_of_an_article_is_not_discarded(client, head):
    article = draft(head)
    client.force_login(head)

    client.post(reverse("knowledge:discard", args=[article.pk]))

    assert article.draft is not None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"title": ""}, "Дайте инструкции название."),
        ({"title": "я" * 161}, "160"),
        ({"body": "  "}, "Напишите текст."),
        ({"section": "999999"}, "Выберите корректный вариант"),
        ({"section": "abc"}, "Выберите корректный вариант"),
        ({"audience": "everybody"}, "Выберите корректный вариант"),
        ({"rules": "R99"}, "Правила R99 нет"),
    ],
)
def test_a_wrong_field_says_what_to_do_and_keeps_the_text(client, head, changes, message):
    client.force_login(head)

    answer = client.post(reverse("knowledge:new"), typed(**{"title": "Заголовок"} | changes))

    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert changes.get("body") == "  " or "Сначала читаем." in answer.content.decode()


def test_the_preview_writes_nothing(client, manager):
    client.force_login(manager)
    before = ArticleVersion.objects.count()

    answer = client.post(reverse("knowledge:preview"), {"title": "Т", "body": "**жирно**"})

    assert "<strong>жирно</strong>" in answer.content.decode()
    assert ArticleVersion.objects.count() == before


def test_a_picture_of_an_article_is_read_with_it(client, head, manager):
    article = draft(head)
    client.force_login(head)
    client.post(reverse("knowledge:upload", args=[article.pk]), {"files": SimpleUploadedFile("схема.png", PNG)})
    kept = article.files.get()
    client.post(reverse("knowledge:edit", args=[article.pk]), typed(body=kept.markdown, revision=1, publish="1"))

    client.force_login(manager)
    address = reverse("knowledge:file", args=[kept.pk])
    assert address in client.get(article.get_absolute_url()).content.decode()
    answer = client.get(address)
    assert b"".join(answer.streaming_content) == PNG
    assert answer.headers["Content-Type"] == "image/png"

    other = draft(head, title="Чужой черновик")
    client.force_login(head)
    client.post(reverse("knowledge:upload", args=[other.pk]), {"files": SimpleUploadedFile("б.png", PNG)})
    client.force_login(manager)
    assert client.get(reverse("knowledge:file", args=[other.files.get().pk])).status_code == 404


def test_a_page_in_disguise_is_refused(client, head):
    article = draft(head)
    client.force_login(head)

    answer = client.post(
        reverse("knowledge:upload", args=[article.pk]),
        {"files": SimpleUploadedFile("а.png", b"<html></html>")},
        follow=True,
    )

    assert "«а.png»" in answer.content.decode()
    assert not article.files.exists()


@pytest.mark.parametrize("size", [1, 20])
def test_the_shelf_asks_the_same_number_of_queries_at_any_size(client, head, django_assert_num_queries, size):
    for number in range(size):
        published(head, title=f"Статья {number}")
    client.force_login(head)
    client.get(reverse("knowledge:home"))
    with django_assert_num_queries(6):
        client.get(reverse("knowledge:home"))
