"""When something breaks the visitor gets a code, and the log has the same one."""

import logging

from django.test import RequestFactory

from lbg_support.refusals import server_error


def test_the_page_of_a_failure_names_a_code_that_the_log_has(caplog):
    with caplog.at_level(logging.ERROR):
        answer = server_error(RequestFactory().post("/deals/7/comment/"))

    code = answer.headers["X-Error-Code"]
    assert answer.status_code == 500
    assert code in answer.content.decode()
    assert f"Error {code}: POST /deals/7/comment/" in caplog.text
