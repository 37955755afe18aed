CREATE TABLE asked_questions (
    id BIGINT PRIMARY KEY,
    account TEXT NOT NULL,
    chat TEXT NOT NULL,
    chat_type TEXT NOT NULL,
    message_id TEXT NOT NULL,
    text TEXT NOT NULL,
    action TEXT NOT NULL,
    topic TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'open',
    at_ms BIGINT NOT NULL
);
CREATE INDEX asked_questions_by_state ON asked_questions (state, at_ms);
DROP TABLE questions;
