CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE orgs (
    code TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    parent TEXT NOT NULL,
    kind TEXT NOT NULL,
    path TEXT NOT NULL,
    lat DOUBLE PRECISION NOT NULL DEFAULT 0,
    lng DOUBLE PRECISION NOT NULL DEFAULT 0,
    tile TEXT NOT NULL DEFAULT ''
);
CREATE TABLE chat_groups (
    id BIGINT PRIMARY KEY,
    account TEXT NOT NULL,
    external_id TEXT NOT NULL,
    name TEXT NOT NULL,
    org TEXT NOT NULL,
    mode TEXT NOT NULL DEFAULT 'mention',
    state TEXT NOT NULL DEFAULT 'active',
    UNIQUE (account, external_id)
);
CREATE TABLE group_labels (
    group_id BIGINT NOT NULL REFERENCES chat_groups (id),
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    PRIMARY KEY (group_id, kind, label)
);
CREATE TABLE bind_codes (code TEXT PRIMARY KEY, org TEXT NOT NULL, expires_ms BIGINT NOT NULL);
CREATE TABLE announcements (
    id BIGINT PRIMARY KEY,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    category TEXT NOT NULL,
    audience TEXT NOT NULL,
    priority TEXT NOT NULL,
    state TEXT NOT NULL,
    send_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    approved_by TEXT NOT NULL DEFAULT '',
    idempotency_key TEXT NOT NULL,
    created_ms BIGINT NOT NULL
);
CREATE UNIQUE INDEX announcements_once ON announcements (created_by, idempotency_key) WHERE idempotency_key <> '';
CREATE TABLE deliveries (
    announcement_id BIGINT NOT NULL REFERENCES announcements (id),
    group_id BIGINT NOT NULL REFERENCES chat_groups (id),
    account TEXT NOT NULL,
    urgency INTEGER NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    epoch BIGINT NOT NULL DEFAULT 0,
    not_before_ms BIGINT NOT NULL DEFAULT 0,
    intent_ms BIGINT NOT NULL DEFAULT 0,
    at_ms BIGINT NOT NULL DEFAULT 0,
    reason TEXT NOT NULL DEFAULT '',
    platform_words TEXT NOT NULL DEFAULT '',
    platform_message_id TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (announcement_id, group_id)
);
CREATE INDEX deliveries_due ON deliveries (account, state, urgency, not_before_ms);
CREATE INDEX deliveries_by_group ON deliveries (group_id, at_ms);
CREATE INDEX deliveries_by_state ON deliveries (announcement_id, state);
CREATE TABLE attempts (
    announcement_id BIGINT NOT NULL,
    group_id BIGINT NOT NULL,
    attempt INTEGER NOT NULL,
    at_ms BIGINT NOT NULL,
    action TEXT NOT NULL,
    words TEXT NOT NULL
);
CREATE TABLE seen (key TEXT PRIMARY KEY, at_ms BIGINT NOT NULL);
CREATE INDEX seen_by_time ON seen (at_ms);
CREATE TABLE tokens (hash TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, org TEXT NOT NULL, created_ms BIGINT NOT NULL);
CREATE TABLE questions (account TEXT NOT NULL, chat TEXT NOT NULL, text TEXT NOT NULL, action TEXT NOT NULL, topic TEXT NOT NULL, at_ms BIGINT NOT NULL);
