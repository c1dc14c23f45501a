-- How long things are kept, and which clients were erased.

-- A client without a row has the defaults. Usage is kept at least as long as monthly limits look
-- back, events longer than a web-hook is tried.
CREATE TABLE client_retention (
    client_id text PRIMARY KEY REFERENCES clients,
    events_days integer NOT NULL DEFAULT 180 CHECK (events_days >= 7),
    scan_details_days integer NOT NULL DEFAULT 365 CHECK (scan_details_days >= 7),
    usage_days integer NOT NULL DEFAULT 760 CHECK (usage_days >= 62),
    snapshots_days integer NOT NULL DEFAULT 90 CHECK (snapshots_days >= 1),
    dagster_runs_days integer NOT NULL DEFAULT 30 CHECK (dagster_runs_days >= 1),
    updated_at timestamptz NOT NULL DEFAULT now()
);

-- The receipt outlives the client, so it holds numbers only: client_id is NULL from the end on,
-- and client_sha256 proves the erasure to whoever knows the name.
CREATE TABLE erasures (
    erasure_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    client_id text,
    client_sha256 text NOT NULL CHECK (client_sha256 ~ '^[0-9a-f]{64}$'),
    counts jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(counts) = 'object'),
    started_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    CONSTRAINT erasures_finished_without_client CHECK ((finished_at IS NULL) = (client_id IS NOT NULL))
);
CREATE UNIQUE INDEX erasures_unfinished ON erasures (client_id) WHERE client_id IS NOT NULL;
