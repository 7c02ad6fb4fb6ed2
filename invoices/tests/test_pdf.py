"""The printed invoice: its QR reads back, its pages keep together, and no text in it reaches a file or the network."""

import builtins
import logging
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pypdfium2
import pytest
import zxingcpp

from catalog.models import City, ContractOffer
from core.errors import RuleViolation
from invoices import pdf
from invoices.document import Document, compose_purpose, document_of
from invoices.models import Invoice, InvoiceLine
from invoices.pdf import first_page_png, invoice_pdf
from invoices.tests.factories import SellerFactory

LINE = {"unit": "усл.", "appendix_number": 3, "quantity": 1, "price": Decimal(65000), "amount": Decimal(65000)}


def make_document(count: int = 5, state: str = "issued", **fields) -> Document:
    """A document of rows that are in no database."""
    seller = SellerFactory.build()
    lines = [InvoiceLine(name=f"Услуга {n}", service_number=n, **LINE) for n in range(1, count + 1)]
    lines.append(
        InvoiceLine(name="Реклама", service_number=9, is_marketing=True, city=City(name="Ростов-на-Дону"), **LINE)
    )
    values = {
        "buyer_name": "ИП Савельева Нина Романовна",
        "buyer_inn": "500100732259",
        "buyer_address": "690000, г. Томск",
    }
    invoice = Invoice(
        seller=seller,
        state=state,
        number=1184,
        dated_on=date(2026, 11, 23),
        due_on=date(2026, 11, 28),
        contract_offer=ContractOffer(number="562", dated_on=date(2025, 6, 4)),
        amount=sum(line.amount for line in lines),
        seller_details=seller.details(),
        **(values | fields),
    )
    invoice.purpose = compose_purpose(invoice, lines, 1184).text
    return document_of(invoice, lines, 1184)


def pages_of(content: bytes) -> list[str]:
    """The text of each page, with every space as a plain one."""
    document = pypdfium2.PdfDocument(content)
    return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]


def qr_of(content: bytes) -> list[str]:
    picture = pypdfium2.PdfDocument(content)[0].render(scale=3).to_pil()
    return [found.text for found in zxingcpp.read_barcodes(picture)]


def test_the_qr_of_the_printed_page_is_the_payload_with_the_purpose_as_printed():
    document = make_document()
    content = invoice_pdf(document)

    assert qr_of(content) == [document.payload]
    assert document.payload.startswith("ST00012|Name=ООО «ЛБГ Партнёр»|PersonalAcc=40702810138250123017|")
    assert f"|Sum=39000000|Purpose={document.purpose}|PayeeINN=7700000016|KPP=770001001" in document.payload


def test_the_page_says_all_that_an_accountant_needs():
    document = make_document()
    [text] = pages_of(invoice_pdf(document))

    for words in [
        "Счёт на оплату № 1184 от 23 ноября 2026 г.",
        "БИК 044525225",
        "30101810400000000225",
        "40702810138250123017",
        "ИНН 7700000016 КПП 770001001",
        "ИП Савельева Нина Романовна, ИНН 500100732259, 690000, г. Томск",
        "Договор-оферта № 562 от 04.06.2025",
        "Реклама, г. Ростов-на-Дону",
        "Без налога (НДС): —",
        "Всего к оплате: 390 000,00",
        "Всего наименований 6, на сумму 390 000,00 ₽.",
        "Триста девяносто тысяч рублей 00 копеек. БЕЗ НДС.",
        "Счёт действителен до 28 ноября 2026 г.",
        "Руководитель Л. Б. Образцов",
        "Бухгалтер П. С. Примерова",
        "Стр. 1 из 1",
    ]:
        assert words in text
    # A reader of PDF drops the hyphen at the end of a line; the QR above has the exact text.
    assert re.sub(r"[\W]", "", document.purpose) in re.sub(r"[\W]", "", text)


