"""The panel of a thread: what its reader sees, sends, answers and mends (screen 04, R19)."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import HeadFactory, MarketerFactory, SupportFactory
from chat.actions import answer_request, finish_request, mark_read
from chat.models import Message, MessageFile, ReadMark
from chat.tests.factories import connect_network, handed_over_deal, more_requests, say, thread_of
from files.tests.samples import PDF
from partners.tests.factories import MetricsFactory

pytestmark = pytest.mark.django_db

XSS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "javascript:alert(1)",
    "<a href='javascript:alert(1)'>x</a>",
    '" autofocus onfocus=alert(1) x="',
    "{{ constructor.constructor('alert(1)')() }}",
    "<div hx-get=/deals/ hx-trigger=load>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "</textarea><script>alert(1)</script>",
]

TAGS = ["<script>alert", "<img src=x", "<svg onload", "<iframe srcdoc", "<a href='javascript", "<div hx-get=/deals/"]


@pytest.fixture
def deal():
    return handed_over_deal()


@pytest.fixture
def marketer():
    return MarketerFactory(first_name="Полина", last_name="Зайцева")


@pytest.fixture
def manager(client, deal):
    client.force_login(deal.manager)
    return deal.manager


def plain(response):
    return response.content.decode().replace("\N{NO-BREAK SPACE}", " ")


def page(client, deal, query=""):
    return client.get(reverse("chat:deal", args=[deal.pk]) + query)


def send(client, deal, htmx=True, **data):
    headers = {"HX-Request": "true"} if htmx else {}
    return client.post(reverse("chat:send", args=[deal.partner_id]), {"deal": deal.pk} | data, headers=headers)


def do(client, message, deed, **data):
    return client.post(
        reverse("chat:answer", args=[message.pk]), {"do": deed} | data, headers={"HX-Request": "true"}
    )  # fmt: skip


def test_the_deal_stays_readable_beside_its_thread(client, manager, deal, marketer):
    say(deal, marketer, "Ставки подняли")

    shown = plain(page(client, deal))

    assert "Ставки подняли" in shown
    assert "Главный комментарий к сделке" in shown
    assert 'class="rail rail--deal"' not in shown


def test_the_same_thread_stands_on_every_deal_of_the_partner(client, manager, deal, marketer):
    other = handed_over_deal(deal__partner=deal.partner)
    say(deal, marketer, "Ставки подняли")

    assert "Ставки подняли" in plain(page(client, other))


def test_the_card_has_a_button_with_the_unread_and_a_stranger_to_the_thread_has_none(client, manager, deal, marketer):
    say(deal, marketer)
    url = reverse("deals:deal", args=[deal.pk])

    assert 'data-key="KeyM"' in plain(client.get(url))
    assert "1 непрочитанное" in plain(client.get(url))
    client.force_login(deal.handoff.sold_by)
    assert 'data-key="KeyM"' not in plain(client.get(url))
    assert client.get(reverse("chat:deal", args=[deal.pk])).status_code == 404


def test_an_empty_thread_offers_the_two_most_used_requests(client, manager, deal):
    shown = plain(page(client, deal))

    assert "Пока ничего не написано" in shown
    assert re.findall(r'data-chat-kind="(\w+)"', shown) == ["more_requests", "no_requests"]


def test_a_message_comes_back_in_the_feed_with_an_empty_composer(client, manager, deal):
    answer = send(client, deal, text="Позвоните партнёру", kind="note", key=str(uuid4()))

    assert answer.status_code == 200
    assert "Позвоните партнёру" in plain(answer)
    assert 'hx-swap-oob="true"' in plain(answer)
    assert Message.objects.get().deal == deal


def test_a_plain_form_leads_back_to_the_page(client, manager, deal):
    answer = send(client, deal, htmx=False, text="Привет")

    assert (answer.status_code, answer.url) == (302, reverse("chat:deal", args=[deal.pk]))


@pytest.mark.parametrize("htmx", [True, False])
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(client, manager, deal, htmx):
    answer = send(
        client, deal, htmx, kind="more_requests", requests_now="30", requests_needed="20", text="Просят больше",
        geography="Омск",
    )  # fmt: skip

    assert answer.status_code == 422
    form = answer.context["composer"]
    assert list(form.errors) == ["requests_needed"]
    assert "Просят больше" in plain(answer)
    assert 'value="Омск"' in plain(answer)
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("amount", "много"), ("since", "2026-02-31"), ("requests_needed", "-1"), ("key", "x"), ("kind", "nonsense")],
)
def test_a_value_of_the_wrong_type_is_refused(client, manager, deal, field, value):
    assert send(client, deal, **{"text": "Текст", "kind": "note"} | {field: value}).status_code == 422


def test_files_go_with_a_message_and_are_given_back_to_who_sees_the_thread(client, manager, deal):
    sent = SimpleUploadedFile("отчёт.pdf", PDF)
    send(client, deal, files=[sent])
    [attached] = MessageFile.objects.all()

    assert attached.message.text == "отчёт.pdf"
    url = reverse("chat:file", args=[attached.pk])
    assert url in plain(page(client, deal))
    assert b"".join(client.get(url).streaming_content) == PDF
    client.force_login(SupportFactory())
    assert client.get(url).status_code == 404


def test_a_file_of_a_strange_type_is_refused_with_the_message(client, manager, deal):
    answer = send(client, deal, text="Смотрите", files=[SimpleUploadedFile("x.exe", b"MZ\x90\0" * 20)])

    assert answer.status_code == 422
    assert "Смотрите" in plain(answer)
    assert not Message.objects.exists()


def test_a_request_that_waits_for_the_reader_has_its_answers_as_buttons(client, manager, deal, marketer):
    connect_network(deal, marketer)

    shown = plain(page(client, deal))

    assert "request--waits" in shown
    for words in ("Согласен", "Отказался", "Спрошу на звонке", "12 000 ₽", "ждёт вас"):
        assert words in shown
    client.force_login(marketer)
    asked = plain(page(client, deal))
    assert "request--waits" not in asked
    assert "Отозвать" in asked
    assert "ждёт сопровождение" in asked


def test_the_answer_shows_who_when_and_how_fast_and_stands_in_the_deals_feed(client, manager, deal, marketer):
    request = connect_network(deal, marketer, now=timezone.now() - timedelta(hours=3))

    answer = do(client, request, "answer")

    assert "партнёр согласен" in plain(answer)
    assert f"{manager}, сегодня" in plain(answer) or f"{manager}, вчера" in plain(answer)
    assert "за 3 ч" in plain(answer)
    assert "Подключить сеть, 2ГИС: партнёр согласен" in plain(client.get(reverse("deals:deal", args=[deal.pk])))


def test_a_refusal_without_a_reason_keeps_the_request_and_says_so(client, manager, deal, marketer):
    request = connect_network(deal, marketer)

    refused = do(client, request, "refuse", text="")

    assert refused.status_code == 422
    assert "Напишите почему" in plain(refused)
    request.refresh_from_db()
    assert request.state == "open"


def test_who_answers_second_is_told_who_was_first(client, deal, marketer):
    request = more_requests(deal)
    answer_request(request, by=marketer, now=timezone.now())
    client.force_login(MarketerFactory())

    late = do(client, request, "answer")

    assert late.status_code == 422
    assert "Полина Зайцева" in plain(late)


@pytest.mark.parametrize("deed", ["", "nonsense", "delete"])
def test_an_unknown_deed_is_refused(client, manager, deal, marketer, deed):
    assert do(client, connect_network(deal, marketer), deed).status_code == 400


def test_the_numbers_of_requests_before_and_after_stand_beside_a_request(client, manager, deal, marketer):
    now = timezone.now()
    request = more_requests(deal, now=now - timedelta(days=10))
    MetricsFactory(partner=deal.partner, measured_on=(now - timedelta(days=12)).date(), requests=18)
    assert "Заявки до запроса: 18" in plain(page(client, deal))

    finish_request(request, by=marketer, now=now - timedelta(days=9))
    MetricsFactory(partner=deal.partner, measured_on=(now - timedelta(days=2)).date(), requests=27)
    assert "Заявки до и после: 18 → 27" in plain(page(client, deal))


def test_the_feed_is_sent_anew_only_when_something_has_changed(client, manager, deal, marketer):
    request = more_requests(deal)
    url = reverse("chat:feed", args=[deal.partner_id])
    stamp = client.get(url).context["stamp"]

    assert client.get(url, {"stamp": stamp}).status_code == 204
    answer_request(request, by=marketer, now=timezone.now())
    fresh = client.get(url, {"stamp": stamp})
    assert (fresh.status_code, "в работе" in plain(fresh)) == (200, True)


def test_a_divider_stands_above_the_first_unread_message_and_stays_while_one_looks(client, manager, deal, marketer):
    mark_read(thread_of(deal), say(deal, marketer, "Прочитано"), by=manager, now=timezone.now())
    news = say(deal, marketer, "Новость")

    shown = plain(page(client, deal))
    assert shown.index("Прочитано") < shown.index('id="chat-unread"') < shown.index("Новость")
    client.post(reverse("chat:read", args=[deal.partner_id]), {"last": news.pk})

    assert not Message.objects.unread_by(manager, timezone.now()).exists()
    assert 'id="chat-unread"' not in plain(page(client, deal))
    kept = client.get(reverse("chat:feed", args=[deal.partner_id]), {"unread_after": news.pk - 1})
    assert 'id="chat-unread"' in plain(kept)


@pytest.mark.parametrize("last", ["", "x", "9" * 30, "987654"])
def test_a_mark_at_a_message_of_nowhere_is_not_set(client, manager, deal, last):
    client.post(reverse("chat:read", args=[deal.partner_id]), {"last": last})

    assert not ReadMark.objects.exists()


def test_looking_marks_nothing_as_read(client, manager, deal, marketer):
    say(deal, marketer)
    page(client, deal)

    assert not ReadMark.objects.exists()


def test_the_author_mends_his_words_and_the_former_ones_can_be_read(client, manager, deal):
    message = say(deal, manager, "Позвоните")
    url = reverse("chat:edit", args=[message.pk])

    assert url in plain(page(client, deal))
    assert "Позвоните" in plain(client.get(url))
    assert client.post(url, {"text": " "}).status_code == 422
    client.post(url, {"text": "Позвоните завтра", "deal": deal.pk})

    assert "исправлено" in plain(page(client, deal))
    history = plain(client.get(reverse("chat:history", args=[message.pk])))
    assert "Позвоните</p>" in history


def test_after_15_minutes_there_is_no_way_to_mend(client, manager, deal):
    message = say(deal, manager, now=timezone.now() - timedelta(minutes=16))
    url = reverse("chat:edit", args=[message.pk])

    assert url not in plain(page(client, deal))
    assert client.post(url, {"text": "Поздно"}).status_code == 422


def test_earlier_messages_come_on_demand(client, manager, deal, marketer):
    for number in range(60):
        say(deal, marketer, f"Слово {number:03}")

    first = plain(page(client, deal))
    assert ("Слово 059" in first, "Слово 005" in first) == (True, False)
    assert "Слово 005" in plain(page(client, deal, "?shown=100"))


@pytest.mark.parametrize("text", XSS)
def test_a_script_in_a_message_is_text(client, deal, marketer, text):
    """Wherever somebody's words stand: the talk, cards, answers, history, the feed, the inbox, my day, the bell."""
    marketer.first_name = text[:60]
    marketer.save()
    request = more_requests(deal, text=f"{text} @{marketer.full_name}", geography=text)
    answer_request(request, text, by=marketer, now=timezone.now())
    say(deal, marketer, f"{text} @{deal.manager.full_name}", kind="connect_network", network=text[:60])
    client.force_login(deal.manager)

    pages = [
        page(client, deal),
        page(client, deal, f"?ask={text}"),
        client.get(reverse("chat:history", args=[request.pk])),
        client.get(reverse("chat:inbox"), {"thread": deal.partner_id, "q": text}),
        client.get(reverse("chat:inbox"), {"view": "all"}),
        client.get("/day/"),
        client.get("/deals/notifications/"),
        send(client, deal, text=text, kind="network_agreed"),
    ]
    for shown in pages:
        body = shown.content.decode()
        assert [tag for tag in TAGS if tag in body] == []
        assert '" autofocus onfocus' not in body


