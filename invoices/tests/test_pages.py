"""The pages of the invoices as people of each role meet them."""

import datetime
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.tests.factories import (
    AdministratorFactory,
    DirectorFactory,
    HeadFactory,
    MarketerFactory,
    SalesFactory,
    SupportFactory,
)
from catalog.tests.factories import ServiceFactory
from deals.tests.factories import AddonFactory, DealFactory, HandoffFactory
from invoices.actions import cancel_invoice, confirm_payment
from invoices.actions import issuing as issuing_module
from invoices.models import Invoice, Payment
from invoices.selectors import listing
from invoices.tests.factories import SellerFactory, addon_invoice, issue, line, make_draft, pay
from invoices.tests.pages import form_data, invoice_url, one_line, signed_in, text_of
from partners.tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}
XSS = '"><script>alert(1)</script>'


@pytest.fixture(autouse=True)
def quick_pdf(monkeypatch):
    """Drawing the document has tests of its own."""
    monkeypatch.setattr(issuing_module, "invoice_pdf", lambda document: b"%PDF-quick")


@pytest.fixture
def head():
    return HeadFactory()


# --- Who sees what -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("person", "reads", "writes"),
    [
        (SupportFactory, 200, 200),
        (SalesFactory, 200, 403),
        (MarketerFactory, 403, 403),
        (HeadFactory, 200, 200),
        (DirectorFactory, 200, 200),
        (AdministratorFactory, 403, 403),
    ],
)
def test_the_pages_by_role(person, reads, writes):
    user = person()
    deal = AddonFactory(partner__manager=user)
    HandoffFactory(deal__partner=deal.partner, sold_by=user)
    invoice = issue(partner=deal.partner)
    client = signed_in(user)

    assert client.get(reverse("invoices:list")).status_code == reads
    assert client.get(reverse("invoices:invoice", args=[invoice.pk])).status_code == reads
    assert client.get(reverse("invoices:pdf", args=[invoice.pk])).status_code == reads
    assert client.get(reverse("invoices:new")).status_code == writes
    assert client.get(reverse("invoices:new") + f"?partner={deal.partner_id}").status_code == writes


def test_strangers_are_sent_to_the_login_page():
    for name, args in [("list", []), ("new", []), ("invoice", [1]), ("pdf", [1]), ("of-deal", [1])]:
        response = Client().get(reverse(f"invoices:{name}", args=args))
        assert response.status_code == 302
        assert reverse("account_login") in response.url


def test_an_invoice_of_a_foreign_partner_does_not_exist():
    invoice, draft = issue(), make_draft()
    stranger = signed_in(SupportFactory(can_issue_invoices=True, can_reconcile_payments=True))

    assert stranger.get(reverse("invoices:of-deal", args=[DealFactory().pk])).status_code == 404
    assert stranger.get(reverse("invoices:new") + f"?partner={invoice.partner_id}").status_code == 404
    assert stranger.get(reverse("invoices:new") + f"?deal={DealFactory().pk}").status_code == 404
    for name in ["invoice", "pdf", "edit"]:
        assert stranger.get(reverse(f"invoices:{name}", args=[draft.pk])).status_code == 404
    for name in ["payment", "unpaid", "discard", "reissue"]:
        assert stranger.post(reverse(f"invoices:{name}", args=[invoice.pk])).status_code == 404
    assert invoice.partner.name not in text_of(stranger.get(reverse("invoices:list")))


@pytest.mark.parametrize("query", ["?partner=x", "?deal=x", "?partner=99999999999999999999", "?partner=0", "?deal=-1"])
def test_an_address_that_names_nobody_is_not_found(query, head):
    assert signed_in(head).get(reverse("invoices:new") + query).status_code == 404


def test_controls_without_a_right_are_absent_and_refused():
    manager = SupportFactory()
    partner = PartnerFactory(manager=manager)
    invoice, client = issue(partner=partner), signed_in(manager)
    form, page = client.get(reverse("invoices:new") + f"?partner={partner.pk}"), client.get(invoice_url(invoice))

    assert 'value="issue"' not in text_of(form)
    assert 'value="draft"' in text_of(form)
    assert reverse("invoices:payment", args=[invoice.pk]) not in text_of(page)
    assert reverse("invoices:cancel", args=[invoice.pk]) not in text_of(page)
    data = form_data(partner, one_line(), seller=invoice.seller_id, do="issue")
    assert client.post(reverse("invoices:new"), data).status_code == 403
    assert client.post(reverse("invoices:payment", args=[invoice.pk])).status_code == 403
    assert client.post(reverse("invoices:cancel", args=[invoice.pk])).status_code == 403
    assert list(Invoice.objects.all()) == [invoice]


