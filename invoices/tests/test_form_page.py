"""The page on which an invoice is written: what it brings along, what it refuses at which field; nothing is lost."""

from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.tests.factories import (
    HeadFactory,
)
from catalog.tests.factories import CityFactory, ServiceFactory
from deals.tests.factories import AddonFactory, DealFactory
from invoices.actions import issuing as issuing_module
from invoices.models import Invoice
from invoices.tests.factories import SellerFactory, issue, make_draft
from invoices.tests.pages import form_data, invoice_url, one_line, signed_in, text_of
from partners.tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def quick_pdf(monkeypatch):
    """Drawing the document has tests of its own."""
    monkeypatch.setattr(issuing_module, "invoice_pdf", lambda document: b"%PDF-quick")


@pytest.fixture
def head():
    return HeadFactory()


def test_a_renewal_comes_with_its_package_and_exact_amount(head):
    SellerFactory()
    deal = DealFactory(role="due", amount=Decimal("172980.00"))
    editor = signed_in(head).get(reverse("invoices:new") + f"?deal={deal.pk}").context["editor"]

    assert [(row.service, row.amount) for row in editor.rows] == [(deal.package.service, Decimal("172980.00"))]
    assert editor.form.initial["deal"] == deal.pk
    assert editor.form.initial["buyer_name"] == deal.partner.name


def test_a_marketing_add_on_comes_with_the_city_of_the_partner(head):
    SellerFactory()
    deal = AddonFactory(service=ServiceFactory(is_marketing=True), partner__city=CityFactory(name="Энск-на-Волге"))
    response = signed_in(head).get(reverse("invoices:new") + f"?deal={deal.pk}")

    assert "г. Энск-на-Волге" in response.context["preview"].purpose.text
    assert response.context["preview"].picture.startswith("data:image/png;base64,")
    assert {check.level for check in response.context["preview"].checks} <= {"ok", "warn"}


def test_issuing_from_the_form(head):
    deal = AddonFactory(role="agreed")
    marketing = ServiceFactory(is_marketing=True)
    city = CityFactory(name="Энск")
    lines = [one_line("65 000,50"), {"service": marketing.pk, "price": "12000", "quantity": "2", "city": city.pk}]
    response = signed_in(head).post(
        reverse("invoices:new"), form_data(deal.partner, *lines, deal=deal.pk, do="issue"), follow=True
    )
    invoice = Invoice.objects.get()
    deal.refresh_from_db()

    assert response.redirect_chain == [(invoice_url(invoice), 302)]
    assert (invoice.state, invoice.number, invoice.amount) == ("issued", 1, Decimal("89000.50"))
    assert "г. Энск" in invoice.purpose
    assert deal.stage.role == "invoiced"


