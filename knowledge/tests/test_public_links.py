"""A partner reads one article by a link that can be withdrawn (R21)."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import HeadFactory, SalesFactory, SupportFactory
from knowledge.actions import ArticleText, add_file, publish_draft, save_draft
from knowledge.models import PublicLink
from knowledge.tests.factories import published

pytestmark = pytest.mark.django_db


@pytest.fixture
def head():
    return HeadFactory()


def shared(client, person, article) -> PublicLink:
    client.force_login(person)
    client.post(reverse("knowledge:share", args=[article.pk]))
    return article.links.filter(withdrawn_at__isnull=True).first()


def test_a_partner_reads_the_article_without_logging_in_and_nothing_else(client, head):
    link = shared(client, SupportFactory(), published(head, audience="partners"))
    client.logout()

    answer = client.get(link.get_absolute_url())

    page = answer.content.decode()
    assert "Сначала читаем." in page
    assert head.full_name not in page
    assert "/deals/" not in page
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_a_withdrawn_link_opens_nothing_and_the_next_one_has_another_address(client, head):
    article = published(head, audience="partners")
    first = shared(client, head, article)
    client.post(reverse("knowledge:withdraw", args=[article.pk]))
    second = shared(client, head, article)

    assert second.token != first.token
    client.logout()
    assert client.get(first.get_absolute_url()).status_code == 404
    assert client.get(second.get_absolute_url()).status_code == 200


def test_asking_twice_gives_the_same_link(client, head):
    article = published(head, audience="partners")
    assert shared(client, head, article) == shared(client, SupportFactory(), article)


def test_an_article_for_the_staff_has_no_link(client, head):
    assert shared(client, head, published(head)) is None


def test_the_link_dies_with_the_article_and_with_its_audience(client, head):
    article = published(head, audience="partners")
    link = shared(client, head, article)
    article.audience = "staff"
    article.save()
    client.logout()
    assert client.get(link.get_absolute_url()).status_code == 404

    article.audience = "partners"
    article.save()
    client.force_login(head)
    client.post(reverse("knowledge:archive", args=[article.pk]))
    client.logout()
    assert client.get(link.get_absolute_url()).status_code == 404


def test_sales_neither_share_nor_withdraw(client, head):
    article = published(head, audience="partners")
    client.force_login(SalesFactory())

    assert client.post(reverse("knowledge:share", args=[article.pk])).status_code == 403
    assert client.post(reverse("knowledge:withdraw", args=[article.pk])).status_code == 403
    assert not article.links.exists()


def test_a_partner_sees_the_pictures_of_the_text_and_no_other_files(client, head):
    article = published(head, audience="partners", body="Пока без рисунка")
    shown, hidden = (
        add_file(article, SimpleUploadedFile("а.txt", b"1"), by=head, now=timezone.now()) for _time in range(2)
    )
    text = ArticleText("Как звонить", shown.markdown, article.section, "partners")
    save_draft(article, text, revision=0, by=head, now=timezone.now())
    publish_draft(article, by=head, now=timezone.now())
    link = shared(client, head, article)
    client.logout()

    assert client.get(reverse("knowledge-public-file", args=[link.token, shown.pk])).status_code == 200
    assert client.get(reverse("knowledge-public-file", args=[link.token, hidden.pk])).status_code == 404
    assert client.get(reverse("knowledge-public-file", args=["чужой", shown.pk])).status_code == 404
    assert client.get(reverse("knowledge:file", args=[shown.pk])).status_code == 302
