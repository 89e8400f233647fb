"""The second factor: asked after the password, each code once, and nobody in before it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pyotp
import pytest

from backend import auth
from backend.auth import (
    ChallengeGone,
    CodeAsked,
    HasSecondFactor,
    NoAccount,
    NoSecondFactor,
    SignInRefused,
    TooManyAttempts,
    Visitor,
    WrongCode,
    WrongPassword,
    totp,
)
from backend.kit.errors import LeadFlowError
from tests.auth.at_the_door import (
    EMAIL,
    HERE,
    STEP_SECONDS,
    actions,
    actor_of,
    add_second_factor,
    app_code,
    changed,
    entries,
    fresh_code,
    in_system,
    sign_in,
)
from tests.factories import PASSWORD, create_user, run_as

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
# RFC 6238, appendix B, SHA-1: the last six of the eight digits there.
RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
RFC_VECTORS = {59: "287082", 1111111109: "081804", 1234567890: "005924", 20000000000: "353130"}


@pytest.fixture
def ana(actor):
    return run_as(actor, create_user, email=EMAIL)


@pytest.fixture
def secured(ana):
    """Let Ana have a second factor; returns its secret and her recovery codes."""
    return add_second_factor(ana)


def asked(visitor=HERE):
    """Give the right password and return the challenge."""
    outcome = sign_in(visitor=visitor)
    assert isinstance(outcome, CodeAsked)
    return outcome.token


def give(challenge, code, visitor=HERE):
    return auth.give_code(challenge=challenge, code=code, visitor=visitor)


def wrong_code(secret):
    """Return six digits that no step near this moment has."""
    near = {app_code(secret, steps=steps) for steps in range(-3, 4)}
    return next(
        code for code in ("000000", "111111", *map(str, range(200000, 200009))) if code not in near
    )


def try_wrong(challenge, secret, visitor=HERE):
    with pytest.raises(WrongCode):
        give(challenge, wrong_code(secret), visitor)


@pytest.mark.parametrize(("second", "code"), RFC_VECTORS.items())
def test_codes_are_those_of_the_standard(second, code):
    now = datetime.fromtimestamp(second, UTC)
    assert totp.matching_step(RFC_SECRET, code, now) == second // STEP_SECONDS


@pytest.mark.parametrize(
    ("steps", "is_accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_clock_may_be_one_step_off(steps, is_accepted):
    code = pyotp.TOTP(RFC_SECRET).at(NOON + timedelta(seconds=steps * STEP_SECONDS))
    found = totp.matching_step(RFC_SECRET, code, NOON)
    assert found == (int(NOON.timestamp()) // STEP_SECONDS + steps if is_accepted else None)


@pytest.mark.parametrize("code", ["", "12345", "\ud800", "１２３４５６", "0" * 400])
def test_what_is_no_code_matches_nothing(code):
    assert totp.matching_step(RFC_SECRET, code, NOON) is None


def test_an_app_learns_the_secret_from_a_picture_of_our_own(ana):
    offer = run_as(ana, auth.begin_second_factor)
    uri = urlsplit(offer.uri)
    assert (uri.scheme, uri.netloc, unquote(uri.path)) == ("otpauth", "totp", f"/LeadFlow:{EMAIL}")
    asked_for = parse_qs(uri.query)
    assert (asked_for["secret"], asked_for["issuer"]) == ([offer.secret], ["LeadFlow"])
    assert offer.qr.startswith("data:image/svg+xml")
    assert "<script" not in unquote(offer.qr)
    assert offer.secret not in repr(offer)


def test_the_secret_is_sealed_and_bound_to_its_person(actor, ana):
    offer = run_as(ana, auth.begin_second_factor)
    bo = run_as(actor, create_user, email="bo@leadflow.example")
    ((kept,),) = changed("SELECT sealed_secret FROM second_factor")
    assert offer.secret not in kept
    run_as(bo, auth.begin_second_factor)
    changed("UPDATE second_factor SET sealed_secret = :kept", kept=kept)
    with pytest.raises(LeadFlowError, match="cannot be opened"):
        run_as(bo, auth.confirm_second_factor, app_code(offer.secret))


def test_nothing_is_asked_before_a_code_confirmed_it(ana):
    secret = run_as(ana, auth.begin_second_factor).secret
    assert isinstance(sign_in(), auth.SignedIn)
    with pytest.raises(WrongCode):
        run_as(ana, auth.confirm_second_factor, wrong_code(secret))
    assert run_as(ana, auth.security_of).second_factor_since is None
    assert isinstance(sign_in(), auth.SignedIn)


def test_beginning_again_takes_the_place_of_what_waited(ana):
    first = run_as(ana, auth.begin_second_factor).secret
    second = run_as(ana, auth.begin_second_factor).secret
    assert first != second
    with pytest.raises(WrongCode):
        run_as(ana, auth.confirm_second_factor, app_code(first))
    assert len(run_as(ana, auth.confirm_second_factor, app_code(second))) == 10


def test_adding_one_ends_the_other_sessions_and_is_told(ana):
    elsewhere = sign_in().token
    here = sign_in()
    _, codes = add_second_factor(here.actor)
    assert actor_of(elsewhere) is None
    assert actor_of(here.token) is not None
    assert actions(ana)[0] == "second_factor.added"
    secured = run_as(here.actor, auth.security_of)
    assert secured.second_factor_since is not None
    assert secured.recovery_codes_left == len(set(codes)) == 10


@pytest.mark.usefixtures("secured")
def test_one_in_force_is_neither_offered_again_nor_confirmed_again(ana):
    with pytest.raises(HasSecondFactor):
        run_as(ana, auth.begin_second_factor)
    ((kept,),) = changed("SELECT count(*) FROM second_factor WHERE confirmed_at IS NOT NULL")
    assert kept == 1


def test_confirming_twice_is_refused(ana, secured):
    with pytest.raises(HasSecondFactor):
        run_as(ana, auth.confirm_second_factor, app_code(secured[0]))


@pytest.mark.usefixtures("secured")
def test_there_is_no_session_before_the_code():
    token = asked()
    assert changed("SELECT 1 FROM session") == []
    assert actor_of(token) is None
    assert token not in str(changed("SELECT * FROM sign_in_challenge"))


def test_the_right_code_opens_a_session_once(ana, secured):
    token = asked()
    signed_in = give(token, f" {app_code(secured[0])[:3]} {app_code(secured[0])[3:]}")
    assert actor_of(signed_in.token) == signed_in.actor
    assert signed_in.actor.user_id == ana.user_id
    with pytest.raises(ChallengeGone):
        give(token, fresh_code(secured[0]))
    assert entries(ana)[0].details == {"second_factor": "app"}


def test_a_code_is_accepted_once(secured):
    code = app_code(secured[0])
    give(asked(), code)
    with pytest.raises(WrongCode):
        give(asked(), code)
    with pytest.raises(WrongCode):
        give(asked(), app_code(secured[0], steps=-1))


def test_a_recovery_code_works_once_however_it_is_written(ana, secured):
    _, codes = secured
    give(asked(), codes[0].upper().replace("-", " "))
    assert actions(ana)[:2] == ["sign_in.succeeded", "recovery_codes.used"]
    with pytest.raises(WrongCode):
        give(asked(), codes[0])
    assert run_as(ana, auth.security_of).recovery_codes_left == 9
    assert all(
        code.replace("-", "") not in str(changed("SELECT * FROM recovery_code")) for code in codes
    )


def test_one_recovery_code_used_twice_at_once_opens_one_session(secured):
    challenges = [asked() for _ in range(4)]

    def attempt(challenge):
        try:
            return give(challenge, secured[1][0])
        except (WrongCode, TooManyAttempts):
            return None

    with ThreadPoolExecutor(4) as pool:
        opened = list(filter(None, pool.map(attempt, challenges)))
    assert len(opened) == 1
    assert len(changed("SELECT 1 FROM session")) == 1


def test_one_challenge_answered_twice_at_once_opens_one_session(secured):
    challenge, codes = asked(), secured[1]

    def attempt(code):
        try:
            return give(challenge, code)
        except ChallengeGone:
            return None

    with ThreadPoolExecutor(4) as pool:
        opened = list(filter(None, pool.map(attempt, codes[:4])))
    assert len(opened) == 1


@pytest.mark.usefixtures("secured")
@pytest.mark.parametrize("code", ["", "000", "zebra", "\x00", "\ud800", "１２３４５６", "a" * 64])
def test_what_is_no_code_is_a_wrong_one(code):
    with pytest.raises(WrongCode):
        give(asked(), code)


def test_a_challenge_ends_after_five_minutes(secured):
    token = asked()
    lifetimes = changed("SELECT expires_at - now() FROM sign_in_challenge")
    assert timedelta(minutes=4) < lifetimes[0][0] <= timedelta(minutes=5)
    changed("UPDATE sign_in_challenge SET expires_at = now() - interval '1 second'")
    with pytest.raises(ChallengeGone):
        give(token, app_code(secured[0]))


def test_a_challenge_dies_of_five_wrong_codes_which_are_told(ana, secured):
    token = asked()
    for _ in range(4):
        try_wrong(token, secured[0])
    with pytest.raises(ChallengeGone):
        give(token, wrong_code(secured[0]))
    with pytest.raises(ChallengeGone):
        give(token, app_code(secured[0]))
    assert actions(ana)[:5] == ["sign_in.failed"] * 5
    assert entries(ana)[0].details == {"step": "code"}


def test_wrong_codes_are_counted_over_challenges_and_the_wait_ends(secured):
    first = asked()
    for _ in range(3):
        try_wrong(first, secured[0])
    second = asked(Visitor(address="198.51.100.3"))
    for _ in range(2):
        try_wrong(second, secured[0])
    with pytest.raises(TooManyAttempts):
        give(second, app_code(secured[0]))
    changed("UPDATE sign_in_attempt SET last_at = last_at - interval '31 seconds'")
    assert actor_of(give(second, app_code(secured[0])).token) is not None


def test_who_signed_in_here_before_does_not_wait_for_those_who_guess_codes(secured):
    known = replace(HERE, device=give(asked(), app_code(secured[0])).device)
    thief = asked(Visitor(address="198.51.100.3"))
    for _ in range(5):
        with pytest.raises((WrongCode, ChallengeGone)):
            give(thief, wrong_code(secured[0]))
    with pytest.raises(TooManyAttempts):
        give(asked(), fresh_code(secured[0]))
    assert actor_of(give(asked(known), fresh_code(secured[0]), known).token) is not None


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("token", ["", "made up", "\ud800"])
def test_a_made_up_challenge_is_none(token):
    with pytest.raises(ChallengeGone):
        give(token, "123456")


@pytest.mark.parametrize(
    "change",
    ["UPDATE user_account SET is_disabled = true", "DELETE FROM membership"],
)
def test_who_is_shut_out_meanwhile_stays_out(secured, change):
    token = asked()
    changed(change)
    with pytest.raises(ChallengeGone):
        give(token, app_code(secured[0]))
    assert changed("SELECT 1 FROM session") == []


@pytest.mark.usefixtures("secured")
def test_a_disabled_person_is_not_asked_for_a_code():
    changed("UPDATE user_account SET is_disabled = true")
    with pytest.raises(SignInRefused):
        sign_in()


def test_removing_it_takes_the_password_and_a_code(ana, secured):
    secret, codes = secured
    with pytest.raises(WrongPassword):
        run_as(ana, auth.remove_second_factor, password="wrong", code=fresh_code(secret))
    with pytest.raises(WrongCode):
        run_as(ana, auth.remove_second_factor, password=PASSWORD, code=wrong_code(secret))
    assert isinstance(sign_in(), CodeAsked)
    run_as(ana, auth.remove_second_factor, password=PASSWORD, code=codes[0])
    assert isinstance(sign_in(), auth.SignedIn)
    shown = run_as(ana, auth.security_of)
    assert (shown.second_factor_since, shown.recovery_codes_left) == (None, 0)
    assert "second_factor.removed" in actions(ana)


def test_new_recovery_codes_take_the_place_of_the_old(ana, secured):
    secret, old = secured
    with pytest.raises(WrongCode):
        run_as(ana, auth.renew_recovery_codes, code=wrong_code(secret))
    new = run_as(ana, auth.renew_recovery_codes, code=fresh_code(secret))
    assert not set(new) & set(old)
    assert actions(ana)[0] == "recovery_codes.renewed"
    with pytest.raises(WrongCode):
        give(asked(), old[0])
    assert actor_of(give(asked(), new[0]).token) is not None


def test_codes_tried_by_somebody_signed_in_are_counted(ana, secured):
    for _ in range(5):
        with pytest.raises(WrongCode):
            run_as(ana, auth.renew_recovery_codes, code=wrong_code(secured[0]))
    with pytest.raises(TooManyAttempts):
        run_as(ana, auth.renew_recovery_codes, code=fresh_code(secured[0]))


def test_without_one_there_is_nothing_to_renew_remove_or_confirm(ana):
    with pytest.raises(NoSecondFactor):
        run_as(ana, auth.renew_recovery_codes, code="123456")
    with pytest.raises(NoSecondFactor):
        run_as(ana, auth.remove_second_factor, password=PASSWORD, code="123456")
    with pytest.raises(NoSecondFactor):
        run_as(ana, auth.confirm_second_factor, "123456")


@pytest.mark.usefixtures("secured")
def test_the_machine_can_take_it_away(ana):
    in_system(auth.drop_second_factor, EMAIL.upper())
    assert isinstance(sign_in(), auth.SignedIn)
    assert actions(ana)[1] == "second_factor.removed"
    with pytest.raises(NoSecondFactor):
        in_system(auth.drop_second_factor, EMAIL)
    with pytest.raises(NoAccount):
        in_system(auth.drop_second_factor, "nobody@leadflow.example")


def test_no_workspace_sees_what_lets_people_in(actor, secured):
    assert secured
    asked()
    tables = (
        "second_factor",
        "recovery_code",
        "known_device",
        "sign_in_attempt",
        "sign_in_challenge",
        "password_reset",
    )
    seen = run_as(
        actor,
        lambda uow, _actor: [uow.execute(f"SELECT 1 FROM {name}").all() for name in tables],  # noqa: S608
    )
    assert seen == [[]] * len(tables)
