"""What a whole message says about consent, and the fold of what was said."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.contacts import ConsentChange, ConsentState, ConsentWords
from backend.contacts.consent_policy import (
    STARTED,
    STOPPED,
    current,
    faults,
    folded,
    meaning_of,
    outdoes,
    state_after,
)
from tests.factories import NOON

IN, OUT = ConsentChange.OPT_IN, ConsentChange.OPT_OUT
MOMENTS = st.integers(0, 5).map(lambda hours: NOON + timedelta(hours=hours))
SAID = st.tuples(MOMENTS, st.sampled_from(ConsentChange))


@given(st.data())
def test_what_holds_does_not_depend_on_the_order_of_arrival(data):
    said = data.draw(st.lists(SAID, max_size=8))
    other = data.draw(st.permutations(said))
    assert current(said) == current(other)
    assert current([*said, *other]) == current(said)


@given(st.lists(SAID, max_size=8))
def test_what_holds_changes_with_what_outdoes_it_and_nothing_else(said):
    holds = None
    for one in said:
        before = holds and holds[1]
        if outdoes(one, holds):
            assert before is not one[1]
            holds = one
        elif holds is not None and one[1] is holds[1]:
            holds = max(holds, one, key=lambda pair: pair[0])
    assert (holds and holds[1]) == (current(said) and current(said)[1])


def test_the_opt_out_wins_of_one_moment():
    assert current([(NOON, OUT), (NOON, IN)]) == (NOON, OUT)
    assert current([]) is None


def test_each_change_leads_to_a_state():
    states = [state_after(one) for one in (None, IN, OUT)]
    expected = [ConsentState.UNKNOWN, ConsentState.OPTED_IN, ConsentState.OPTED_OUT]
    assert states == expected


@pytest.mark.parametrize(
    "text",
    [
        "STOP",
        "stop",
        "  Stop. ",
        "\u200bStop!!!\u200f",
        "\uff33\uff34\uff2f\uff30",
        "\u00abstop\u00bb",
        "Stopp",
        "arrêt",
        "arre\u0302t",
        "Arret",
        "baja",
        "iptal",
        "İPTAL",
        "opt  out",
        "退订。",
        "توقف",
        "unsubscribe",
    ],
)
def test_a_whole_message_opts_out(text):
    assert meaning_of(text, ConsentWords()) is OUT


@pytest.mark.parametrize("text", ["start", "UNSTOP", "Start.", "alta"])
def test_a_whole_message_opts_in(text):
    assert meaning_of(text, ConsentWords()) is IN


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "...",
        "please stop",
        "stop it",
        "When does it start?",
        "non-stop",
        "stops",
        "bus stop, please",
        "STOP" + " " * 100,
    ],
)
def test_a_sentence_says_nothing(text):
    assert meaning_of(text, ConsentWords()) is None


@given(st.text(max_size=30))
def test_folding_twice_is_folding_once(text):
    assert folded(folded(text)) == folded(text)


def test_a_workspace_has_its_own_words():
    words = ConsentWords(stop_words=("enough",), start_words=("again",))
    assert meaning_of("Enough!", words) is OUT
    assert meaning_of("again", words) is IN
    assert meaning_of("stop", words) is None


def test_what_is_answered_may_be_switched_off():
    assert ConsentWords().text_for(OUT) == STOPPED
    assert ConsentWords().text_for(IN) == STARTED
    assert ConsentWords(confirms=False).text_for(OUT) is None


def test_the_settings_that_everybody_has_are_without_fault():
    assert faults(ConsentWords()) == ()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"stop_words": ()}, "stop_words"),
        ({"stop_words": ("!",)}, "stop_words"),
        ({"stop_words": ("a" * 41,)}, "stop_words"),
        ({"stop_words": tuple(f"word{number}" for number in range(101))}, "stop_words"),
        ({"stop_words": ("halt",), "start_words": ("Halt!",)}, "start_words"),
        ({"stopped_text": " "}, "stopped_text"),
        ({"started_text": "a" * 1025}, "started_text"),
    ],
)
def test_settings_that_cannot_be_are_named(given, field):
    found = faults(ConsentWords(**given))
    assert [fault.field for fault in found] == [field]
    assert found[0].message
    assert found[0].expected
