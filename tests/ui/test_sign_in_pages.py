"""The pages at the door: forms that work without a script, and a sentence for every refusal."""

import re

import pytest

from backend.auth.web import CODE_PAGE, RECOVERY_FORM, RESET_PAGE, SIGN_IN_PAGE, router
from leadflow_app import routes
from leadflow_app.pages.sign_in import page, views

POSTS = {
    page.sign_in: routes.SIGN_IN_POST,
    page.second_step: routes.SECOND_FACTOR_POST,
    page.new_password: routes.RESET_POST,
}


@pytest.mark.parametrize("drawn", POSTS)
def test_a_form_is_posted_by_the_browser_itself(drawn):
    said = str(drawn())
    assert f'action:"{POSTS[drawn]}"' in said
    assert 'method:"post"' in said
    assert "onSubmit" not in said


def test_every_form_posts_to_a_route():
    posted = {route.path for route in router.routes if "POST" in route.methods}
    wanted = {*POSTS.values(), routes.SIGN_OUT_POST, routes.WORKSPACE_POST}
    assert wanted <= posted


def test_refusals_lead_to_pages_that_exist():
    assert (SIGN_IN_PAGE, CODE_PAGE, RESET_PAGE) == (
        routes.SIGN_IN,
        routes.SIGN_IN_CODE,
        routes.RESET,
    )
    assert views.RECOVERY == RECOVERY_FORM


@pytest.mark.parametrize(
    ("drawn", "words"),
    [
        (page.sign_in, {"credentials", "origin", "expired", "busy", "locked"}),
        (page.second_step, {"code", "locked"}),
        (page.new_password, {"weak", "gone", "origin", "busy"}),
    ],
)
def test_every_refusal_is_a_sentence(drawn, words):
    said = str(drawn())
    assert all(f'case JSON.stringify("{word}"):' in said for word in words)


def test_a_code_is_typed_with_the_keys_for_it_and_remembered_by_no_form():
    said = str(page.second_step())
    assert 'autoComplete:"one-time-code"' in said
    assert 'inputMode:"numeric"' in said


@pytest.mark.parametrize(("minutes", "said"), [(1, "Wait 1 minute,"), (15, "Wait 15 minutes,")])
def test_a_wait_is_said_in_minutes(minutes, said):
    assert said in views.wait_in_words(minutes)


def test_what_the_address_says_is_never_shown_as_text():
    said = str(views.lockout())
    shown = re.findall(r'jsx\("span",\{\},(.*?)\)', said)
    assert len(shown) == views.LONGEST_WAIT
    assert all("query_parameters" not in one for one in shown)
