"""Every route under /v1 as the OpenAPI document lists it, and a body that each accepts."""

from dataclasses import dataclass

from backend import auth
from backend.auth import Role
from tests.factories import create_user, run_as, say

SAYING = {"if": {"all": []}, "then": [{"action": "add_tag", "tag": "any"}]}
BODIES = {
    "/v1/api-keys": {"name": "CRM", "scopes": ["leads:read"]},
    "/v1/channels": {"name": "A", "platform": "whatsapp", "provider": "mock", "address": "+1"},
    "/v1/channels/{channel_id}/rotate-secret": {"credentials": {}},
    "/v1/retention": {"raw_days": 30, "text_days": None},
    "/v1/rules": {"name": "Every message", "priority": 1, "definition": SAYING},
    "/v1/rules/{rule_id}/versions": {"definition": SAYING},
    "/v1/conversations/{conversation_id}/messages": {"text": "hello"},
    "/v1/leads/{lead_id}/stage": {"stage": "nurtured"},
    "/v1/leads/{lead_id}/tags": {"tags": ["any"]},
    "/v1/leads/{lead_id}/value": {"value": "12.50", "currency": "EUR"},
    "/v1/mock/whatsapp/inbound": {"from": "+12065550123", "text": "hello"},
    "/v1/mock/whatsapp/status": {"message_id": "m1", "status": "read"},
    "/v1/users/invitations": {"email": "guest@leadflow.example", "role": "viewer"},
    "/v1/users/{user_id}": {"role": "viewer"},
    "/v1/workspace": {"name": "Renamed"},
}


@dataclass(frozen=True)
class Route:
    """A method and a path, whose ids stand in braces."""

    method: str
    path: str

    @property
    def has_id(self):
        return "{" in self.path

    def call(self, client, ids):
        """Call it with a good body; `ids` are by name, and name the channel to simulate too."""
        body = BODIES.get(self.path)
        if body and self.path.startswith("/v1/mock"):
            body = {**body, "channel_id": str(ids["channel_id"])}
        given = {} if body is None or self.method == "GET" else {"json": body}
        return client.request(self.method, self.path.format(**ids), **given)


def routes(app):
    document = app.openapi()
    return [
        Route(method.upper(), path)
        for path, methods in document["paths"].items()
        for method in methods
    ]


def everything(client, actor, channel):
    """Make one of everything that has an id; returns the ids by their names in paths."""
    said = say(actor, channel)
    rule = client.ok("POST", "/v1/rules", json=BODIES["/v1/rules"])
    events = client.ok("GET", "/v1/webhook-events", params={"limit": 1})
    invited = run_as(actor, auth.invite, email="ines@leadflow.example", role=Role.VIEWER)
    return {
        "channel_id": channel.id,
        "contact_id": said.contact_id,
        "conversation_id": said.conversation_id,
        "lead_id": said.lead_id,
        "rule_id": rule["id"],
        "event_id": events["items"][0]["id"],
        "user_id": run_as(actor, create_user).user_id,
        "invitation_id": invited.id,
        "key_id": client.ok("POST", "/v1/api-keys", json=BODIES["/v1/api-keys"])["id"],
    }
