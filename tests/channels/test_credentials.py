"""The credentials of a channel are replaced as a whole; who knows the old ones is shut out."""

import pytest

from backend import auth, channels
from backend.auth import AuditQuery, NotPermitted
from backend.channels import ChannelInvalid, ChannelNotFound, SignedRequest
from backend.kit.ids import new_id
from backend.kit.paging import PageRequest
from tests.factories import NOON, WHATSAPP_CREDENTIALS, run_as
from tests.intake.test_webhooks import signed

NEW = WHATSAPP_CREDENTIALS | {"app_secret": "canary-new"}


def verified(actor, channel, secret):
    """Whether a delivery that was signed with a secret is taken."""

    def verify(uow, actor):
        connection = channels.connection_of(uow, actor.workspace_id, channel.id)
        headers = {name.lower(): value for name, value in signed(b"{}", secret).items()}
        request = SignedRequest("POST", "/", {}, headers, b"{}", NOON)
        return connection.adapter.verify(connection.credentials, request)

    return run_as(actor, verify)


def test_new_credentials_take_the_place_of_all_old_ones(actor, whatsapp_channel):
    assert verified(actor, whatsapp_channel, WHATSAPP_CREDENTIALS["app_secret"])
    changed = run_as(actor, channels.change_credentials, whatsapp_channel.id, NEW)
    assert changed == whatsapp_channel
    assert verified(actor, whatsapp_channel, "canary-new")
    assert not verified(actor, whatsapp_channel, WHATSAPP_CREDENTIALS["app_secret"])


@pytest.mark.parametrize(
    "wrong",
    [{}, {"app_secret": "canary"}, NEW | {"pin": "canary"}, NEW | {"phone_number_id": "1"}],
)
def test_credentials_of_another_shape_or_number_change_nothing(actor, whatsapp_channel, wrong):
    with pytest.raises(ChannelInvalid) as refused:
        run_as(actor, channels.change_credentials, whatsapp_channel.id, wrong)
    assert "canary" not in refused.value.message
    assert verified(actor, whatsapp_channel, WHATSAPP_CREDENTIALS["app_secret"])


def test_a_channel_that_is_none_has_no_credentials_to_change(actor):
    with pytest.raises(ChannelNotFound):
        run_as(actor, channels.change_credentials, new_id(), NEW)


def test_an_operator_changes_no_credentials(operator, whatsapp_channel):
    with pytest.raises(NotPermitted):
        run_as(operator, channels.change_credentials, whatsapp_channel.id, NEW)


def test_connecting_and_changing_are_in_the_audit_log_without_a_value(actor, whatsapp_channel):
    run_as(actor, channels.change_credentials, whatsapp_channel.id, NEW)
    query = AuditQuery(subject=f"channel:{whatsapp_channel.id}")
    entries = run_as(actor, auth.list_audit, query, PageRequest()).items
    actions = [entry.action for entry in entries]
    assert actions == ["channel.credentials_changed", "channel.created"]
    details = {"name": whatsapp_channel.name, "provider": "whatsapp_cloud"}
    assert [entry.details for entry in entries] == [details, details]
