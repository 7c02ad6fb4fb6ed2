"""R16 as pure rules: on which lists a partner stands, and what came of a promise."""

from datetime import date, timedelta

import pytest

from deals.rules import Health
from meetings.rules import Facts, Kept, Listed, kept, lists_of, shown_under

TODAY = date(2026, 11, 27)
SOON, LATER = TODAY + timedelta(days=31), TODAY + timedelta(days=32)


@pytest.mark.parametrize(
    ("facts", "correction", "lists"),
    [
        (Facts(Health.GOOD, SOON), "", [Listed.SURE]),
        (Facts(Health.GOOD, LATER), "", []),
        (Facts(Health.GOOD, None, has_offer=True), "", [Listed.ADDON]),
        (Facts(Health.GOOD, SOON, is_renewal_sure=False), "", [Listed.DOUBTFUL]),
        (Facts(Health.DOUBTFUL, SOON), "", [Listed.DOUBTFUL]),
        (Facts(Health.PROBLEM, SOON, has_offer=True), "", [Listed.DOUBTFUL, Listed.ADDON, Listed.PROBLEM]),
        (Facts(Health.DOUBTFUL, SOON), "sure", [Listed.SURE]),
        (Facts(Health.GOOD, SOON), "doubtful", [Listed.DOUBTFUL]),
        (Facts(Health.GOOD, LATER), "sure", []),
        (Facts(Health.GOOD, None), "problem", [Listed.PROBLEM]),
        (Facts(Health.PROBLEM, None), "calm", []),
    ],
)
def test_r16_a_partner_stands_on_the_lists_that_the_rules_or_its_manager_say(facts, correction, lists):
    assert list(lists_of(facts, correction, TODAY)) == lists


def test_in_the_table_of_all_a_partner_stands_under_its_most_urgent_list():
    assert shown_under((Listed.SURE, Listed.ADDON, Listed.PROBLEM)) == Listed.PROBLEM
    assert shown_under((Listed.ADDON, Listed.DOUBTFUL)) == Listed.DOUBTFUL
    assert shown_under(()) is None


@pytest.mark.parametrize(
    ("done", "overdue", "paid", "came"),
    [
        (True, False, False, Kept.DONE),
        (None, False, True, Kept.DONE),
        (False, True, False, Kept.NOT_DONE),
        (False, False, False, Kept.PARTLY),
        (None, False, False, None),
    ],
)
def test_r16_a_promise_is_judged_by_its_task_and_the_money(done, overdue, paid, came):
    assert kept(is_task_done=done, is_task_overdue=overdue, has_paid=paid) == came
