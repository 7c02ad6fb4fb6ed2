"""Invoices as they come about by the rules: drafts are saved and issued by the actions."""

import datetime
import uuid
from decimal import Decimal

import factory
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import DirectorFactory, HeadFactory
from catalog.models import City
from catalog.tests.factories import CityFactory, ServiceFactory
from core import moscow
from deals.models import Deal
from deals.tests.factories import AddonFactory
from invoices.actions import InvoiceDraft, LineDraft, confirm_payment, issue_invoice, record_payment, save_draft
from invoices.models import ConsentText, CustomerRequest, Invoice, Payment, Seller
from partners.models import Partner
from partners.tests.factories import PartnerFactory


class SellerFactory(factory.django.DjangoModelFactory):
    """Our company with right control digits; the default seller unless told otherwise."""

    class Meta:
        model = Seller

    name = "ООО «ЛБГ Партнёр»"
    inn = "7700000016"
    kpp = "770001001"
    ogrn = "1027700132195"
    address = "101000, г. Москва, ул. Примерная, д. 1, оф. 10"
    phone = "+7 000 000-00-00"
    email = "pay@example.ru"
    bank_name = "ПАО Сбербанк, г. Москва"
    bic = "044525225"
    account = "40702810138250123017"
    correspondent_account = "30101810400000000225"
    director_name = "Л. Б. Образцов"
    accountant_name = "П. С. Примерова"
    is_default = True


def default_seller() -> Seller:
    return Seller.objects.filter(is_default=True).first() or SellerFactory()


def line(price: str = "65000.00", quantity: int = 1, city: City | None = None, **service) -> LineDraft:
    """A line of a service of its own; give `city` for a marketing one."""
    chosen = ServiceFactory(price=Decimal(price), is_marketing=city is not None, **service)
    return LineDraft(chosen, Decimal(price), quantity, city)


def draft_of(partner: Partner | None = None, deal: Deal | None = None, **fields) -> InvoiceDraft:
    """What a form would hand over: one line of 65 000 roubles, dated today, to be paid in five days."""
    partner = partner or (deal.partner if deal else PartnerFactory())
    today = moscow.today(timezone.now())
    lines = fields.pop("lines", None)
    values = {
        "seller": fields.pop("seller", None) or default_seller(),
        "dated_on": today,
        "due_on": today + datetime.timedelta(days=5),
        "buyer_name": partner.buyer_name,
        "contract_offer": partner.contract_offer,
        "lines": [line()] if lines is None else lines,
    }
    return InvoiceDraft(partner=partner, deal=deal, **(values | fields))


def make_draft(by: User | None = None, **fields) -> Invoice:
    return save_draft(draft_of(**fields), by=by or HeadFactory(), now=timezone.now())


def issue(by: User | None = None, **fields) -> Invoice:
    """An issued invoice: `issue(deal=…)`, `issue(partner=…)`, `issue(lines=[line("100.00")])`."""
    by = by or HeadFactory()
    return issue_invoice(make_draft(by, **fields), by=by, now=timezone.now())


def pay(invoice: Invoice, amount: str, **fields) -> Payment:
    """Recorded by hand and confirmed by a second person, so that it counts."""
    values = {"paid_on": timezone.localdate(), "now": timezone.now(), "by": fields.pop("by", None) or HeadFactory()}
    payment = record_payment(invoice, amount=Decimal(amount), **(values | fields))
    if payment.waits_for_confirmation:
        payment = confirm_payment(payment, by=DirectorFactory(), now=fields.get("now") or timezone.now())
    return payment


def addon_invoice(price: str = "65000.00", by: User | None = None) -> Invoice:
    """An issued invoice of an add-on deal for exactly its sum."""
    deal = AddonFactory(amount=Decimal(price), list_price=Decimal(price))
    return issue(by, deal=deal, lines=[LineDraft(deal.service, Decimal(price))])


class CustomerRequestFactory(factory.django.DjangoModelFactory):
    """A new request of a partner's, for the renewal, that is to be answered in half an hour."""

    class Meta:
        model = CustomerRequest
        skip_postgeneration_save = True

    partner = factory.SubFactory(PartnerFactory)
    payer_kind = "company"
    country = "RU"
    payer_name = "ООО «Ромашка»"
    tax_number = "7707083893"
    kpp = "773601001"
    contact_name = "Нина Савельева"
    phone = "+79000005206"
    email = "saveleva@example.ru"
    city = factory.SubFactory(CityFactory)
    wants_renewal = True
    consent = factory.LazyFunction(lambda: ConsentText.objects.get(purpose="processing", version=1))
    operator = "ООО «ЛБГ Партнёр»"
    received_at = factory.LazyFunction(timezone.now)
    answer_by = factory.LazyAttribute(lambda request: request.received_at + datetime.timedelta(minutes=30))
    request_key = factory.LazyFunction(uuid.uuid4)

    @factory.post_generation
    def services(self, create, chosen, **kwargs) -> None:
        self.services.set(chosen or [])
