"""Files of partners and deals: who may attach, read and archive; what a refusal says."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import AdministratorFactory, HeadFactory, MarketerFactory, SalesFactory, SupportFactory
from deals.actions import attach_file
from deals.models import PartnerFile
from deals.selectors.files import files_panel
from deals.tests.factories import DealFactory, HandoffFactory
from deals.timeline import timeline
from files.tests import samples
from partners.tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client):
    person = SupportFactory()
    client.force_login(person)
    return person


def upload(client, partner, *sent, query="", **headers):
    files = [SimpleUploadedFile(name, content) for name, content in sent]
    return client.post(reverse("partners:files", args=[partner.pk]) + query, {"files": files}, headers=headers)


def attached(partner, deal=None, by=None, name="Договор.pdf"):
    file = SimpleUploadedFile(name, samples.PDF)
    return attach_file(partner, file, deal=deal, by=by or partner.manager, now=timezone.now())


def test_several_files_are_attached_and_downloaded(client, manager):
    partner = PartnerFactory(manager=manager)

    response = upload(client, partner, ("Договор.pdf", samples.PDF), ("скан.png", samples.PNG))

    assert response.url == reverse("partners:partner", args=[partner.pk]) + "#files"
    first = PartnerFile.objects.get(file__name="Договор.pdf")
    download = client.get(reverse("partners:file", args=[first.pk]))
    assert b"".join(download.streaming_content) == samples.PDF
    assert "attachment" in download.headers["Content-Disposition"]
    assert "sandbox" in download.headers["Content-Security-Policy"]
    page = client.get(reverse("partners:partner", args=[partner.pk])).content.decode()
    assert "Договор.pdf" in page
    assert "скан.png" in page


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("page.png", samples.HTML, "такие файлы не принимаются"),
        ("a.svg", samples.SVG, "такие файлы не принимаются"),
        ("пустой.pdf", b"", "0 байт"),
        ("большой.pdf", b"%PDF-" + b"0" * 2000, "больше"),
    ],
    ids=["a page", "a drawing", "empty", "too big"],
)
def test_a_refused_file_is_told_at_the_field_and_the_good_one_is_kept(client, manager, settings, name, content, says):
    settings.FILES_MAX_BYTES = 1000
    partner = PartnerFactory(manager=manager)

    response = upload(client, partner, (name, content), ("хороший.pdf", samples.PDF), **{"HX-Request": "true"})

    assert response.status_code == 422
    assert says in response.content.decode()
    assert [each.file.name for each in partner.files.all()] == ["хороший.pdf"]


@pytest.mark.parametrize("sent", [{}, {"files": "not a file"}])
def test_nothing_sent_asks_to_choose(client, manager, sent):
    partner = PartnerFactory(manager=manager)

    response = client.post(reverse("partners:files", args=[partner.pk]), sent)

    assert response.status_code == 422
    assert "Выберите файл" in response.content.decode()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Договор № 418.pdf", "Договор № 418.pdf"),
        ("../../../etc/passwd.pdf", "passwd.pdf"),
        ("..\\..\\boot.pdf", "boot.pdf"),
        ("я" * 300 + ".pdf", "я" * 156 + ".pdf"),
        ("отчёт\u202efdp.exe", "отчётfdp.exe.pdf"),
        ("<img src=x>.pdf", "_img src=x_.pdf"),
    ],
    ids=["Russian", "a path", "a path of Windows", "300 letters", "read backwards", "markup"],
)
def test_whatever_a_file_is_called_its_name_is_harmless_on_the_page_and_in_the_download(client, manager, sent, kept):
    partner = PartnerFactory(manager=manager)

    upload(client, partner, (sent, samples.PDF))

    mine = partner.files.get()
    assert mine.file.name == kept
    download = client.get(reverse("partners:file", args=[mine.pk]))
    assert download.headers["Content-Disposition"].startswith("attachment")
    assert "\n" not in download.headers["Content-Disposition"]
    assert "<img src=x" not in client.get(reverse("partners:files", args=[partner.pk])).content.decode()


def test_more_than_twenty_at_once_are_refused(client, manager):
    partner = PartnerFactory(manager=manager)

    response = upload(client, partner, *[(f"{n}.pdf", samples.PDF) for n in range(21)])

    assert response.status_code == 422
    assert not partner.files.exists()


def test_a_file_of_a_deal_stands_in_its_timeline_and_not_on_another_deal(manager):
    partner = PartnerFactory(manager=manager)
    deal, other = DealFactory(partner=partner), DealFactory(partner=partner)
    attached(partner, deal)
    attached(partner, name="Общий.pdf")

    def names(of):
        return {line.attached.file.name for line in files_panel(manager, partner, of)["files_panel"]["lines"]}

    entries, _more, counts = timeline(deal, manager, before=timezone.now())
    assert [entry.text for entry in entries] == ["Договор.pdf"]
    assert counts == {"files": 1}
    assert names(deal) == {"Договор.pdf", "Общий.pdf"} == names(None)
    assert names(other) == {"Общий.pdf"}


@pytest.mark.parametrize("query", ["?deal=999999", "?deal=x", "?deal=-1", "?deal=99999999999999999999"])
def test_a_strange_deal_is_not_found(client, manager, query):
    partner = PartnerFactory(manager=manager)

    assert upload(client, partner, ("a.pdf", samples.PDF), query=query).status_code == 404


def test_a_deal_of_another_partner_takes_no_file(client, manager):
    partner = PartnerFactory(manager=manager)
    other = DealFactory(partner=PartnerFactory(manager=manager))

    assert upload(client, partner, ("a.pdf", samples.PDF), query=f"?deal={other.pk}").status_code == 404


@pytest.mark.parametrize(
    ("stranger", "status"), [(SupportFactory, 404), (SalesFactory, 404), (AdministratorFactory, 403)]
)
def test_a_stranger_neither_reads_nor_attaches_nor_archives(client, stranger, status):
    mine = attached(PartnerFactory())
    client.force_login(stranger())

    assert client.get(reverse("partners:file", args=[mine.pk])).status_code == status
    assert upload(client, mine.partner, ("a.pdf", samples.PDF)).status_code == status
    assert client.post(reverse("partners:file-archive", args=[mine.pk])).status_code == status


def test_sales_and_marketing_archive_only_what_they_have_uploaded(client):
    handoff = HandoffFactory()
    partner = handoff.deal.partner
    foreign = attached(partner)

    for person in (handoff.sold_by, MarketerFactory()):
        client.force_login(person)
        own = attached(partner, by=person)
        assert client.get(reverse("partners:file", args=[foreign.pk])).status_code == 200
        assert client.post(reverse("partners:file-archive", args=[foreign.pk])).status_code == 403
        assert client.post(reverse("partners:file-archive", args=[own.pk])).status_code == 302


def test_archiving_is_undone(client):
    head = HeadFactory()
    client.force_login(head)
    mine = attached(PartnerFactory())
    page = reverse("partners:files", args=[mine.partner_id])

    client.post(reverse("partners:file-archive", args=[mine.pk]))
    assert client.get(page).context["files_panel"]["lines"] == []
    client.post(reverse("partners:file-restore", args=[mine.pk]))

    assert len(client.get(page).context["files_panel"]["lines"]) == 1


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_one_is_sent_back_only_to_our_own_pages(client, manager, target):
    mine = attached(PartnerFactory(manager=manager))

    response = client.post(reverse("partners:file-archive", args=[mine.pk]), {"next": target})

    assert response.url == reverse("partners:partner", args=[mine.partner_id]) + "#files"


def test_the_number_of_queries_does_not_grow(manager):
    partner = PartnerFactory(manager=manager)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            files_panel(manager, partner)
        return len(captured)

    attached(partner)
    few = queries()
    for _number in range(20):
        attached(partner, DealFactory(partner=partner))

    assert queries() == few == 2