def test_an_entrepreneur_signs_alone_and_has_no_kpp():
    document = make_document()
    seller = document.seller | {
        "legal_kind": "entrepreneur",
        "kpp": "",
        "inn": "500100732259",
        "ogrn": "304500116000157",
    }
    [text] = pages_of(invoice_pdf(replace(document, seller=seller)))

    assert "Предприниматель" in text
    assert "ОГРНИП 304500116000157" in text
    assert not {"Бухгалтер", "КПП"} & set(text.split())


@pytest.mark.parametrize("count", [*range(8, 14), 29])
def test_a_long_table_repeats_its_head_and_nothing_is_left_alone(count):
    pages = pages_of(invoice_pdf(make_document(count)))

    assert len(pages) > 1 or count < 12
    for page in pages:
        if "65 000,00" in page:
            assert "Кол-во Ед. Цена, ₽ Сумма, ₽" in page
        if "Итого:" in page:
            assert "Реклама" in page, "the totals stand with the last row"
        if "Руководитель" in page:
            assert "Счёт действителен до" in page, "signatures never go alone to a new page"
    assert sum(page.count("Всего к оплате:") for page in pages) == 1
    assert f"Стр. {len(pages)} из {len(pages)}" in pages[-1]


def test_a_draft_says_so_and_is_not_signed_as_an_invoice():
    [text] = pages_of(invoice_pdf(make_document(state="draft")))

    assert "ЧЕРНОВИК, не для оплаты" in text


HOSTILE = (
    '<script>alert(1)</script><img src="file:///etc/passwd"><link rel=attachment href="file:///etc/passwd">'
    '<style>@import "http://127.0.0.1:1/x.css"</style>'
)


def test_what_somebody_typed_is_text_in_the_document_and_loads_nothing(caplog):
    caplog.set_level(logging.DEBUG, "weasyprint")
    content = invoice_pdf(make_document(buyer_name=HOSTILE))

    assert "<script>alert(1)</script>" in pages_of(content)[0]
    assert b"EmbeddedFile" not in content
    assert "passwd" not in "".join(record.getMessage() for record in caplog.records)


def test_ten_thousand_hostile_signs_in_a_name_lose_nothing_else_of_the_document():
    hostile = (HOSTILE + "\u202e&#0;" + "Щ" * 300) * 30
    content = invoice_pdf(make_document(buyer_name=hostile[:10_000]))
    text = "".join(pages_of(content))

    assert "Всего к оплате: 390 000,00" in text
    assert "Руководитель" in text
    assert b"EmbeddedFile" not in content


def test_the_engine_loads_our_fonts_and_refuses_every_other_address():
    fetch = pdf._engine()[3].fetch
    font = next(iter(pdf.FONTS))

    assert len(pdf.FONTS) == 3
    assert fetch(font).read(4) == b"\0\1\0\0"
    for address in [
        "file:///etc/passwd",
        "http://127.0.0.1/",
        "https://example.ru/x.png",
        f"{font}/../../css",
        "data:,x",
    ]:
        with pytest.raises(ValueError, match="may not load"):
            fetch(address)


def test_only_the_glyphs_of_our_font_are_in_the_file():
    content = invoice_pdf(make_document())
    texts = pypdfium2.PdfDocument(content)[0].get_objects([pypdfium2.raw.FPDF_PAGEOBJ_TEXT])
    names = {text.get_font().get_base_name() for text in texts}

    assert len(content) < 60_000
    assert names
    assert all("Golos" in name for name in names)


def test_without_pango_one_sentence_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def without_pango(name, *args, **kwargs):
        if name == "weasyprint":
            raise OSError("cannot load library 'libgobject-2.0-0'")
        return real(name, *args, **kwargs)

    pdf._engine.cache_clear()
    monkeypatch.setattr(builtins, "__import__", without_pango)
    with pytest.raises(RuleViolation, match="libpango") as refused:
        invoice_pdf(make_document())
    monkeypatch.undo()
    pdf._engine.cache_clear()

    assert refused.value.code == "pdf_unavailable"


def test_the_preview_is_a_picture_of_the_first_page():
    png = first_page_png(invoice_pdf(make_document()), 424)

    assert png.startswith(b"\x89PNG")
    assert int.from_bytes(png[16:20]) == 424
