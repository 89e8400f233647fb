"""The page of an invitation has an answer to everything that its server sends it there with."""

import pytest

from backend.auth import invitation_web
from leadflow_app import routes
from leadflow_app.pages.invitation import page


def test_every_step_and_every_refusal_is_shown():
    assert set(page.STEPS) == set(invitation_web.Step)
    assert set(page.ERRORS) == {*invitation_web.ERRORS.values(), "origin"}


def test_the_link_and_the_form_lead_where_they_are_answered():
    assert routes.INVITATION == invitation_web.PAGE
    assert {route.path for route in invitation_web.router.routes} == {routes.INVITATION_POST}


@pytest.mark.parametrize("step", ["new", "accept", "other"])
def test_what_changes_something_is_a_form_that_is_posted(step):
    shown = str(page.STEPS[step]().render())
    target = routes.SIGN_OUT_POST if step == "other" else routes.INVITATION_POST
    assert target in shown
    assert '"post"' in shown


def test_signing_in_leads_back_to_the_invitation():
    assert "next=%2Fauth%2Finvitation" in str(page.sign_in_first().render())
