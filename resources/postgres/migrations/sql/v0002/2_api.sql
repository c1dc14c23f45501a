-- What the API reads and keeps for clients.

ALTER TABLE scans ADD COLUMN cancel_requested_at timestamptz;

-- A client's own end point; last_event_no is the newest event that was turned into deliveries.
CREATE TABLE webhooks (
    client_id text NOT NULL REFERENCES clients,
    webhook_id uuid NOT NULL DEFAULT gen_random_uuid(),
    url text NOT NULL CHECK (length(url) BETWEEN 1 AND 2048),
    secret text NOT NULL CHECK (secret ~ '^whsec_'),
    event_types text[] NOT NULL CHECK (cardinality(event_types) > 0),
    last_event_no bigint NOT NULL CHECK (last_event_no >= 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    disabled_at timestamptz,
    PRIMARY KEY (client_id, webhook_id)
);

CREATE TABLE webhook_deliveries (
    client_id text NOT NULL,
    webhook_id uuid NOT NULL,
    event_no bigint NOT NULL,
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'dead')),
    attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    next_attempt_at timestamptz NOT NULL DEFAULT now(),
    last_status integer,
    last_error text,
    ended_at timestamptz,
    PRIMARY KEY (client_id, webhook_id, event_no),
    FOREIGN KEY (client_id, webhook_id) REFERENCES webhooks,
    FOREIGN KEY (client_id, event_no) REFERENCES events,
    CONSTRAINT webhook_deliveries_ended CHECK ((ended_at IS NULL) = (state = 'pending'))
) WITH (fillfactor = 70);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (next_attempt_at)
    WHERE state = 'pending';

-- One index for each order in which cases are walked, beside cases_to_review; case_id breaks ties.
CREATE INDEX cases_newest ON cases (client_id, first_flagged_at DESC, case_id);
CREATE INDEX cases_newest_of_state ON cases (client_id, state, first_flagged_at DESC, case_id);
CREATE INDEX cases_probable ON cases (client_id, probability DESC, case_id);
