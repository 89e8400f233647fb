"""Every route under /v1 as the OpenAPI document lists it, and a body that each accepts."""

from dataclasses import dataclass
from uuid import UUID

from backend import auth, inbox, intake
from backend.auth import Role
from backend.importing import exporting
from backend.kit.ids import new_id
from tests.factories import create_user, phone_number, run_as, say

POINTS = {"action": "add_points", "points": 5, "cadence": "every"}
SAYING = {"if": {"all": []}, "then": [{"action": "add_tag", "tag": "any"}, POINTS]}
BODIES = {
    "/v1/api-keys": {"name": "CRM", "scopes": ["leads:read"]},
    "/v1/channels": {"name": "A", "platform": "whatsapp", "provider": "mock", "address": "+1"},
    "/v1/channels/{channel_id}": {"name": "Renamed"},
    "/v1/channels/{channel_id}/add-secret": {"credentials": {}},
    "/v1/channels/{channel_id}/rotate-secret": {"credentials": {}},
    "/v1/channels/{channel_id}/test": {"recipient": "+12065550123", "text": "hello"},
    "/v1/retention": {"raw_days": 30, "text_days": None},
    "/v1/rules": {"name": "Every message", "priority": 1, "definition": SAYING},
    "/v1/rules/backtest": {"days": 7, "drafts": [{"definition": SAYING}]},
    "/v1/rules/import": {"yaml": "leadflow_rules: 1\nrules: []\n"},
    "/v1/rules/lint": {"definition": SAYING},
    "/v1/rules/order": {"rule_ids": []},
    "/v1/rules/test": {"text": "hello", "definition": SAYING},
    "/v1/rules/{rule_id}": {"name": "Renamed"},
    "/v1/rules/{rule_id}/rollback": {"number": 1},
    "/v1/rules/{rule_id}/versions": {"definition": SAYING},
    "/v1/consent-words": {"stop_words": ["stop"], "start_words": ["start"]},
    "/v1/contacts/{contact_id}/consent": {"change": "opt_out", "note": "by telephone"},
    "/v1/contacts/{contact_id}/merge": {"absorbed_id": str(new_id())},
    "/v1/conversations/bulk": {"ids": [str(new_id())], "kind": "close"},
    "/v1/conversations/{conversation_id}/assign": {"user_id": None},
    "/v1/conversations/{conversation_id}/draft": {"text": "hel", "send_key": str(new_id())},
    "/v1/conversations/{conversation_id}/messages": {"text": "hello"},
    "/v1/conversations/{conversation_id}/notes": {"text": "call them"},
    "/v1/conversations/{conversation_id}/presence": {},
    "/v1/conversations/{conversation_id}/snooze": {"preset": "tomorrow"},
    "/v1/conversations/{conversation_id}/messages/{message_id}/resend": {},
    "/v1/leads/export": {"format": "csv"},
    "/v1/leads/import/{import_id}/check": {"mapping": ["name", "phone"]},
    "/v1/leads/import/{import_id}/commit": {"choice": "skip"},
    "/v1/leads/{lead_id}/owner": {"user_id": None},
    "/v1/leads/{lead_id}/score/dispute": {"reason": "a test"},
    "/v1/leads/{lead_id}/stage": {"stage": "nurtured"},
    "/v1/leads/{lead_id}/tags": {"tags": ["any"]},
    "/v1/leads/{lead_id}/value": {"value": "12.50", "currency": "EUR"},
    "/v1/lifecycle": {"hot_from": 80},
    "/v1/mock/whatsapp/inbound": {"from": "+12065550123", "text": "hello"},
    "/v1/mock/whatsapp/status": {"message_id": "m1", "status": "read"},
    "/v1/notifications/read": {},
    "/v1/quick-replies": {"shortcut": "hi", "text": "Hello {{first_name}}"},
    "/v1/quick-replies/{quick_reply_id}": {"shortcut": "bye", "text": "Goodbye"},
    "/v1/users/invitations": {"email": "guest@leadflow.example", "role": "viewer"},
    "/v1/users/{user_id}": {"role": "viewer"},
    "/v1/webhook-events/causes/ignore": {
        "channel_id": str(new_id()),
        "cause": "none",
        "reason": "a test",
    },
    "/v1/webhook-events/causes/rerun": {"channel_id": str(new_id()), "cause": "none"},
    "/v1/webhook-events/replays": {"mode": "commit"},
    "/v1/webhook-events/{event_id}/correct": {"body": "{}"},
    "/v1/webhook-events/{event_id}/ignore": {"reason": "a test"},
    "/v1/workspace": {"name": "Renamed"},
}

