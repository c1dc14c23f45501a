-- The life of a scan: what was asked for, one run per provider, what it cost and left behind.

CREATE TABLE scans (
    client_id text NOT NULL REFERENCES clients,
    scan_id uuid NOT NULL,
    trigger text NOT NULL CHECK (trigger IN ('request', 'schedule', 'operator')),
    state text NOT NULL DEFAULT 'queued'
        CHECK (state IN ('queued', 'running', 'succeeded', 'partial', 'failed', 'cancelled')),
    config_version integer NOT NULL,
    requested_by text NOT NULL,
    idempotency_key text CHECK (length(idempotency_key) BETWEEN 1 AND 255),
    requested_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    finished_at timestamptz,
    PRIMARY KEY (client_id, scan_id),
    UNIQUE (client_id, idempotency_key),
    FOREIGN KEY (client_id, config_version) REFERENCES config_versions,
    CONSTRAINT scans_finished_when_ended
        CHECK ((finished_at IS NULL) = (state IN ('queued', 'running')))
) WITH (fillfactor = 70);
CREATE INDEX scans_newest_first ON scans (client_id, requested_at DESC, scan_id);

-- epoch tells who may write: each takeover raises it, and a process with an older one has lost the
-- run for good, as its Dagster run is among the former ones. attempt counts the Dagster runs spent.
CREATE TABLE runs (
    client_id text NOT NULL,
    scan_id uuid NOT NULL,
    provider text NOT NULL CHECK (provider ~ '^[a-z][a-z0-9_]{0,62}$'),
    state text NOT NULL DEFAULT 'queued' CHECK (state IN
        ('queued', 'admitted', 'running', 'succeeded', 'partial', 'failed', 'cancelled')),
    attempt integer NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    epoch integer NOT NULL DEFAULT 0 CHECK (epoch >= 0),
    dagster_run_id text,
    former_dagster_run_ids text[] NOT NULL DEFAULT '{}',
    queued_at timestamptz NOT NULL DEFAULT now(),
    admitted_at timestamptz,
    started_at timestamptz,
    finished_at timestamptz,
    counts jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(counts) = 'object'),
    credits_charged integer NOT NULL DEFAULT 0 CHECK (credits_charged >= 0),
    error text,
    PRIMARY KEY (client_id, scan_id, provider),
    FOREIGN KEY (client_id, scan_id) REFERENCES scans,
    CONSTRAINT runs_finished_when_ended
        CHECK ((finished_at IS NULL) = (state IN ('queued', 'admitted', 'running')))
) WITH (fillfactor = 50);
CREATE INDEX runs_waiting ON runs (queued_at, client_id, scan_id, provider)
    WHERE state IN ('queued', 'admitted');
CREATE UNIQUE INDEX runs_by_dagster_run ON runs (client_id, dagster_run_id)
    WHERE dagster_run_id IS NOT NULL;

-- Only what was not stored; occurrence tells apart two rows of one page under the same key.
CREATE TABLE item_outcomes (
    client_id text NOT NULL,
    scan_id uuid NOT NULL,
    provider text NOT NULL,
    asset text NOT NULL,
    item_key text NOT NULL CHECK (length(item_key) <= 500),
    occurrence integer NOT NULL CHECK (occurrence > 0),
    outcome text NOT NULL CHECK (outcome IN ('skipped', 'failed')),
    reason text NOT NULL CHECK (reason <> ''),
    detail text NOT NULL,
    PRIMARY KEY (client_id, scan_id, provider, asset, item_key, occurrence),
    FOREIGN KEY (client_id, scan_id, provider) REFERENCES runs
);

CREATE TABLE provider_usage (
    client_id text NOT NULL,
    request_id uuid NOT NULL,
    scan_id uuid NOT NULL,
    provider text NOT NULL,
    vendor text NOT NULL,
    endpoint text NOT NULL,
    status integer NOT NULL,
    credits integer NOT NULL CHECK (credits >= 0),
    charged_at timestamptz NOT NULL,
    PRIMARY KEY (client_id, request_id),
    FOREIGN KEY (client_id, scan_id, provider) REFERENCES runs
);
CREATE INDEX provider_usage_of_scan ON provider_usage (client_id, scan_id, provider);

CREATE TABLE snapshots (
    client_id text NOT NULL,
    snapshot_id uuid NOT NULL,
    scan_id uuid NOT NULL,
    provider text NOT NULL,
    asset text NOT NULL,
    dagster_run_id text NOT NULL,
    object_key text NOT NULL,
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    row_count bigint NOT NULL CHECK (row_count >= 0),
    size_bytes bigint NOT NULL CHECK (size_bytes >= 0),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (client_id, snapshot_id),
    FOREIGN KEY (client_id, scan_id, provider) REFERENCES runs
);
CREATE INDEX snapshots_newest_first ON snapshots (client_id, provider, asset, created_at DESC);
CREATE INDEX snapshots_of_run ON snapshots (client_id, scan_id, provider, asset, created_at DESC);

-- event_no is taken from clients.last_event_no in the writing transaction: no gaps, commit order.
CREATE TABLE events (
    client_id text NOT NULL REFERENCES clients,
    event_no bigint NOT NULL CHECK (event_no > 0),
    scan_id uuid,
    type text NOT NULL CHECK (type ~ '^[a-z_]+\.[a-z_]+$'),
    body jsonb NOT NULL CHECK (jsonb_typeof(body) = 'object'),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_id, event_no),
    FOREIGN KEY (client_id, scan_id) REFERENCES scans
);
CREATE INDEX events_of_scan ON events (client_id, scan_id, event_no);
