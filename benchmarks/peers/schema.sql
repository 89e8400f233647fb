CREATE TABLE webhook_event (
    id uuid PRIMARY KEY, dedupe_key text UNIQUE NOT NULL, body text NOT NULL,
    state text NOT NULL DEFAULT 'received', received_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX ON webhook_event (state);
CREATE TABLE contact (
    id uuid PRIMARY KEY, phone text UNIQUE NOT NULL, name text, last_seen_at timestamptz NOT NULL);
CREATE TABLE conversation (
    id uuid PRIMARY KEY, contact_id uuid NOT NULL REFERENCES contact, state text NOT NULL,
    unread_count int NOT NULL DEFAULT 0, snippet text NOT NULL DEFAULT '',
    last_message_at timestamptz NOT NULL, window_expires_at timestamptz NOT NULL);
CREATE INDEX ON conversation (contact_id, state);
CREATE INDEX ON conversation (state, last_message_at DESC);
CREATE TABLE message (
    id uuid PRIMARY KEY, conversation_id uuid NOT NULL REFERENCES conversation,
    provider_id text UNIQUE NOT NULL, kind text NOT NULL, text text, sent_at timestamptz NOT NULL);
CREATE INDEX ON message (conversation_id, sent_at DESC);
CREATE TABLE lead (
    id uuid PRIMARY KEY, contact_id uuid NOT NULL REFERENCES contact,
    conversation_id uuid NOT NULL REFERENCES conversation, stage text NOT NULL DEFAULT 'new',
    tags text[] NOT NULL DEFAULT '{}', score int NOT NULL DEFAULT 0,
    opened_at timestamptz NOT NULL, last_activity_at timestamptz NOT NULL);
CREATE INDEX ON lead (contact_id);
CREATE INDEX ON lead (stage, last_activity_at DESC);
CREATE TABLE lead_event (
    id uuid PRIMARY KEY, lead_id uuid NOT NULL REFERENCES lead, kind text NOT NULL,
    message_id uuid REFERENCES message, data jsonb NOT NULL, occurred_at timestamptz NOT NULL);
CREATE INDEX ON lead_event (lead_id, occurred_at DESC);
CREATE TABLE score_entry (
    id uuid PRIMARY KEY, lead_id uuid NOT NULL REFERENCES lead, points int NOT NULL,
    reason text NOT NULL, cadence_key text NOT NULL, occurred_at timestamptz NOT NULL,
    UNIQUE (lead_id, cadence_key));
CREATE TABLE rule_run (
    id uuid PRIMARY KEY, rule int NOT NULL, message_id uuid NOT NULL REFERENCES message,
    lead_id uuid NOT NULL REFERENCES lead, occurred_at timestamptz NOT NULL,
    UNIQUE (message_id, rule));