LEADS = b"name,phone\nAda,+12065550177\n"
IMPORT = ("POST", "/v1/leads/import")
UPLOAD = ("POST", "/v1/channels/{channel_id}/media")


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
        if body and self.path.endswith("/merge"):
            body = {**body, "absorbed_id": str(ids.get("other_contact_id", new_id()))}
        if (self.method, self.path) == IMPORT:
            query = {"channel_id": str(ids.get("channel_id", new_id()))}
            files = {"file": ("a.csv", LEADS)}
            return client.request("POST", self.path, params=query, files=files)
        if body and self.path.endswith("/dispute"):
            body = {**body, "entry_id": str(ids.get("entry_id", new_id()))}
        if (self.method, self.path) == UPLOAD:
            return client.request("POST", self.path.format(**ids), files={"file": ("a.txt", b"a")})
        given = {} if body is None or self.method == "GET" else {"json": body}
        return client.request(self.method, self.path.format(**ids), **given)


def routes(app):
    document = app.openapi()
    return [
        Route(method.upper(), path)
        for path, methods in document["paths"].items()
        for method in methods
    ]


def files_of_leads(client, actor, channel):
    """Bring leads in, and take them along."""
    leads = {"file": ("leads.csv", LEADS)}
    into = {"channel_id": str(channel.id)}
    imported = client.ok("POST", "/v1/leads/import", params=into, files=leads)
    exported = client.ok("POST", "/v1/leads/export", json={})
    exporting.work_off(actor.workspace_id, UUID(exported["id"]))
    return {"import_id": imported["id"], "export_id": exported["id"]}


def everything(client, actor, channel):
    """Make one of everything that has an id; returns the ids by their names in paths."""
    sender = phone_number()
    said, other = say(actor, channel, sender=sender), say(actor, channel)
    run_as(actor, intake.merge_contacts, said.contact_id, other.contact_id)
    merged = client.ok("GET", f"/v1/contacts/{said.contact_id}/merges")
    rule = client.ok("POST", "/v1/rules", json=BODIES["/v1/rules"])
    events = client.ok("GET", "/v1/webhook-events", params={"limit": 1})
    invited = run_as(actor, auth.invite, email="ines@leadflow.example", role=Role.VIEWER)
    file = {"file": ("note.txt", b"hello")}
    asked = client.ok("POST", "/v1/webhook-events/replays", json={"mode": "dry"})
    uploaded = client.ok("POST", f"/v1/channels/{channel.id}/media", files=file)
    client.ok("POST", f"/v1/rules/{rule['id']}/enable")
    other_contact_id = say(actor, channel).contact_id
    say(actor, channel, sender=sender)
    (run, _) = client.ok("GET", f"/v1/rules/{rule['id']}/runs")["items"]
    quick = client.ok(
        "POST", "/v1/quick-replies", json={"shortcut": f"q{new_id().hex[-8:]}", "text": "any"}
    )
    score = client.ok("GET", f"/v1/leads/{said.lead_id}/score")
    several = {"ids": [str(said.conversation_id)], "kind": "assign"}
    done = client.ok("POST", "/v1/conversations/bulk", json=several)
    return {
        **files_of_leads(client, actor, channel),
        "backtest_id": client.ok("POST", "/v1/rules/backtest", json={})["id"],
        "channel_id": channel.id,
        "contact_id": said.contact_id,
        "other_contact_id": other_contact_id,
        "conversation_id": said.conversation_id,
        "lead_id": said.lead_id,
        "entry_id": score["items"][0]["id"],
        "media_id": uploaded["id"],
        "message_id": run_as(
            actor, inbox.reply, said.conversation_id, content=inbox.TextReply("hello")
        ).id,
        "bulk_id": done["id"],
        "quick_reply_id": quick["id"],
        "merge_id": merged["items"][0]["id"],
        "replay_id": asked["id"],
        "rule_id": rule["id"],
        "run_id": run["id"],
        "version_id": rule["version_id"],
        "event_id": events["items"][0]["id"],
        "user_id": run_as(actor, create_user).user_id,
        "invitation_id": invited.id,
        "key_id": client.ok("POST", "/v1/api-keys", json=BODIES["/v1/api-keys"])["id"],
    }
