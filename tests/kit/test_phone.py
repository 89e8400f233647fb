import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backend.kit.phone import display, forms, subscriber, to_e164, trusted_e164


@pytest.mark.parametrize(
    ("raw", "region", "expected"),
    [
        ("+12065550123", None, "+12065550123"),
        ("12065550123", None, "+12065550123"),
        ("0012065550123", None, "+12065550123"),
        ("+1 (206) 555-0123", None, "+12065550123"),
        ("+250 788 123 200", None, "+250788123200"),
        (" +1.206.555.0123 ", None, "+12065550123"),
        ("\u202a+49\u00a030 901820\u202c", None, "+4930901820"),
        ("+1\u2011206\u2011555\u20110123", None, "+12065550123"),
        (
            "\u0662\u0660\u0661\u0660\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667",
            None,
            "+201001234567",
        ),
        ("+972987654321", None, "+972987654321"),
        ("+15550783881", None, "+15550783881"),
        ("030 901820", "DE", "+4930901820"),
        ("(206) 555-0123", "US", "+12065550123"),
        ("+49 30 901820", "US", "+4930901820"),
    ],
)
def test_reads_a_number_as_people_write_it(raw, region, expected):
    assert to_e164(raw, region) == expected


@pytest.mark.parametrize(
    ("raw", "region"),
    [
        ("", None),
        ("+", None),
        ("not a number", None),
        ("+1 800 FLOWERS", None),
        ("tel:+12065550123", None),
        ("+12065550123;ext=4", None),
        ("US.13491208655302741918", None),
        ("+1 206", None),
        ("5550123", None),
        ("+163155536021", None),
        ("+999123456", None),
        ("+12065550123456789", None),
        ("1" * 100_000, None),
        ("030 901820", None),
        ("030 901820", "nowhere"),
        ("++12065550123", None),
    ],
)
def test_refuses_what_no_telephone_could_have(raw, region):
    assert to_e164(raw, region) is None


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("16505551234", "+16505551234"),
        ("972987654321", "+972987654321"),
        ("163155536021", "+163155536021"),
        ("999123456", "+999123456"),
        ("16505551234 ", "+16505551234"),
        ("+54 9 11 2345-6789", "+5491123456789"),
        ("123456", "+123456"),
        ("123456789012345", "+123456789012345"),
        ("12345", None),
        ("1234567890123456", None),
        ("US.13491208655302741918", None),
        ("<PHONE>", None),
        ("", None),
    ],
)
def test_keeps_a_number_that_a_provider_vouches_for(raw, expected):
    assert trusted_e164(raw) == expected


def test_shows_a_number_in_groups():
    assert display("+12065550123") == "+1 206-555-0123"


def test_shows_a_number_of_no_known_plan_as_it_is():
    assert display("+999123456") == "+999123456"
    assert display("anything") == "anything"


@given(st.text(max_size=40) | st.text("+0123456789 -()./", max_size=24))
def test_any_text_gives_a_number_or_none(raw):
    for number in (to_e164(raw), to_e164(raw, "BR"), trusted_e164(raw)):
        assert number is None or (
            number[0] == "+" and number[1:].isascii() and number[1:].isdigit()
        )


@example(2_700_000_000)
@given(st.integers(min_value=10**5, max_value=10**15 - 1))
def test_reading_a_number_again_changes_nothing(digits):
    once = trusted_e164(str(digits))
    assert once is not None
    assert trusted_e164(once) == once


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("+5541988887777", "+554188887777"),
        ("+5511961234567", "+551161234567"),
        ("+5215512345678", "+525512345678"),
        ("+5491123456789", "+541123456789"),
    ],
)
def test_two_forms_of_a_number_are_one_subscriber(one, other):
    assert subscriber(one) == subscriber(other)
    assert forms(one) == forms(other) == tuple(sorted((one, other)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("+554133334444", "+5541933334444"),  # a Brazilian landline has no ninth digit
        ("+5541988887777", "+5511988887777"),
        ("+5215512345678", "+5215512345679"),
        ("+12065550123", "+2065550123"),
        ("+34912345678", "+349912345678"),
    ],
)
def test_two_subscribers_stay_two(one, other):
    assert subscriber(one) != subscriber(other)


@given(st.from_regex(r"\+(55|52|54|1|49)[0-9]{7,12}", fullmatch=True))
def test_a_subscriber_stands_for_all_forms_and_itself(number):
    known = subscriber(number)
    assert {subscriber(form) for form in forms(number)} == {known}
    assert known in forms(number)
    assert len(forms(number)) <= 2


@given(
    st.from_regex(r"\+(55|52|54)[0-9]{9,12}", fullmatch=True),
    st.from_regex(r"\+(55|52|54)[0-9]{9,12}", fullmatch=True),
)
def test_numbers_with_different_last_digits_are_different_subscribers(one, other):
    assert one[-8:] == other[-8:] or subscriber(one) != subscriber(other)