def test_the_head_reads_and_answers_every_thread(client, deal):
    request = more_requests(deal)
    client.force_login(HeadFactory())

    assert "Взять в работу" in plain(page(client, deal))
    assert do(client, request, "answer").status_code == 200


@pytest.mark.parametrize("name", ["chat:deal", "chat:feed", "chat:send", "chat:read"])
def test_a_strangers_thread_is_not_there(client, deal, name):
    client.force_login(SupportFactory())
    pk = deal.pk if name == "chat:deal" else deal.partner_id
    url = reverse(name, args=[pk])
    answer = client.post(url, {"text": "Привет"}) if name in {"chat:send", "chat:read"} else client.get(url)

    assert answer.status_code == 404
    assert not Message.objects.exists()


def test_the_number_of_queries_does_not_grow(client, manager, deal, marketer):
    def fill(count):
        for number in range(count):
            say(deal, marketer, f"@{manager.full_name} {number}")
            answer_request(connect_network(deal, marketer), by=manager, now=timezone.now())
            MetricsFactory(partner=deal.partner)
            send(client, deal, files=[SimpleUploadedFile("отчёт.pdf", PDF)])

    def queries(url):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url, headers={"HX-Request": "true"}).status_code == 200
        return len(captured)

    urls = [reverse("chat:feed", args=[deal.partner_id]), reverse("chat:deal", args=[deal.pk])]
    fill(2)
    few = [queries(url) for url in urls]
    fill(12)

    assert [queries(url) for url in urls] == few
    assert few[0] <= 12 and few[1] <= 14