# --- The table -----------------------------------------------------------------------------------------------------


@pytest.fixture
def mixed(head):
    """One invoice of each kind: a draft, unpaid, overdue, part paid, paid and cancelled; 100 roubles each."""
    today, ago = timezone.localdate(), timezone.now() - datetime.timedelta(days=20)
    seller = SellerFactory()

    def made(name: str, **fields) -> Invoice:
        return issue(head, partner=PartnerFactory(name=name), lines=[line("100.00")], seller=seller, **fields)

    def paid(invoice: Invoice, amount: int) -> Invoice:
        pay(invoice, str(amount), by=head)
        return invoice

    old = {"dated_on": today - datetime.timedelta(days=20), "due_on": today}
    invoices = {
        "draft": make_draft(head, partner=PartnerFactory(name="ООО «Черновик»"), lines=[line("100.00")]),
        "unpaid": made("ООО «Ждём»"),
        "overdue": made("ООО «Опоздал»", **old),
        "part": paid(made("ООО «Часть»", **old), 40),
        "paid": paid(made("ООО «Оплатил»", **old), 100),
        "cancelled": cancel_invoice(made("ООО «Отменён»"), reason="Ошибка", by=head, now=ago),
    }
    # Time passes: the last day for paying of the three old ones was yesterday.
    return invoices


@pytest.mark.parametrize(
    ("query", "found", "issued", "paid"),
    [
        ("", "draft unpaid overdue part paid cancelled", 400, 140),
        ("?state=draft", "draft", 0, 0),
        ("?state=issued", "unpaid overdue part paid", 400, 140),
        ("?state=cancelled", "cancelled", 0, 0),
        ("?payment=none", "unpaid overdue", 200, 0),
        ("?payment=part", "part", 100, 40),
        ("?payment=full", "paid", 100, 100),
        ("?payment=over", "", 0, 0),
        ("?overdue=1", "overdue part", 200, 40),
        ("?overdue=1&payment=part", "part", 100, 40),
        ("?age=0-7", "overdue part", 200, 40),
        ("?overdue=1&age=8-30", "", 0, 0),
        ("?q=оплат", "paid", 100, 100),
        ("?state=nonsense&payment=nonsense", "draft unpaid overdue part paid cancelled", 400, 140),
    ],
)
def test_the_table_and_its_figures_are_for_the_same_filter(query, found, issued, paid, mixed, head, time_machine):
    time_machine.move_to(timezone.now() + datetime.timedelta(days=1), tick=False)
    response = signed_in(head).get(reverse("invoices:list") + query)
    names = {pk: name for name, pk in ((name, invoice.pk) for name, invoice in mixed.items())}

    assert {names[row.pk] for row in response.context["rows"]} == set(found.split())
    totals = response.context["totals"]
    assert (totals.issued, totals.paid, totals.left) == (issued, paid, issued - paid)
    assert totals.count == len(found.split())


def test_what_is_overdue_is_summed_by_its_age_and_each_sum_opens_its_rows(head, time_machine):
    """Bands end on the 7th, 30th and 60th day after the last day for paying; none counts twice, none is lost."""
    today, seller = timezone.localdate(), SellerFactory()
    days = {0: "1.00", 1: "2.00", 7: "4.00", 8: "8.00", 30: "16.00", 31: "32.00", 60: "64.00", 61: "128.00"}
    for ago, price in days.items():
        due_on = today + datetime.timedelta(days=61 - ago)
        issue(head, partner=PartnerFactory(), lines=[line(price)], seller=seller, due_on=due_on)
    time_machine.move_to(timezone.now() + datetime.timedelta(days=61), tick=False)
    client = signed_in(head)

    page = client.get(reverse("invoices:list"))
    totals = page.context["totals"]
    assert {age.key: int(age.left) for age in totals.ages} == {"0-7": 6, "8-30": 24, "31-60": 96, "61": 128}
    assert sum(age.left for age in totals.ages) == totals.overdue
    for age in totals.ages:
        assert f"overdue=1&amp;age={age.key}" in text_of(page)
        opened = client.get(reverse("invoices:list"), {"overdue": "1", "age": age.key})
        assert sum(row.left for row in opened.context["rows"]) == age.left


