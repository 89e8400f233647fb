"""A rule in one sentence, as people would say it."""

import pytest

from leadflow_app.rule_catalogue import language
from leadflow_app.rule_drafts import from_definition
from leadflow_app.rule_words import action_words

LANGUAGE = language()


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (
            {"points": 20, "cadence": "once", "reason": "Asked for the price"},
            "add points: 20 Asked for the price (once per lead)",
        ),
        ({"points": 5, "cadence": "daily"}, "add points: 5 (once a day)"),
        (
            {"points": 5, "cadence": "every", "cap": 20, "cooldown_hours": 3},
            "add points: 5 (every time, at most 20 in all, 3 hours apart)",
        ),
    ],
)
def test_points_are_said_with_their_reason_before_how_often(action, words):
    definition = {"if": {"all": []}, "then": [{"action": "add_points", **action}]}
    assert action_words(from_definition("R", definition, LANGUAGE), LANGUAGE) == words
