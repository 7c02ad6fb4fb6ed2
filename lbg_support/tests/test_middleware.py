"""A NUL is refused before it reaches a view: nobody types one, and PostgreSQL stores none."""

import pytest

from accounts.tests.factories import SupportFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("method", "address", "data"),
    [
        ("get", "/deals/board/re%00newal/", {}),
        ("get", "/partners/", {"q": "a\0b"}),
        ("post", "/me/preferences/", {"theme": "dark\0"}),
        ("post", "/me/preferences/", {"the\0me": "dark"}),
    ],
)
def test_a_nul_is_refused_wherever_it_stands(client, method, address, data):
    person = SupportFactory()
    client.force_login(person)

    answer = getattr(client, method)(address, data)

    person.refresh_from_db()
    assert answer.status_code == 400
    assert "Ничего не изменилось" in answer.content.decode()
    assert person.theme == "system"