def test_a_form_sent_twice_issues_once(head):
    client, partner = signed_in(head), PartnerFactory()
    key = client.get(reverse("invoices:new") + f"?partner={partner.pk}")
    seller = SellerFactory()
    key = client.get(reverse("invoices:new") + f"?partner={partner.pk}").context["editor"].form["request_key"].value()
    data = form_data(partner, one_line(), seller=seller.pk, request_key=key, do="issue")
    first, second = (client.post(reverse("invoices:new"), data) for _ in range(2))

    assert first.url == second.url == invoice_url(Invoice.objects.get())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"buyer_name": ""}, "buyer_name"),
        ({"buyer_inn": "7700000017"}, "buyer_inn"),
        ({"buyer_inn": "77x"}, "buyer_inn"),
        ({"buyer_kpp": "12"}, "buyer_kpp"),
        ({"buyer_kind": "person", "buyer_kpp": "770001001"}, "buyer_kpp"),
        ({"due_on": "2020-01-01"}, "due_on"),
        ({"dated_on": "вчера"}, "dated_on"),
        ({"contract_offer": "99999"}, "contract_offer"),
        ({"deal": "99999"}, "deal"),
    ],
)
def test_a_wrong_field_says_so_at_the_field_and_nothing_typed_is_lost(changes, field, head):
    data = form_data(PartnerFactory(), one_line("12 345,67"), buyer_address="ул. Приметная, 7", do="issue") | changes
    response = signed_in(head).post(reverse("invoices:new"), data)
    form = response.context["editor"].form

    assert response.status_code == 422
    assert list(form.errors) == [field]
    assert f'value="{data[field]}"' in text_of(response) or field in {"contract_offer", "deal"}
    assert "ул. Приметная, 7" in text_of(response)
    assert "12 345,67" in text_of(response)
    assert not Invoice.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"service": ""}, "service"),
        ({"service": "99999"}, "service"),
        ({"price": "дорого"}, "price"),
        ({"price": "1,234"}, None),
        ({"price": "-5"}, "price"),
        ({"price": "1e99"}, "price"),
        ({"quantity": "0"}, "quantity"),
        ({"quantity": "много"}, "quantity"),
    ],
)
def test_a_wrong_line_says_so_in_the_line(changes, field, head):
    data = form_data(PartnerFactory(), one_line(), one_line(**changes), do="draft")
    response = signed_in(head).post(reverse("invoices:new"), data)

    if field is None:
        assert response.status_code == 302
        assert Invoice.objects.get().amount == Decimal("66234.00")
        return
    assert response.status_code == 422
    assert list(response.context["editor"].rows[1].form.errors) == [field]


def test_r7_a_marketing_line_without_a_city_is_named(head):
    data = form_data(PartnerFactory(), one_line(service=ServiceFactory(is_marketing=True).pk), do="issue")
    response = signed_in(head).post(reverse("invoices:new"), data)

    assert response.status_code == 422
    assert list(response.context["editor"].rows[0].form.errors) == ["city"]
    assert 'name="lines-0-city"' in text_of(response)


def test_what_only_issuing_needs_leaves_a_draft_behind(head):
    partner = PartnerFactory()
    data = form_data(partner, one_line(), contract_offer="", do="issue")
    response = signed_in(head).post(reverse("invoices:new"), data)
    draft = Invoice.objects.get()

    assert response.status_code == 422
    assert draft.state == "draft"
    assert "contract_offer" in response.context["editor"].form.errors
    assert reverse("invoices:edit", args=[draft.pk]) in text_of(response)


def test_an_empty_line_is_passed_over_and_an_invoice_without_lines_is_not_issued(head):
    client, empty = signed_in(head), {"service": "", "price": ""}
    partner, seller = PartnerFactory(), SellerFactory()
    saved = client.post(reverse("invoices:new"), form_data(partner, one_line(), empty, seller=seller.pk, do="draft"))
    refused = client.post(reverse("invoices:new"), form_data(partner, empty, seller=seller.pk, do="issue"))

    assert saved.status_code == 302
    assert Invoice.objects.first().lines.count() == 1
    assert refused.status_code == 422
    assert refused.context["editor"].lines_error


def test_lines_are_added_and_removed_by_plain_buttons(head):
    client, url = signed_in(head), reverse("invoices:new")
    partner, seller = PartnerFactory(), SellerFactory()
    first, second = one_line("11"), one_line("не число")
    data = form_data(partner, first, second, seller=seller.pk, buyer_inn="неверный")
    added = client.post(url, data | {"do": "add"}).context["editor"]
    removed = client.post(url, data | {"do": "remove-0"}).context["editor"]

    assert [row.form["price"].value() for row in added.rows] == ["11", "не число", None]
    assert [row.form["price"].value() for row in removed.rows] == ["не число"]
    assert added.form["buyer_inn"].value() == "неверный"
    assert not added.form.errors
    assert not Invoice.objects.exists()


