"""After a form one goes on to a page of ours: anything else in `next` leads to the deal."""

import pytest
from django.test import RequestFactory

from deals.views.ways import way_back


@pytest.mark.parametrize(
    "asked", ["", "x'); --", "-1", "day", "//evil.example/", "https://evil.example/", "/\\evil.example"]
)
def test_what_is_no_page_of_ours_leads_to_the_deal(asked):
    assert way_back(RequestFactory().post("/", {"next": asked}), 7) == "/deals/7/"


def test_a_page_of_ours_is_gone_back_to():
    assert way_back(RequestFactory().post("/", {"next": "/day/?order=time"}), 7) == "/day/?order=time"
