"""Who guesses waits, and never for ever; who was here before does not wait for those who guess."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backend import auth
from backend.auth import (
    CodeAsked,
    SignedIn,
    SignInRefused,
    TooBusy,
    TooManyAttempts,
    Visitor,
    attempts,
    passwords,
)
from backend.auth.attempts import ADDRESS, PERSON
from backend.auth.attempts_repository import Tally
from backend.auth.tasks import forget
from backend.kit.ids import new_id
from backend.platform.database import engine
from tests.auth.at_the_door import EMAIL, HERE, changed, in_system, sign_in
from tests.factories import PASSWORD, create_user, run_as
from tests.platform._processes import eventually

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOBODY = "nobody@leadflow.example"
ELSEWHERE = replace(HERE, address="198.51.100.1")


@pytest.fixture
def ana(actor):
    return run_as(actor, create_user, email=EMAIL)


def strangers(email=EMAIL, address="203.0.113.5"):
    return attempts.sign_in_counters(email, device=None, address=address)


def guess(times, counters):
    """Count attempts without making them; returns how many were let through."""
    passed = 0
    for _ in range(times):
        try:
            in_system(attempts.begin, counters)
        except TooManyAttempts:
            continue
        passed += 1
    return passed


def pass_time(seconds):
    """Let the clock go on, as the rows see it."""
    changed(
        "UPDATE sign_in_attempt SET last_at = last_at - CAST(:gone AS interval),"
        " began_at = began_at - CAST(:gone AS interval)",
        gone=timedelta(seconds=seconds),
    )


def outcome(email=EMAIL, password="wrong", visitor=HERE):
    """Return in a word what became of an attempt, and how long to wait."""
    try:
        return type(sign_in(email, password, visitor)).__name__
    except TooManyAttempts as refusal:
        return f"wait {refusal.minutes}"
    except TooBusy:
        return "TooBusy"
    except SignInRefused as refusal:
        return refusal.message


@pytest.mark.parametrize(
    ("limit", "failures", "seconds"),
    [
        (PERSON, 0, 0),
        (PERSON, 4, 0),
        (PERSON, 5, 30),
        (PERSON, 6, 60),
        (PERSON, 9, 480),
        (PERSON, 10, 900),
        (PERSON, 10_000_000, 900),
        (ADDRESS, 29, 0),
        (ADDRESS, 30, 900),
    ],
)
def test_the_wait_doubles_up_to_a_quarter_of_an_hour(limit, failures, seconds):
    tally = Tally(failures=failures, began_at=NOON, last_at=NOON)
    assert attempts.remaining_wait(limit, tally, NOON) == timedelta(seconds=seconds)


def test_the_wait_runs_out():
    tally = Tally(failures=20, began_at=NOON, last_at=NOON)
    assert attempts.remaining_wait(PERSON, tally, NOON + timedelta(minutes=15)) <= timedelta(0)


def test_what_an_address_did_is_forgotten_after_its_window():
    tally = Tally(failures=30, began_at=NOON, last_at=NOON + timedelta(minutes=14))
    now = NOON + timedelta(minutes=14)
    assert attempts.remaining_wait(ADDRESS, tally, now) == timedelta(minutes=1)


@pytest.mark.usefixtures("ana")
def test_an_address_that_nobody_has_is_answered_like_one_that_somebody_has():
    outcomes = {email: [outcome(email) for _ in range(7)] for email in (EMAIL, NOBODY)}
    assert outcomes[EMAIL] == outcomes[NOBODY]
    assert outcomes[EMAIL][4:] == [outcomes[EMAIL][0], "wait 1", "wait 1"]


@pytest.mark.usefixtures("ana")
def test_the_right_password_waits_too_and_then_opens():
    guess(5, strangers())
    assert outcome(password=PASSWORD) == "wait 1"
    pass_time(31)
    assert outcome(password=PASSWORD) == "SignedIn"


@pytest.mark.usefixtures("database")
def test_what_is_tried_meanwhile_prolongs_nothing():
    guess(5, strangers())
    pass_time(20)
    assert guess(20, strangers()) == 0
    pass_time(11)
    assert guess(1, strangers()) == 1


@pytest.mark.usefixtures("database")
def test_a_lockout_ends_within_a_quarter_of_an_hour_however_long_it_is_hammered():
    for _ in range(40):
        guess(3, strangers())
        pass_time(60)
    pass_time(15 * 60 - 60)
    assert guess(1, strangers()) == 1


@pytest.mark.usefixtures("database")
def test_failures_are_forgotten_after_a_day():
    guess(5, strangers())
    pass_time(24 * 60 * 60)
    assert guess(6, strangers()) == 5


@pytest.mark.usefixtures("ana")
def test_who_signed_in_here_before_does_not_wait_for_strangers():
    device = sign_in().device
    guess(9, strangers())
    assert outcome(password=PASSWORD, visitor=ELSEWHERE).startswith("wait")
    assert outcome(password=PASSWORD, visitor=replace(ELSEWHERE, device=device)) == "SignedIn"


@pytest.mark.usefixtures("ana")
def test_a_known_browser_may_not_guess_for_ever_either():
    known = replace(HERE, device=sign_in().device)
    assert [outcome(visitor=known) for _ in range(6)][-1] == "wait 1"
    assert outcome(password=PASSWORD) == "SignedIn"


@pytest.mark.usefixtures("ana")
def test_a_made_up_device_is_a_stranger():
    guess(5, strangers())
    made_up = replace(HERE, device="made up")
    assert outcome(password=PASSWORD, visitor=made_up) == "wait 1"
    pass_time(31)
    assert sign_in(visitor=made_up).device != "made up"


def test_a_device_is_known_to_those_who_used_it(actor, ana):
    assert ana
    run_as(actor, create_user, email="bo@leadflow.example")
    shared = replace(HERE, device=sign_in().device)
    guess(5, strangers("bo@leadflow.example"))
    assert outcome("bo@leadflow.example", PASSWORD, shared) == "wait 1"
    pass_time(31)
    assert sign_in("bo@leadflow.example", visitor=shared).device == shared.device
    assert sign_in(visitor=shared).device == shared.device


@pytest.mark.usefixtures("ana")
def test_only_the_last_devices_are_known():
    changed(
        "INSERT INTO known_device SELECT u.id, n::text, now(), now() - n * interval '1 hour'"
        " FROM user_account AS u, generate_series(1, 30) AS n"
    )
    sign_in()
    kept = [row[0] for row in changed("SELECT token_hash FROM known_device ORDER BY last_seen_at")]
    assert len(kept) == 20
    assert kept[0] == "19"


@pytest.mark.usefixtures("ana")
def test_an_address_that_tries_many_accounts_waits_for_all_of_them():
    for number in range(30):
        guess(1, strangers(f"{number}@leadflow.example"))
    there = Visitor(address="203.0.113.5")
    assert outcome(password=PASSWORD, visitor=there) == "wait 15"
    assert outcome(password=PASSWORD, visitor=HERE) == "SignedIn"
    pass_time(15 * 60)
    assert outcome(password=PASSWORD, visitor=there) == "SignedIn"


@pytest.mark.usefixtures("ana")
def test_getting_in_clears_an_account_and_not_its_address():
    guess(4, strangers(address=HERE.address))
    sign_in()
    rows = changed("SELECT failures FROM sign_in_attempt")
    assert [row[0] for row in rows] == [4]


@pytest.mark.parametrize(
    ("one", "other", "is_counted_together"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("192.0.2.1", "192.0.2.2", False),
        ("", "unknown", False),
    ],
)
@pytest.mark.usefixtures("database")
def test_an_ipv6_customer_is_counted_as_one(one, other, is_counted_together):
    first, second = strangers(address=one)[0], strangers(address=other)[0]
    assert (first == second) is is_counted_together


@pytest.mark.usefixtures("database")
def test_many_at_once_are_no_more_than_one_after_the_other():
    with ThreadPoolExecutor(12) as pool:
        passed = sum(pool.map(lambda _: guess(1, strangers()), range(24)))
    assert passed == 5


@pytest.mark.usefixtures("database")
def test_the_rows_tell_neither_who_nor_from_where():
    guess(1, strangers())
    kept = str(changed("SELECT * FROM sign_in_attempt"))
    assert EMAIL not in kept
    assert "203.0.113.5" not in kept


class Busy:
    """Keeps everybody else from hashing until it lets go."""

    def __init__(self):
        self._free = passwords._places._value  # noqa: SLF001  what they wait for
        self._held = passwords.HASHED_AT_ONCE
        for _ in range(self._held):
            passwords._turns.acquire()  # noqa: SLF001

    def waiting(self):
        return self._free - passwords._places._value  # noqa: SLF001

    def let_go(self):
        while self._held:
            self._held -= 1
            passwords._turns.release()  # noqa: SLF001


@pytest.fixture
def busy():
    made = Busy()
    yield made
    made.let_go()


@pytest.fixture
def on_the_way(busy):
    """Let somebody sign in up to where the password is checked; returns how it ends."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(outcome, password=PASSWORD)
        assert eventually(lambda: busy.waiting() == 1)

        def end():
            busy.let_go()
            return future.result()

        yield end
        busy.let_go()


