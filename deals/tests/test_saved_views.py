"""Saved views: filters, order and columns of a pipeline under a name; one's own, or shared by the head."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.tests.factories import AdministratorFactory, HeadFactory, SalesFactory, SupportFactory
from catalog.models import City
from deals.actions import archive_view, begin_with, change_view, name_view, save_view
from deals.actions.saved_views import MOST_VIEWS
from deals.models import DefaultView, Pipeline, SavedView, Stage
from deals.tests.factories import DealFactory, TaskFactory
from partners.tests.factories import PartnerFactory

pytestmark = pytest.mark.django_db
BOARD = "/deals/board/renewal/"
NEW = "/deals/views/new/?pipeline=renewal&"


@pytest.fixture
def manager(client):
    person = SupportFactory()
    client.force_login(person)
    return person


def keep(owner, name="Срочное", query="task=none", layout="list", is_shared=False, pipeline="renewal"):
    return save_view(
        Pipeline.objects.get(code=pipeline),
        name=name,
        layout=layout,
        params=QueryDict(query),
        is_shared=is_shared,
        by=owner,
        now=timezone.now(),
    )


def address(view):
    """Where the view opens."""
    return f"/deals/views/{view.pk}/"


def opened(client, view):
    return client.get(address(view), follow=True)


def menu(client, query="?layout=board"):
    return client.get(BOARD + query).context["views"]


class TestSaving:
    def test_filters_order_and_columns_come_back_under_a_name(self, client, manager):
        idle = DealFactory(partner=PartnerFactory(manager=manager))
        TaskFactory(deal=DealFactory(partner=PartnerFactory(manager=manager)))

        client.post(f"{NEW}layout=list&task=none&sort=-amount&columns=stage&columns=amount", {"name": " Без  дела "})
        page = opened(client, SavedView.objects.get())

        assert page.context["views"].current.name == "Без дела"
        assert [row.pk for row in page.context["rows"]] == [idle.pk]
        assert [column.code for column in page.context["columns"]] == ["stage", "amount"]
        assert not page.context["views"].is_changed

    @pytest.mark.parametrize("layout", ["board", "list", "terms"])
    def test_the_layout_comes_back_too(self, client, manager, layout):
        view = keep(manager, layout=layout)

        assert opened(client, view).context["layout"] == layout

    def test_what_is_of_one_reading_is_not_kept(self, client, manager):
        client.post(
            f"{NEW}layout=board&task=none&open=3&loaded=1:80&segment=1:idle&sort=city&x=1", {"name": "Без дела"}
        )

        assert SavedView.objects.get().query == "task=none"

    def test_over_htmx_the_dialog_leads_to_the_view(self, client, manager):
        answer = client.post(f"{NEW}layout=list&task=none", {"name": "Без дела"}, headers={"HX-Request": "true"})

        assert answer.headers["HX-Redirect"] == f"{BOARD}?view={SavedView.objects.get().pk}&layout=list&task=none"

    def test_the_dialog_tells_what_will_be_kept(self, client, manager):
        omsk = City.objects.get(name="Омск")
        DealFactory(partner=PartnerFactory(manager=manager, city=omsk))

        page = client.get(f"{NEW}layout=list&city={omsk.pk}&q=сиб", headers={"HX-Request": "true"}).content.decode()

        assert "Список · Город: Омск · «сиб»" in page
        assert "<html" not in page

    @pytest.mark.parametrize(
        ("name", "words"), [("", "Назовите вид"), (" \t ", "Назовите вид"), ("я" * 61, "60"), ("СРОЧНОЕ", "уже есть")]
    )
    def test_a_wrong_name_is_told_at_the_field_and_stays_typed(self, client, manager, name, words):
        keep(manager)

        answer = client.post(f"{NEW}layout=list&task=overdue", {"name": name})

        assert answer.status_code == 422
        assert words in answer.context["form"].errors["name"][0]
        assert answer.context["form"]["name"].value() == name
        assert SavedView.objects.count() == 1

    def test_another_person_and_another_pipeline_may_use_the_name(self, manager):
        keep(manager)
        keep(manager, pipeline="addon")
        keep(SupportFactory())

        assert SavedView.objects.count() == 3

    def test_a_filter_that_makes_no_sense_is_not_kept(self, client, manager):
        answer = client.post(f"{NEW}layout=board&amount_from=abc", {"name": "По сумме"})

        assert answer.status_code == 422
        assert "Сумма от" in str(answer.context["form"].non_field_errors())
        assert not SavedView.objects.exists()

    def test_a_person_keeps_so_many_and_no_more(self, client, manager):
        for number in range(MOST_VIEWS):
            keep(manager, name=f"Вид {number}")

        assert client.post(f"{NEW}layout=list&task=none", {"name": "Лишний"}).status_code == 422

    def test_an_unknown_pipeline_is_not_found(self, client, manager):
        assert client.get("/deals/views/new/?pipeline=nothing").status_code == 404
        assert client.get("/deals/views/new/").status_code == 404

    def test_who_sees_no_deals_has_no_views(self, client):
        client.force_login(AdministratorFactory())

        assert client.post(f"{NEW}task=none", {"name": "Без дела"}).status_code == 403


class TestChanging:
    def test_other_filters_than_the_saved_ones_are_told_and_taken_back(self, client, manager):
        view = keep(manager, query="task=none")

        changed = menu(client, f"?view={view.pk}&layout=list&task=overdue")

        assert changed.is_changed
        assert changed.current.url == f"{BOARD}?view={view.pk}&layout=list&task=none"
        page = client.get(f"{BOARD}?view={view.pk}&layout=list&task=overdue").content.decode()
        assert "изменён" in page
        assert "Вернуть" in page

    @pytest.mark.parametrize(
        "query",
        ["task=none&country=RU", "country=RU&task=none&city=", "country=RU&country=RU&task=none&start=0&sort=date"],
    )
    def test_the_order_of_an_address_and_what_is_empty_change_nothing(self, client, manager, query):
        view = keep(manager, query="country=RU&task=none")

        assert not menu(client, f"?view={view.pk}&layout=list&{query}").is_changed

    def test_another_layout_or_order_is_a_change(self, client, manager):
        view = keep(manager)

        assert menu(client, f"?view={view.pk}&layout=board&task=none").is_changed
        assert menu(client, f"?view={view.pk}&layout=list&task=none&sort=amount").is_changed

    def test_saving_keeps_the_new_filters(self, client, manager):
        view = keep(manager)
        changed = menu(client, f"?view={view.pk}&layout=board&task=overdue")

        client.post(changed.change_url)

        assert not opened(client, view).context["views"].is_changed
        view.refresh_from_db()
        assert (view.layout, view.query) == ("board", "task=overdue")

    def test_a_wrong_filter_is_refused_and_stays_in_the_address(self, client, manager):
        view = keep(manager)

        answer = client.post(f"/deals/views/{view.pk}/change/?layout=list&amount_from=abc", follow=True)

        assert "Сумма от" in str(next(iter(answer.context["messages"])))
        assert answer.request["QUERY_STRING"] == f"view={view.pk}&layout=list&amount_from=abc"
        view.refresh_from_db()
        assert view.query == "task=none"

    def test_renaming(self, client, manager):
        view = keep(manager)
        keep(manager, name="Второй")

        assert client.post(f"/deals/views/{view.pk}/edit/", {"name": "второй"}).status_code == 422
        client.post(f"/deals/views/{view.pk}/edit/", {"name": "срочное"})

        view.refresh_from_db()
        assert view.name == "срочное"

    def test_a_removed_view_leaves_the_menu_and_comes_back(self, client, manager):
        view = keep(manager)

        answer = client.post(f"/deals/views/{view.pk}/archive/")
        assert answer.url == f"{BOARD}?layout=list&task=none"
        assert menu(client).links == []
        assert client.get(f"{BOARD}?view={view.pk}&layout=list&task=none").context["views"].current is None, (
            "a bookmark"
        )
        client.post(f"/deals/views/{view.pk}/restore/")

        assert [link.name for link in menu(client).links] == ["Срочное"]

    def test_a_view_whose_name_is_taken_meanwhile_does_not_come_back(self, client, manager):
        view = keep(manager)
        archive_view(view, True, by=manager, now=timezone.now())
        keep(manager)

        client.post(f"/deals/views/{view.pk}/restore/")

        view.refresh_from_db()
        assert view.archived_at

    @pytest.mark.parametrize("verb", ["change", "archive", "restore", "begin"])
    def test_a_look_changes_nothing(self, client, manager, verb):
        assert client.get(f"/deals/views/{keep(manager).pk}/{verb}/").status_code == 405


class TestOthers:
    @pytest.mark.parametrize("verb", ["", "edit/", "change/", "archive/", "restore/", "begin/"])
    def test_a_private_view_of_another_is_not_found(self, client, manager, verb):
        view = keep(HeadFactory())

        assert (client.post if verb else client.get)(address(view) + verb).status_code == 404
        assert client.get(f"{BOARD}?view={view.pk}&layout=list").status_code == 404
        assert not menu(client).links

    @pytest.mark.parametrize("number", ["²", "-1", "x", "9" * 30, ""])
    def test_what_is_no_number_names_no_view(self, client, manager, number):
        assert menu(client, f"?view={number}&layout=board").current is None

    @pytest.mark.parametrize("verb", ["edit/", "change/", "archive/", "restore/"])
    def test_a_shared_view_is_seen_by_all_and_changed_by_its_owner_only(self, client, manager, verb):
        view = keep(HeadFactory(), is_shared=True)

        assert opened(client, view).context["views"].current.pk == view.pk
        assert client.post(address(view) + verb).status_code == 404

    def test_only_who_may_share_does(self, client, manager):
        client.post(f"{NEW}layout=list&task=none", {"name": "Всем", "is_shared": "on"})

        assert not SavedView.objects.get().is_shared
        with pytest.raises(PermissionDenied):
            keep(manager, name="Тоже всем", is_shared=True)
        with pytest.raises(PermissionDenied):
            name_view(SavedView.objects.get(), name="Всем", is_shared=True, by=manager)

    def test_the_head_shares_and_takes_it_back(self, client):
        head, reader = HeadFactory(), SalesFactory()
        client.force_login(head)
        client.post(f"{NEW}layout=list&task=none", {"name": "Всем", "is_shared": "on"})
        view = SavedView.objects.get()
        assert SavedView.objects.visible_to(reader).get() == view

        client.post(f"/deals/views/{view.pk}/edit/", {"name": "Всем"})

        assert not SavedView.objects.visible_to(reader).exists()

    def test_nobody_changes_the_view_of_another(self, manager):
        view = keep(HeadFactory(), is_shared=True)

        for act in (
            lambda: name_view(view, name="Мой", is_shared=False, by=manager),
            lambda: change_view(view, layout="list", params=QueryDict(), by=manager, now=timezone.now()),
            lambda: archive_view(view, True, by=manager, now=timezone.now()),
            lambda: begin_with(keep(HeadFactory()), view.pipeline, by=manager),
        ):
            with pytest.raises(PermissionDenied):
                act()

    def test_a_shared_view_never_widens_what_its_reader_sees(self, client, manager):
        mine = DealFactory(partner=PartnerFactory(manager=manager))
        stranger = DealFactory()
        view = keep(HeadFactory(), query=f"manager={stranger.manager_id}", is_shared=True)

        page = opened(client, view)

        assert [row.pk for row in page.context["rows"]] == [mine.pk]
        assert "чьих сделок вы не видите" in page.content.decode()
        assert not page.context["views"].is_changed

    def test_a_view_of_one_s_own_deals_needs_no_warning(self, client, manager):
        view = keep(HeadFactory(), query=f"manager={manager.pk}", is_shared=True)

        assert "чьих сделок вы не видите" not in opened(client, view).content.decode()

    def test_a_city_where_the_reader_has_no_deals_narrows_to_nothing(self, client, manager):
        DealFactory(partner=PartnerFactory(manager=manager))
        view = keep(HeadFactory(), query=f"city={City.objects.get(name='Алматы').pk}", is_shared=True)

        page = opened(client, view)

        assert page.context["count"] == 0
        assert "Город: Алматы" in page.content.decode()

    def test_a_status_that_is_no_more_is_told_and_the_rest_of_the_view_is_applied(self, client, manager):
        DealFactory(partner=PartnerFactory(manager=manager))
        extra = Stage.objects.create(pipeline_id="renewal", name="Лишний", order=90)
        view = keep(manager, query=f"stage={extra.pk}&country=RU")
        extra.delete()

        page = opened(client, view)

        assert page.status_code == 200
        assert page.context["filter_errors"] == [("Статус", "Такого варианта больше нет.")]
        assert page.context["count"] == 1


class TestBeginning:
    def test_the_bare_board_opens_with_the_chosen_view_and_no_longer_when_it_is_taken_back(self, client, manager):
        view = keep(manager)

        client.post(f"/deals/views/{view.pk}/begin/")
        assert client.get(BOARD).url == f"{BOARD}?view={view.pk}&layout=list&task=none"
        assert client.get(f"{BOARD}?layout=board").status_code == 200, "all deals"
        assert client.get("/deals/board/addon/").status_code == 200
        client.post(f"/deals/views/{view.pk}/begin/", {"not": "1"})

        assert client.get(BOARD).status_code == 200

    def test_another_view_takes_its_place(self, client, manager):
        first, second = keep(manager), keep(HeadFactory(), is_shared=True)

        for view in (first, second, second):
            client.post(f"/deals/views/{view.pk}/begin/")

        assert DefaultView.objects.get().view == second

    def test_a_view_that_is_gone_opens_no_board(self, client, manager):
        own, shared = keep(manager), keep(HeadFactory(), is_shared=True, pipeline="addon")
        for view in (own, shared):
            begin_with(view, view.pipeline, by=manager)
        archive_view(own, True, by=manager, now=timezone.now())
        name_view(shared, name="Себе", is_shared=False, by=shared.owner)

        assert client.get(BOARD).status_code == 200
        assert client.get("/deals/board/addon/").status_code == 200

    def test_the_choice_is_one_s_own(self, client, manager):
        view = keep(HeadFactory(), is_shared=True)
        begin_with(view, view.pipeline, by=view.owner)

        assert client.get(BOARD).status_code == 200


class TestDatabase:
    @pytest.mark.parametrize(
        "wrong", [{"name": "СРОЧНОЕ"}, {"name": " "}, {"layout": "wall"}, {"pipeline_id": "nothing"}]
    )
    def test_it_refuses_what_must_never_be(self, manager, wrong):
        keep(manager)
        other = keep(manager, name="Второй")

        with pytest.raises(IntegrityError), transaction.atomic():
            SavedView.objects.filter(pk=other.pk).update(**wrong)
            connection.check_constraints()

    def test_a_board_does_not_begin_with_the_view_of_another_pipeline(self, manager):
        view = keep(manager)

        with pytest.raises(IntegrityError), transaction.atomic():
            DefaultView.objects.create(person=manager, pipeline_id="addon", view=view)

    def test_the_audit_trail_names_who_and_what(self, manager):
        view = keep(manager)
        name_view(view, name="Новое имя", is_shared=False, by=manager)
        begin_with(view, view.pipeline, by=manager)

        first, second = view.events.order_by("pgh_id")
        begun = DefaultView.objects.get().events.get()
        assert (first.name, second.name) == ("Срочное", "Новое имя")
        assert first.pgh_context.metadata["user"] == manager.pk
        assert begun.pgh_context.metadata["action"] == "saved_view.begin_with"


@pytest.mark.parametrize("layout", ["board", "list", "terms"])
def test_the_number_of_queries_does_not_grow_with_the_views(client, manager, layout):
    head = HeadFactory()
    view = keep(manager, layout=layout)
    DealFactory(partner=PartnerFactory(manager=manager))

    def queries():
        url = opened(client, view).request
        with CaptureQueriesContext(connection) as captured:
            client.get(f"{url['PATH_INFO']}?{url['QUERY_STRING']}")
        return len(captured)

    queries()
    few = queries()
    for number in range(MOST_VIEWS - 1):
        keep(manager, name=f"Вид {number}")
        keep(head, name=f"Общий {number}", is_shared=True)

    assert queries() == few <= {"board": 14, "list": 12, "terms": 12}[layout]
