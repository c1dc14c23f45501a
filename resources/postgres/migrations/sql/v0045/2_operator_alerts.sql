-- What whoever runs the installation is told: an open row of each cause gathers what happens until
-- it is due, an hour after the one before it. Only the identity role writes any of it.
CREATE TABLE operator_alerts (
    alert_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    kind text NOT NULL CHECK (kind IN ('run_failed', 'check_failed', 'provider_down', 'task_down')),
    cause text NOT NULL CHECK (length(cause) BETWEEN 1 AND 300),
    opened_at timestamptz NOT NULL DEFAULT now(),
    due_at timestamptz NOT NULL,
    closed_at timestamptz
);
CREATE UNIQUE INDEX operator_alerts_open ON operator_alerts (cause) WHERE closed_at IS NULL;
CREATE INDEX operator_alerts_closed ON operator_alerts (cause, closed_at);

-- Each thing that happened, once: `occurrence` names it. client_id is NULL where it is of no client.
CREATE TABLE operator_alert_occurrences (
    occurrence text PRIMARY KEY CHECK (length(occurrence) BETWEEN 1 AND 300),
    alert_id uuid NOT NULL REFERENCES operator_alerts,
    client_id text REFERENCES clients,
    said text NOT NULL CHECK (length(said) BETWEEN 1 AND 500),
    noted_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX operator_alert_occurrences_of_alert ON operator_alert_occurrences (alert_id, noted_at);

-- An alert on its way to one operator's address ('operator:ID') or to the installation's web-hook.
CREATE TABLE operator_alert_deliveries (
    alert_id uuid NOT NULL REFERENCES operator_alerts,
    target text NOT NULL CHECK (target = 'webhook' OR target ~ '^operator:[0-9a-f-]{36}$'),
    attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    next_attempt_at timestamptz NOT NULL DEFAULT now(),
    outcome text CHECK (outcome IN ('sent', 'skipped', 'failed')),
    reason text CHECK (length(reason) BETWEEN 1 AND 500),
    ended_at timestamptz,
    PRIMARY KEY (alert_id, target),
    CHECK ((outcome IS NULL) = (ended_at IS NULL))
);
CREATE INDEX operator_alert_deliveries_due ON operator_alert_deliveries (next_attempt_at)
    WHERE outcome IS NULL;

-- Operators get these mails unless they say otherwise here.
ALTER TABLE operators
    ADD wants_alerts boolean NOT NULL DEFAULT true,
    ADD unsubscribe_key bytea NOT NULL
        DEFAULT sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));

-- How far each client's events were read for operators.
CREATE TABLE operator_alert_cursors (
    client_id text PRIMARY KEY REFERENCES clients,
    event_no bigint NOT NULL CHECK (event_no >= 0)
);
