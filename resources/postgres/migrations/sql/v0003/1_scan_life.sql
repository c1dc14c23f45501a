-- What the life of a scan needs beyond its states: limits, turns, signs of life, schedules.

-- A limit that is NULL does not limit. Rows take effect with the next admission or request.
CREATE TABLE client_limits (
    client_id text PRIMARY KEY REFERENCES clients,
    weight double precision NOT NULL DEFAULT 1 CHECK (weight BETWEEN 0.01 AND 100),
    runs_max integer NOT NULL DEFAULT 2 CHECK (runs_max >= 0),
    requests_per_minute integer CHECK (requests_per_minute > 0),
    credits_per_day bigint CHECK (credits_per_day >= 0),
    credits_per_month bigint CHECK (credits_per_month >= 0),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE provider_limits (
    provider text PRIMARY KEY CHECK (provider ~ '^[a-z][a-z0-9_]{0,62}$'),
    runs_max integer NOT NULL DEFAULT 3 CHECK (runs_max >= 0),
    requests_per_minute integer CHECK (requests_per_minute > 0),
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE instance_limits (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    runs_max integer NOT NULL DEFAULT 4 CHECK (runs_max >= 0),
    updated_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO instance_limits DEFAULT VALUES;

-- Weighted fair queueing: where a client stands in virtual time (matching `plan_admissions`).
CREATE TABLE admission_turns (
    client_id text PRIMARY KEY REFERENCES clients,
    started_at_turn double precision NOT NULL,
    next_turn double precision NOT NULL
) WITH (fillfactor = 50);

-- When the next request may leave. Lost in a crash of the server, which is then idle anyway.
CREATE UNLOGGED TABLE client_turns (
    client_id text PRIMARY KEY,
    next_at timestamptz NOT NULL
) WITH (fillfactor = 50);
CREATE UNLOGGED TABLE provider_turns (
    provider text PRIMARY KEY,
    next_at timestamptz NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE client_schedules (
    client_id text PRIMARY KEY REFERENCES clients,
    config_version integer NOT NULL,
    next_due_at timestamptz,
    FOREIGN KEY (client_id, config_version) REFERENCES config_versions
);
CREATE INDEX client_schedules_due ON client_schedules (next_due_at);

ALTER TABLE scans
    ADD COLUMN deadline_at timestamptz NOT NULL DEFAULT now() + interval '6 hours';
CREATE INDEX scans_unended ON scans (deadline_at) WHERE state IN ('queued', 'running');

-- A reservation counts while its run is admitted or running, so none can outlive its run.
ALTER TABLE runs
    ADD COLUMN wait_reason text CHECK (wait_reason ~ '^[a-z_]{1,40}$'),
    ADD COLUMN credits_reserved integer CHECK (credits_reserved >= 0),
    ADD COLUMN heartbeat_at timestamptz;
CREATE INDEX runs_unended ON runs (client_id) WHERE state IN ('admitted', 'running');
CREATE INDEX provider_usage_by_day ON provider_usage (client_id, charged_at) INCLUDE (credits);
