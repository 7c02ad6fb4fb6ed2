"""Every mark, alert and blocked control explains its rule; what it quotes is what the manual says."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines
from django.utils import translation

from accounts.tests.factories import SupportFactory
from core.explanations import EXPLANATIONS
from deals.models import Alert

ASKING = re.compile(r"""{% why(?:_text)? ["'](.+?)["']""")
PAGES = list((Path(settings.BASE_DIR) / "templates").rglob("*.html"))
ASKED = {(code, path.name) for path in PAGES for code in ASKING.findall(path.read_text())}


def render(source: str) -> str:
    return engines["django"].from_string(source).render()


def test_what_a_template_asks_for_is_explained_and_every_explanation_is_asked_for():
    of_alerts = {EXPLANATIONS[f"alert.{kind}"] for kind in Alert.Kind.values}
    assert {(code, name) for code, name in ASKED if code not in EXPLANATIONS} == set()
    asked = of_alerts | {EXPLANATIONS[code] for code, _ in ASKED}
    assert [code for code, found in EXPLANATIONS.items() if found not in asked] == []


def test_each_kind_of_alert_is_explained():
    assert [kind for kind in Alert.Kind.values if f"alert.{kind}" not in EXPLANATIONS] == []


@pytest.mark.parametrize("code", EXPLANATIONS)
def test_an_explanation_is_a_sentence_under_a_rule_and_names_no_machine_words(code):
    found = EXPLANATIONS[code]
    sentence = str(found.sentence)
    assert re.fullmatch(r"R\d{1,2}", found.rule)
    assert sentence.endswith(".")
    assert not re.search(r"\bR\d|_|{", sentence + found.quotation)


def test_the_button_opens_its_own_card_and_says_what_it_is():
    with translation.override("ru"):
        twice = render('{% why "task.overdue" %}{% why "task.overdue" %}')

    buttons = re.findall(r'popovertarget="([\w-]+)"', twice)
    assert len(set(buttons)) == 2
    assert [f'id="{name}"' in twice for name in buttons] == [True, True]
    assert 'aria-label="Почему я это вижу"' in twice
    assert "Время дела прошло" in twice
    assert "Любое дело в CRM" in twice.replace("\N{NO-BREAK SPACE}", " ")


def test_an_unknown_code_is_an_error_and_not_an_empty_card():
    with pytest.raises(KeyError):
        render('{% why "no.such" %}')


@pytest.mark.django_db
def test_r21_each_hint_leads_to_the_article_of_its_rule(client):
    client.force_login(SupportFactory())
    leads = {found.rule: client.get(f"/knowledge/rules/{found.rule}/").url for found in EXPLANATIONS.values()}

    assert [rule for rule, url in leads.items() if url == "/knowledge/"] == []
    assert 'href="/knowledge/rules/R2/"' in render('{% why "task.overdue" %}')
