"""Views as the slices return them, with what a test does not care about filled in."""

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.channels import ChannelView, Direction, Feature, MessageKind, Platform, Provider
from backend.inbox import ConversationState, ConversationView, MessageView
from backend.leads import EventKind, LeadEventView, LeadView, ScoreEntryView, Stage
from leadflow_app.display import Clock

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
CLOCK = Clock(NOW, ZoneInfo("Europe/Madrid"))
ID = UUID("0198c5a1-0000-7000-8000-000000000001")


def lead_view(**given):
    return LeadView(
        **{
            "id": ID,
            "contact_id": ID,
            "contact_name": "Maya Chen",
            "contact_phone": "+12065550123",
            "contact_username": None,
            "conversation_id": ID,
            "channel_id": ID,
            "campaign_send_id": None,
            "stage": Stage.NEW,
            "tags": (),
            "score": 0,
            "owner_id": None,
            "value": None,
            "currency": None,
            "opened_at": NOW,
            "last_activity_at": NOW,
            "created_at": NOW,
            "updated_at": NOW,
        }
        | given
    )


def event_view(kind, data=None, **given):
    return LeadEventView(
        **{
            "id": ID,
            "kind": EventKind(kind),
            "occurred_at": NOW,
            "actor_name": "Ana",
            "data": data or {},
            "message_id": None,
            "message_text": None,
            "message_kind": None,
        }
        | given
    )


def score_view(points, **given):
    return ScoreEntryView(
        **{
            "id": ID,
            "points": points,
            "reason": "Asked for the price",
            "message_id": None,
            "message_text": None,
            "occurred_at": NOW,
        }
        | given
    )


def conversation_view(**given):
    return ConversationView(
        **{
            "id": ID,
            "channel_id": ID,
            "channel_name": "Mock WhatsApp",
            "provider": Provider.MOCK,
            "contact_id": ID,
            "contact_name": "Maya Chen",
            "contact_phone": "+12065550123",
            "contact_username": None,
            "state": ConversationState.OPEN,
            "unread_count": 0,
            "snippet": "hello",
            "last_kind": MessageKind.TEXT,
            "last_direction": Direction.IN,
            "last_message_at": NOW,
            "window_expires_at": NOW + timedelta(hours=5),
            "assignee_id": None,
            "opened_at": NOW,
            "first_responded_at": None,
            "closed_at": None,
            "my_unread": given.get("unread_count", 0),
        }
        | given
    )


def message_view(**given):
    return MessageView(
        **{
            "id": ID,
            "conversation_id": ID,
            "direction": Direction.IN,
            "kind": MessageKind.TEXT,
            "text": "hello",
            "payload": {},
            "provider_message_id": None,
            "sent_at": NOW,
            "status": None,
            "status_at": None,
            "error": None,
            "quoted": None,
            "reactions": (),
            "is_edited": False,
            "is_revoked": False,
            "author_name": None,
        }
        | given
    )


def channel_view(**given):
    return ChannelView(
        **{
            "id": ID,
            "name": "Mock WhatsApp",
            "platform": Platform.WHATSAPP,
            "provider": Provider.MOCK,
            "address": "+12065550100",
            "settings": {},
            "is_active": True,
            "is_checked": False,
            "can_reply": True,
            "features": frozenset({Feature.SEND_TEXT}),
            "webhook_path": "/webhooks/mock/x",
            "webhook_url": "https://leads.example.com/webhooks/mock/x",
            "last_inbound_at": None,
            "created_at": NOW,
        }
        | given
    )
