"""A question without an answer → the head → an answer → an article (R21)."""

import pytest
from django.urls import reverse

from accounts.tests.factories import HeadFactory, SupportFactory
from knowledge.models import Question
from knowledge.tests.factories import section

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client):
    person = SupportFactory()
    client.force_login(person)
    return person


def asked(client, text="Кто меняет город партнёра?", page="/partners/") -> Question:
    client.post(reverse("knowledge:ask"), {"text": text, "page": page})
    return Question.objects.latest("pk")


def test_the_whole_way_from_a_question_to_an_article(client, manager):
    head = HeadFactory()
    question = asked(client)
    assert question.asked_on_page == "/partners/"

    client.force_login(head)
    assert "Кто меняет город партнёра?" in client.get(reverse("knowledge:questions")).content.decode()
    client.post(reverse("knowledge:answer", args=[question.pk]), {"answer": "Менеджер, в карточке партнёра."})

    client.force_login(manager)
    page = client.get(reverse("knowledge:questions")).content.decode().replace("\xa0", " ")
    assert "Менеджер, в карточке партнёра." in page
    assert "новый" in page
    assert "новый" not in client.get(reverse("knowledge:questions")).content.decode()

    client.force_login(head)
    answer = client.post(reverse("knowledge:question-article", args=[question.pk]), {"section": section().pk})
    question.refresh_from_db()
    assert answer.url == reverse("knowledge:edit", args=[question.article_id])
    assert question.article.draft.title == "Кто меняет город партнёра?"
    assert question.article.draft.body == "Менеджер, в карточке партнёра."


def test_any_page_offers_to_ask_and_takes_one_back_to_it(client, manager):
    page = client.get("/partners/").content.decode()
    assert "/knowledge/questions/new/?page=%2Fpartners%2F" in page

    answer = client.post(reverse("knowledge:ask"), {"text": "Вопрос", "page": "/partners/"})

    assert answer.url == "/partners/"


@pytest.mark.parametrize("page", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_a_foreign_address_is_not_kept(client, manager, page):
    answer = client.post(reverse("knowledge:ask"), {"text": "Вопрос", "page": page})

    assert answer.url == reverse("knowledge:questions")
    assert Question.objects.get().asked_on_page == ""


def test_an_empty_question_is_refused_at_the_field(client, manager):
    answer = client.post(reverse("knowledge:ask"), {"text": "  "})

    assert answer.status_code == 422
    assert "Напишите, чего вы не смогли узнать." in answer.content.decode()


def test_others_do_not_see_the_question_and_cannot_answer(client, manager):
    question = asked(client)
    client.force_login(SupportFactory())

    assert "Кто меняет город" not in client.get(reverse("knowledge:questions")).content.decode()
    assert client.get(reverse("knowledge:answer", args=[question.pk])).status_code == 403
    assert client.post(reverse("knowledge:answer", args=[question.pk]), {"answer": "Я"}).status_code == 403
    question.refresh_from_db()
    assert question.answer == ""


def test_an_unanswered_question_makes_no_article(client, manager):
    question = asked(client)
    client.force_login(HeadFactory())

    client.post(reverse("knowledge:question-article", args=[question.pk]), {"section": section().pk})

    question.refresh_from_db()
    assert question.article is None