def test_no_connection_is_held_while_a_password_is_checked(ana, on_the_way):
    assert ana
    assert engine().pool.checkedout() == 0
    assert on_the_way() == "SignedIn"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE user_account SET is_disabled = true",
        "UPDATE user_account SET password_hash = 'another'",
        "DELETE FROM membership",
    ],
)
def test_what_changed_while_a_password_was_checked_counts(ana, on_the_way, change):
    assert ana
    changed(change)
    assert "do not belong together" in on_the_way()
    assert changed("SELECT 1 FROM session") == []


@pytest.mark.usefixtures("ana")
def test_a_flood_is_sent_away_before_it_fills_the_memory(busy):
    places = passwords.HASHED_AT_ONCE + passwords.WAITING_AT_ONCE
    with ThreadPoolExecutor(places) as pool:
        checks = [pool.submit(passwords.matches, None, "x") for _ in range(places)]
        assert eventually(lambda: busy.waiting() == places)
        assert outcome(password=PASSWORD) == "TooBusy"
        busy.let_go()
    assert not any(check.result() for check in checks)
    assert {row[0] for row in changed("SELECT failures FROM sign_in_attempt")} == {0}


def test_signed_in_guesses_are_counted_although_they_are_rolled_back(ana):
    for _ in range(5):
        with pytest.raises(auth.WrongPassword):
            run_as(ana, auth.change_password, current="wrong", new="another good one")
    with pytest.raises(TooManyAttempts, match="1 minute"):
        run_as(ana, auth.change_password, current=PASSWORD, new="another good one")
    assert isinstance(sign_in(), SignedIn | CodeAsked)


@pytest.mark.usefixtures("ana")
def test_what_is_over_is_deleted():
    guess(1, strangers("old@leadflow.example"))
    pass_time(25 * 60 * 60)
    guess(1, strangers("new@leadflow.example"))
    token = sign_in(visitor=ELSEWHERE).token
    values = "'old', 0, now() - interval '1 second' FROM user_account"
    changed(f"INSERT INTO sign_in_challenge SELECT gen_random_uuid(), id, {values}")
    changed("UPDATE known_device SET last_seen_at = now() - interval '500 days'")
    changed("UPDATE session SET revoked_at = now() - interval '100 days'")
    ids = new_id(), sign_in(visitor=ELSEWHERE).actor.session_id
    forget()
    assert len(changed("SELECT 1 FROM sign_in_attempt")) == 3
    assert changed("SELECT 1 FROM sign_in_challenge") == []
    assert len(changed("SELECT 1 FROM known_device")) == 1
    assert [row[0] for row in changed("SELECT id FROM session")] == [ids[1]]
    assert token