def test_choosing_a_service_brings_its_price_numbers_and_city(head):
    partner, seller = PartnerFactory(), SellerFactory()
    service = ServiceFactory(price=Decimal("12000.00"), is_marketing=True, appendix_number=2, service_number=44)
    data = form_data(partner, one_line("1"), {"service": service.pk, "price": "777"}, seller=seller.pk)
    response = signed_in(head).post(
        reverse("invoices:lines"), data, HTTP_HX_REQUEST="true", HTTP_HX_TRIGGER_NAME="lines-1-service"
    )
    row = response.context["editor"].rows[1]

    assert (row.service, row.amount) == (service, Decimal("12000.00"))
    assert row.form["city"].value() == partner.city_id
    assert response.context["editor"].rows[0].amount == 1
    assert "invoice:changed" in response.headers["HX-Trigger-After-Swap"]
    assert "<html" not in text_of(response)


def test_the_live_side_says_what_is_missing_and_what_is_odd(head):
    cheap = ServiceFactory(name="Настройка CRM", price=Decimal("45000.00"))
    data = form_data(
        PartnerFactory(),
        {"service": cheap.pk, "price": "40 000"},
        one_line(service=ServiceFactory(is_marketing=True).pk),
        contract_offer="",
        buyer_inn="",
    )
    response = signed_in(head).post(reverse("invoices:preview"), data, **HTMX)
    checks = {check.field: check.level for check in response.context["preview"].checks}

    assert checks["contract_offer"] == "bad"
    assert checks["lines-1-city"] == "bad"
    assert checks["lines-0-price"] == "warn"
    assert checks["buyer_inn"] == "warn"
    assert 'id="totals" hx-swap-oob="true"' in text_of(response)
    assert 'class="purpose-part is-missing" data-part="lines-1-city"' in text_of(response)
    assert not Invoice.objects.exists()


@pytest.mark.parametrize("count", ["", "x", "9999"])
@pytest.mark.parametrize("name", ["new", "lines", "preview"])
def test_a_form_that_did_not_arrive_whole_breaks_nothing(name, count, head):
    data = form_data(PartnerFactory(), one_line(), do="draft") | {"lines-TOTAL_FORMS": count}
    response = signed_in(head).post(reverse(f"invoices:{name}"), data)

    assert response.status_code in {200, 422}
    assert not Invoice.objects.exists()


def test_without_a_seller_the_page_says_what_to_do(head):
    response = signed_in(head).get(reverse("invoices:new") + f"?partner={PartnerFactory().pk}")

    assert response.status_code == 200
    assert "invoices/no_seller.html" in [template.name for template in response.templates]


def test_one_finds_the_partner_first(head):
    PartnerFactory(name="ООО «Нужный»")
    PartnerFactory(name="ООО «Лишний»")
    text = text_of(signed_in(head).get(reverse("invoices:new"), {"q": "нужн"}))

    assert "Нужный" in text
    assert "Лишний" not in text


def test_a_draft_opens_in_the_form_is_saved_again_and_thrown_away(head):
    client, draft = signed_in(head), make_draft(head)
    opened = client.get(invoice_url(draft), follow=True)
    data = form_data(
        draft.partner, one_line("777"), seller=draft.seller_id, version=draft.version, do="draft", buyer_name="Новый"
    )
    saved = client.post(reverse("invoices:edit", args=[draft.pk]), data)
    draft.refresh_from_db()

    assert opened.redirect_chain == [(reverse("invoices:edit", args=[draft.pk]), 302)]
    assert saved.status_code == 302
    assert (draft.buyer_name, draft.amount, draft.lines.count()) == ("Новый", Decimal(777), 1)
    again = client.post(reverse("invoices:edit", args=[draft.pk]), data | {"buyer_name": "Второй"})
    assert again.status_code == 422
    assert "Второй" in text_of(again)
    client.post(reverse("invoices:discard", args=[draft.pk]))
    assert not Invoice.objects.exists()


def test_an_issued_invoice_does_not_open_in_the_form(head):
    invoice = issue(head)

    assert signed_in(head).get(reverse("invoices:edit", args=[invoice.pk])).url == invoice_url(invoice)