def test_a_number_or_an_inn_is_found(head):
    wanted = issue(head, partner=PartnerFactory(name="ООО «А»", inn="7707083893"))
    issue(head, partner=PartnerFactory(name="ООО «Б»", inn="7736050003"))
    client = signed_in(head)

    for words in [str(wanted.number), f"№ {wanted.number}", "7707083893"]:
        rows = client.get(reverse("invoices:list"), {"q": words}).context["rows"]
        assert [row.pk for row in rows] == [wanted.pk]


def test_pages_by_key_lose_nothing_and_repeat_nothing(head, monkeypatch):
    monkeypatch.setattr(listing, "PAGE_SIZE", 3)
    partner = PartnerFactory()
    made = {issue(head, partner=partner).pk for _ in range(7)} | {make_draft(head, partner=partner).pk}
    client, seen, after = signed_in(head), [], ""
    for _ in range(3):
        context = client.get(reverse("invoices:list"), {"after": after}).context
        seen += [row.pk for row in context["rows"]]
        after = context["next_key"]

    assert after == ""
    assert len(seen) == len(made)
    assert set(seen) == made


@pytest.mark.parametrize("key", ["x", "2026-01-01", "2026-01-01~x", "~1", "2026-13-01~1"])
def test_a_broken_page_key_shows_the_first_page(key, head):
    invoice = issue(head)

    assert signed_in(head).get(reverse("invoices:list"), {"after": key}).context["rows"][0].pk == invoice.pk


@pytest.mark.parametrize("size", [2, 12])
@pytest.mark.parametrize("shown", ["list", "overdue", "invoice", "deal", "edit"])
def test_the_number_of_queries_does_not_grow(shown, size, head, django_assert_max_num_queries: DjangoAssertNumQueries):
    deal = AddonFactory()
    for _ in range(size):
        many = issue(head, deal=deal, lines=[line("10.00") for _ in range(size)])
        pay(many, "1", by=head)
    draft = make_draft(head, deal=deal, lines=[line("10.00") for _ in range(size)])
    url, limit = {
        "list": (reverse("invoices:list"), 7),
        "overdue": (reverse("invoices:list") + "?overdue=1", 7),
        "invoice": (reverse("invoices:invoice", args=[many.pk]), 10),
        "deal": (reverse("invoices:of-deal", args=[deal.pk]), 6),
        "edit": (reverse("invoices:edit", args=[draft.pk]), 19),
    }[shown]
    client = signed_in(head)
    client.get(url)

    with django_assert_max_num_queries(limit):
        assert client.get(url).status_code == 200


# --- One invoice ---------------------------------------------------------------------------------------------------


def test_the_pdf_is_the_one_that_was_stored(head):
    invoice = issue(head)
    response = signed_in(head).get(reverse("invoices:pdf", args=[invoice.pk]))

    assert response.content == b"%PDF-quick" == bytes(invoice.pdf.content)
    assert response.headers["Content-Type"] == "application/pdf"
    assert f"invoice-{invoice.year}-{invoice.number}.pdf" in response.headers["Content-Disposition"]


def test_a_draft_has_a_pdf_marked_as_a_draft(head):
    response = signed_in(head).get(reverse("invoices:pdf", args=[make_draft(head).pk]))

    assert response.content.startswith(b"%PDF-1")
    assert "draft" in response.headers["Content-Disposition"]


def test_a_payment_is_recorded_from_the_page(head):
    invoice, client = addon_invoice("65000.00", by=head), signed_in(head)
    form = client.get(invoice_url(invoice)).context["payment_form"]
    data = {
        "request_key": form["request_key"].value(),
        "amount": "5 000",
        "paid_on": timezone.localdate(),
        "method": "card",
    }
    for _ in range(2):
        assert client.post(reverse("invoices:payment", args=[invoice.pk]), data).status_code == 302
    assert client.get(invoice_url(invoice)).context["page"].paid == 0
    confirm_payment(Payment.objects.get(), by=DirectorFactory(), now=timezone.now())
    page = client.get(invoice_url(invoice)).context["page"]

    assert (page.paid, page.left, page.payment_state) == (Decimal(5000), Decimal(60000), "part")
    assert Payment.objects.count() == 1


def test_a_wrong_payment_says_so_at_the_field_and_nothing_typed_is_lost(head):
    invoice = addon_invoice("65000.00", by=head)
    data = {"amount": "65 000,01", "paid_on": timezone.localdate(), "method": "cash", "payer_name": "Иванов"}
    response = signed_in(head).post(reverse("invoices:payment", args=[invoice.pk]), data)

    assert response.status_code == 422
    assert "amount" in response.context["payment_form"].errors
    assert "65 000,01" in text_of(response)
    assert "Иванов" in text_of(response)
    assert not Payment.objects.exists()


