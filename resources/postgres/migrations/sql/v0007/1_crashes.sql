-- What a process that dies leaves open: questions that were asked, items that it had in hand.

-- Written before a question leaves, deleted when its cost is told. What stays was asked by a
-- process that died: the vendor billed nothing or at most credits_most, and no statement of its tells.
CREATE TABLE unsettled_charges (
    client_id text NOT NULL,
    request_id uuid NOT NULL,
    scan_id uuid NOT NULL,
    provider text NOT NULL,
    vendor text NOT NULL,
    endpoint text NOT NULL,
    epoch integer NOT NULL,
    credits_most integer NOT NULL CHECK (credits_most > 0),
    asked_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_id, request_id),
    FOREIGN KEY (client_id, scan_id, provider) REFERENCES runs
);
CREATE INDEX unsettled_charges_of_run ON unsettled_charges (client_id, scan_id, provider);

-- crashes counts dead processes since a person last asked for the run; items_in_hand are those that
-- its process works on, suspects how often each item was in hand when a process died.
ALTER TABLE runs
    ADD COLUMN crashes integer NOT NULL DEFAULT 0 CHECK (crashes >= 0),
    ADD COLUMN items_in_hand text[] NOT NULL DEFAULT '{}',
    ADD COLUMN suspects jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(suspects) = 'object');
