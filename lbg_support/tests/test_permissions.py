"""Nobody gets in by omission: every address declares who may open it, and every cell of the table is written out."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.utils import timezone

from accounts.middleware import DefaultDenyMiddleware, is_library_view
from accounts.models import Role, Substitution
from accounts.permissions import TABLE, Scope, acting_for, may, require, scope
from accounts.tests.factories import AdministratorFactory, SupportFactory, UserFactory
from deals.models import Deal
from deals.tests.factories import DealFactory

PUBLIC = {
    "k/<str:token>/",
    "k/<str:token>/<int:pk>/",
    "request/",
    "request/check/",
    "request/consent/<str:purpose>/",
    "request/sent/",
    "request/<str:token>/",
    "request/<str:token>/sent/",
    "healthz",
    "readyz",
    "favicon.ico",
    "me/session/",
}


def all_views(resolver: URLResolver, prefix: str = "", app_name: str = ""):
    """Our own views with their addresses."""
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            if not is_library_view(entry.callback, app_name):
                yield path, entry.callback
        else:
            yield from all_views(entry, path, entry.app_name or app_name)


def test_every_address_declares_its_permission():
    views = list(all_views(get_resolver()))
    undeclared = [path for path, view in views if not hasattr(view, "permission_name")]

    assert len(views) > 20
    assert undeclared == []


def test_only_these_addresses_are_public():
    public = {path for path, view in all_views(get_resolver()) if getattr(view, "permission_name", "") == "public"}

    assert public == PUBLIC


def test_every_cell_of_the_table_is_written_out():
    for name, cells in TABLE.items():
        assert set(cells) == set(Role.values), name


@pytest.mark.django_db
def test_a_view_without_a_declaration_is_refused_even_to_the_head():
    def forgotten(request):
        raise AssertionError("must not run")

    request = RequestFactory().get("/forgotten/")
    request.user = UserFactory(role=Role.HEAD)
    request.resolver_match = resolve("/day/")

    with pytest.raises(PermissionDenied):
        DefaultDenyMiddleware(lambda request: None).process_view(request, forgotten, (), {})


def test_a_stranger_is_sent_to_the_login_page(client):
    response = client.get("/day/")

    assert response.status_code == 302
    assert response.url.startswith("/accounts/login/")


def test_a_stranger_has_no_permission_at_all():
    assert {scope(AnonymousUser(), name) for name in TABLE} == {Scope.NONE}


@pytest.mark.django_db
def test_the_administrator_sees_no_business_data():
    administrator = AdministratorFactory()
    DealFactory()

    business = [name for name in TABLE if name.split(".")[0] in {"partner", "deal", "task", "invoice", "payment"}]
    assert not any(may(administrator, name) for name in business)
    assert not Deal.objects.visible_to(administrator).exists()


@pytest.mark.django_db
def test_a_right_given_to_one_person_is_not_his_colleagues():
    with_right, without = SupportFactory(can_issue_invoices=True), SupportFactory()

    assert scope(with_right, "invoice.issue") == Scope.OWN
    assert scope(without, "invoice.issue") == Scope.NONE


@pytest.mark.django_db
def test_who_has_left_may_nothing():
    assert not may(SupportFactory(is_active=False), "deal.read")


@pytest.mark.django_db
def test_a_substitute_works_with_the_absent_colleagues_deals_on_these_days_only():
    today = timezone.localdate()
    deal, substitute = DealFactory(), SupportFactory()
    substitution = Substitution.objects.create(
        substitute=substitute, absent=deal.manager, starts_on=today, ends_on=today
    )

    require(substitute, "deal.move", deal)
    substitution.ends_on = substitution.starts_on = today.replace(year=today.year - 1, day=1)
    substitution.save()
    later = type(substitute).objects.get(pk=substitute.pk)

    assert acting_for(later) == [substitute.pk]
    with pytest.raises(PermissionDenied):
        require(later, "deal.move", deal)
