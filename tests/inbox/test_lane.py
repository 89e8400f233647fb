"""The lane of replies against providers on loopback: whatever happens, nothing is sent twice."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest

from backend import channels, inbox, operations
from backend.channels import (
    DeliveryStatus,
    Fault,
    InboundMessage,
    MessageKind,
    Provider,
    StatusUpdate,
)
from backend.channels.samples import ANA
from backend.inbox import sending
from backend.inbox.tasks import send, sweep
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.channels.conformance.played import Mood, playing
from tests.factories import create_channel, deliver, run_as
from tests.laws import assert_lawful

TEXT = inbox.TextReply("Ten dollars")


@pytest.fixture(autouse=True)
def _loopback(monkeypatch):
    monkeypatch.setenv("LEADFLOW_ALLOW_PRIVATE_TARGETS", "127.0.0.0/8")


class Talk:
    """A customer who wrote through a provider that is played."""

    def __init__(self, played, actor, channel):
        self.played, self.actor, self.channel = played, actor, channel

    def tell(self, *events):
        """Deliver what the provider tells of."""
        made = self.played.subject.fake.delivery(self.played.account, events, _now())
        deliver(self.actor, self.channel, *(request.body for request in made))

    @property
    def id(self):
        query = inbox.ConversationQuery()
        (shown,) = run_as(self.actor, inbox.list_conversations, query, PageRequest()).items
        return shown.id

    def reply(self, operator, content=TEXT):
        return run_as(operator, inbox.reply, self.id, content=content)

    def send(self, reply):
        send(str(self.actor.workspace_id), str(reply.id))

    def shown(self, reply):
        page = run_as(self.actor, inbox.list_messages, self.id, PageRequest())
        return next(one for one in page.items if one.id == reply.id)

    def wait(self, by=timedelta(hours=1)):
        """Let time pass for what waits."""
        with unit_of_work(self.actor) as uow:
            uow.execute(
                "UPDATE message SET created_at = created_at - :by, posting_at = posting_at - :by,"
                " next_attempt_at = next_attempt_at - :by WHERE direction = 'out'",
                {"by": by},
            )

    def step(self, status, *, of=None, reference=None):
        sent = self.played.account.sent[0]
        return StatusUpdate(
            provider_message_id=of or sent.provider_message_id,
            address=self.played.account.address,
            status=status,
            occurred_at=_now(),
            recipient=ANA,
            opaque=reference if reference is not None else sent.reference,
        )


def _now():
    with unit_of_work(SYSTEM) as uow:
        return uow.now


@contextmanager
def talking(provider, actor):
    with playing(provider) as played:
        account = played.account
        channel = run_as(
            actor,
            create_channel,
            provider=provider,
            credentials=account.credentials,
            address=account.address,
        )
        with unit_of_work(actor) as uow:
            uow.execute(
                "UPDATE channel SET settings = jsonb_build_object('base_url', CAST(:url AS text))"
                " WHERE id = :id",
                {"id": channel.id, "url": played.url},
            )
        talk = Talk(played, actor, channel)
        talk.tell(
            InboundMessage(
                provider_message_id="in-1",
                address=account.address,
                identity=ANA,
                sent_at=_now(),
                kind=MessageKind.TEXT,
                text="What does it cost?",
            )
        )
        yield talk


@pytest.fixture
def twilio(actor):
    with talking(Provider.TWILIO, actor) as talk:
        yield talk


@pytest.fixture
def bird(actor):
    with talking(Provider.BIRD, actor) as talk:
        yield talk


def approved(talk):
    channels.read_templates(talk.actor.workspace_id, talk.channel.id)
    page = run_as(talk.actor, channels.list_templates, talk.channel.id)
    return {template.name: template for template in page.items}


def is_held(actor, code):
    """Return whether one law holds."""
    results = run_as(actor, operations.check_laws)
    return next(law.is_held for law in results if law.code == code)


def test_a_text_arrives_once_with_the_provider(operator, twilio):
    reply = twilio.reply(operator)
    twilio.send(reply)
    (sent,) = twilio.played.account.sent
    assert sent.text == "Ten dollars"
    assert twilio.shown(reply).provider_message_id == sent.provider_message_id
    assert_lawful()


def test_two_workers_send_it_once(operator, twilio):
    reply = twilio.reply(operator)
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(twilio.send, [reply] * 4))
    assert len(twilio.played.account.sent) == 1


def test_too_many_requests_is_tried_again_until_it_is_taken(operator, twilio):
    twilio.played.account.refusals = ["20429", "20429"]
    reply = twilio.reply(operator)
    twilio.send(reply)
    twilio.send(reply)
    assert len(twilio.played.asked) == 1, "it waits before it asks again"
    for _ in range(2):
        twilio.wait()
        sweep()
    shown = twilio.shown(reply)
    assert (len(twilio.played.account.sent), shown.error, shown.fault) == (1, None, None)
    assert shown.provider_message_id


def test_what_is_refused_again_and_again_fails_in_the_end(operator, twilio):
    twilio.played.account.refusals = ["20429"] * 20
    reply = twilio.reply(operator)
    for _ in range(10):
        twilio.send(reply)
        twilio.wait()
    shown = twilio.shown(reply)
    assert (shown.status, shown.fault) == (DeliveryStatus.FAILED, Fault.RETRY)
    assert len(twilio.played.asked) == 5


def test_wrong_credentials_fail_and_stand_on_the_channel(operator, twilio):
    twilio.played.account.credentials["auth_token"] = "changed by the admin of the account"
    reply = twilio.reply(operator)
    twilio.send(reply)
    shown = twilio.shown(reply)
    assert (shown.status, shown.fault) == (DeliveryStatus.FAILED, Fault.AUTH)
    health = run_as(twilio.actor, channels.get_health, twilio.channel.id)
    assert health.check_error == shown.error != ""


def test_a_window_that_the_provider_calls_closed_suggests_a_template(operator, twilio):
    twilio.played.account.refusals = ["63016"]
    reply = twilio.reply(operator)
    twilio.send(reply)
    shown = twilio.shown(reply)
    assert shown.fault is Fault.WINDOW
    assert "template" in inbox.next_step(shown.fault)


@pytest.mark.parametrize("mood", [Mood.HANGS_UP, Mood.MUMBLES, Mood.SAYS_NOTHING, Mood.FAILS])
def test_an_answer_that_tells_nothing_leaves_it_unknown_and_sent_once(operator, twilio, mood):
    twilio.played.mood = mood
    reply = twilio.reply(operator)
    twilio.send(reply)
    assert twilio.shown(reply).is_unknown
    twilio.played.mood = Mood.WELL
    for _ in range(3):
        twilio.wait()
        sweep()
        twilio.send(reply)
    assert len(twilio.played.account.sent) == 1
    assert twilio.shown(reply).is_unknown


def test_a_worker_that_died_after_acceptance_sends_nothing_again(operator, twilio):
    reply = twilio.reply(operator)
    with unit_of_work(twilio.actor) as uow:
        claimed = sending.claim(uow, reply.id)
    sending.hand_over(claimed)
    twilio.wait()
    for _ in range(2):
        sweep()
    assert twilio.shown(reply).is_unknown
    assert len(twilio.played.account.sent) == 1


def test_a_step_with_our_reference_settles_what_nobody_knew(operator, bird):
    bird.played.mood = Mood.HANGS_UP
    reply = bird.reply(operator)
    bird.send(reply)
    assert bird.shown(reply).is_unknown
    bird.tell(bird.step(DeliveryStatus.DELIVERED))
    shown = bird.shown(reply)
    assert (shown.status, shown.is_unknown, shown.error) == (DeliveryStatus.DELIVERED, False, None)
    assert shown.provider_message_id == bird.played.account.sent[0].provider_message_id
    assert_lawful()


def test_a_step_that_overtakes_the_answer_is_believed(operator, bird):
    reply = bird.reply(operator)
    with unit_of_work(bird.actor) as uow:
        claimed = sending.claim(uow, reply.id)
    outcome = sending.hand_over(claimed)
    bird.tell(bird.step(DeliveryStatus.READ))
    assert bird.shown(reply).status is DeliveryStatus.READ
    with unit_of_work(claimed.connection) as uow:
        sending.settle(uow, claimed, outcome)
    assert bird.shown(reply).status is DeliveryStatus.READ
    assert_lawful()


def test_a_step_of_what_was_taken_though_it_was_refused_stops_the_next_try(operator, bird):
    reply = bird.reply(operator)
    with unit_of_work(bird.actor) as uow:
        claimed = sending.claim(uow, reply.id)
    sending.hand_over(claimed)
    refusal = channels.SendRefused("429", "slow down", fault=Fault.RETRY)
    with unit_of_work(claimed.connection) as uow:
        sending.settle(uow, claimed, refusal)
    bird.tell(bird.step(DeliveryStatus.SENT))
    bird.wait()
    sweep()
    assert len(bird.played.account.sent) == 1
    assert bird.shown(reply).status is DeliveryStatus.SENT


@pytest.mark.parametrize("reference", ["", "nothing", "00000000-0000-0000-0000-000000000000"])
def test_a_step_with_a_reference_that_is_nobodys_changes_nothing(operator, bird, reference):
    bird.played.mood = Mood.HANGS_UP
    reply = bird.reply(operator)
    bird.send(reply)
    bird.tell(bird.step(DeliveryStatus.DELIVERED, reference=reference))
    assert bird.shown(reply).is_unknown


def test_buttons_go_out_as_they_were_written(operator, bird):
    content = inbox.ButtonsReply(text="Shall I call you?", titles=("Yes", "No"))
    bird.send(bird.reply(operator, content))
    (sent,) = bird.played.account.sent
    assert "Shall I call you?" in str(sent.body)
    assert "Yes" in str(sent.body)


def test_a_template_goes_out_with_its_values_after_the_window(operator, twilio):
    template = approved(twilio)["order_update"]
    with unit_of_work(twilio.actor) as uow:
        uow.execute("UPDATE message SET sent_at = sent_at - interval '2 days'")
        uow.execute("UPDATE conversation SET window_expires_at = now() - interval '1 day'")
    values = inbox.TemplateValues(body=("Ana", "4711"))
    content = inbox.TemplateReply(template_id=template.id, values=values)
    reply = twilio.reply(operator, content)
    twilio.send(reply)
    (sent,) = twilio.played.account.sent
    assert sent.text == reply.text == "Hello Ana, your order 4711 is on its way."
    assert is_held(twilio.actor, "L8")


def test_free_text_outside_the_window_breaks_a_law(operator, twilio):
    twilio.send(twilio.reply(operator))
    assert is_held(twilio.actor, "L8")
    with unit_of_work(twilio.actor) as uow:
        uow.execute(
            "UPDATE message SET sent_at = sent_at - interval '1 day' WHERE direction = 'in'"
        )
    assert not is_held(twilio.actor, "L8")


def test_a_template_that_is_paused_is_refused(operator, twilio):
    template = approved(twilio)["spring_offer"]
    with pytest.raises(inbox.TemplateNotApproved, match="paused"):
        twilio.reply(operator, inbox.TemplateReply(template_id=template.id))


def test_text_that_waited_until_the_window_closed_is_not_sent(operator, twilio):
    reply = twilio.reply(operator)
    with unit_of_work(twilio.actor) as uow:
        uow.execute("UPDATE conversation SET window_expires_at = now() - interval '1 second'")
    twilio.send(reply)
    assert twilio.played.account.sent == []
    assert twilio.shown(reply).fault is Fault.WINDOW


def test_an_unknown_reply_is_sent_again_when_somebody_says_so(operator, twilio):
    twilio.played.mood = Mood.HANGS_UP
    reply = twilio.reply(operator)
    twilio.send(reply)
    twilio.played.mood = Mood.WELL
    again = {"message_id": reply.id}
    with pytest.raises(inbox.MayArriveTwice):
        run_as(operator, inbox.resend, twilio.id, **again)
    second = run_as(operator, inbox.resend, twilio.id, **again, may_arrive_twice=True)
    with pytest.raises(inbox.AlreadySentAgain):
        run_as(operator, inbox.resend, twilio.id, **again, may_arrive_twice=True)
    twilio.send(second)
    assert [sent.text for sent in twilio.played.account.sent] == ["Ten dollars", "Ten dollars"]
    assert twilio.shown(reply).resent_as == second.id


def test_a_reply_that_arrived_is_not_sent_again(operator, twilio):
    reply = twilio.reply(operator)
    twilio.send(reply)
    with pytest.raises(inbox.NotSendableAgain):
        run_as(operator, inbox.resend, twilio.id, message_id=reply.id, may_arrive_twice=True)


def test_what_the_customer_wrote_is_not_sent_again(operator, twilio):
    (theirs,) = run_as(operator, inbox.list_messages, twilio.id, PageRequest()).items
    with pytest.raises(inbox.MessageNotFound):
        run_as(operator, inbox.resend, twilio.id, message_id=theirs.id)