def test_why_not_all_is_paid_is_asked_and_shown(head):
    invoice = issue(head, lines=[line("100.00"), line("200.00")])
    pay(invoice, "100", by=head)
    client, url = signed_in(head), reverse("invoices:unpaid", args=[invoice.pk])
    second = invoice.lines.last()
    refused = client.post(url, {f"reason-{second.pk}": "other", f"note-{second.pk}": ""})
    client.post(url, {f"reason-{second.pk}": "other", f"note-{second.pk}": "ждут субсидию"})

    assert refused.status_code == 422
    assert f"note-{second.pk}" in refused.context["unpaid_form"].errors
    assert "ждут субсидию" in text_of(client.get(invoice_url(invoice)))


def test_cancelling_and_issuing_anew_from_the_page(head):
    invoice, client = issue(head), signed_in(head)
    url = reverse("invoices:cancel", args=[invoice.pk])
    refused = client.post(url, {"reason": " "})
    anew = client.post(url, {"reason": "Не тот плательщик", "do": "reissue"}, follow=True)
    draft = Invoice.objects.get(replaces=invoice)

    assert refused.status_code == 422
    assert anew.redirect_chain[-1][0] == reverse("invoices:edit", args=[draft.pk])
    page = text_of(client.get(invoice_url(invoice)))
    assert "Не тот плательщик" in page
    assert invoice_url(draft) in page


def test_the_invoices_of_a_deal_are_a_fragment_or_a_page(head):
    invoice = addon_invoice(by=head)
    client, url = signed_in(head), reverse("invoices:of-deal", args=[invoice.deal_id])
    fragment, page = client.get(url, **HTMX), client.get(url)

    assert invoice_url(invoice) in text_of(fragment)
    assert "<html" not in text_of(fragment)
    assert invoice_url(invoice) in text_of(page)
    assert "<html" in text_of(page)


def test_the_payments_of_a_deal_stand_under_its_invoices(head):
    invoice = addon_invoice(by=head)
    pay(invoice, "1000", by=head)
    shown = signed_in(head).get(reverse("invoices:of-deal", args=[invoice.deal_id]), **HTMX)

    assert [(each.invoice, each.amount) for each in shown.context["payments"]] == [(invoice, Decimal(1000))]
    assert "deal-payments" in text_of(shown)
    assert head.full_name in text_of(shown)


def test_names_are_shown_as_text_wherever_they_stand(head):
    deal = AddonFactory(partner__name=XSS, service=ServiceFactory(name=XSS, is_marketing=True, price=Decimal(100000)))
    deal.partner.city.name = XSS
    deal.partner.city.save()
    invoice = issue(head, deal=deal, lines=[line("10.00", city=deal.partner.city, name=XSS)], buyer_name=XSS)
    draft = make_draft(head, deal=deal, lines=[line("10.00", city=deal.partner.city, name=XSS)], buyer_name=XSS)
    client = signed_in(head)
    data = form_data(deal.partner, one_line(service=deal.service_id), seller=invoice.seller_id, buyer_name=XSS)
    pages = [
        client.get(reverse("invoices:list"), {"q": XSS}),
        client.get(reverse("invoices:new"), {"q": XSS}),
        client.get(reverse("invoices:new") + f"?deal={deal.pk}"),
        client.get(reverse("invoices:edit", args=[draft.pk])),
        client.get(invoice_url(invoice)),
        client.get(reverse("invoices:of-deal", args=[deal.pk])),
        client.post(reverse("invoices:preview"), data),
        client.post(reverse("invoices:lines"), data),
    ]

    for response in pages:
        assert response.status_code == 200
        assert "<script>alert(1)" not in text_of(response)
        assert "alert(1)" in text_of(response)


def test_sellers_are_edited_by_the_head_and_their_control_digits_are_checked(head):
    seller, client = SellerFactory(), signed_in(head)
    url = reverse("admin:invoices_seller_change", args=[seller.pk])
    data = {
        name: value for name, value in client.get(url).context["adminform"].form.initial.items() if value is not None
    }
    for name in ("is_default", "is_active"):
        data[name] = "on"
    wrong = client.post(url, data | {"account": "40702810138250123018", "kpp": "12"})
    right = client.post(url, data | {"phone": "+7 495 000-00-00"})

    assert set(wrong.context["adminform"].form.errors) == {"account", "kpp"}
    assert right.status_code == 302
    assert signed_in(SupportFactory()).get(url).status_code in {302, 403}
