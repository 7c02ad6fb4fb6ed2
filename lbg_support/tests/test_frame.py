"""The frame around every page shows what its reader may open."""

import pytest
from django.urls import reverse

from accounts.tests.factories import AdministratorFactory, SupportFactory


@pytest.mark.django_db
@pytest.mark.parametrize(("factory", "is_shown"), [(SupportFactory, True), (AdministratorFactory, False)])
def test_the_bell_is_there_for_who_may_read_alerts(client, factory, is_shown):
    client.force_login(factory())

    page = client.get("/me/").content.decode()

    assert (reverse("deals:notifications") in page) is is_shown


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["deals:board", "deals:terms"])
def test_a_pipeline_is_current_on_its_board_and_on_its_dates(client, page):
    client.force_login(SupportFactory())

    navigation = client.get(reverse(page, args=["renewal"])).context["navigation"]

    current = [item["url"] for group in navigation for item in group["items"] if item["current"]]
    assert current == [reverse("deals:board", args=["renewal"])]
