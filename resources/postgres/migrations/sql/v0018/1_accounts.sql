-- Who did what to keys, people, hooks and limits, what left as a file, who came in or was refused.
-- network is NULL for what was done on the machine itself.

CREATE TABLE audit_entries (
    client_id text NOT NULL REFERENCES clients,
    entry_id uuid NOT NULL DEFAULT gen_random_uuid(),
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    principal text NOT NULL CHECK (principal <> ''),
    network text CHECK (network <> ''),
    action text NOT NULL CHECK (action ~ '^[a-z_]+\.[a-z_]+$'),
    subject text CHECK (length(subject) BETWEEN 1 AND 500),
    details jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(details) = 'object'),
    PRIMARY KEY (client_id, entry_id)
);
CREATE INDEX audit_entries_newest ON audit_entries (client_id, recorded_at DESC, entry_id DESC);

-- The same of operators where no client is concerned.
CREATE TABLE operator_audit_entries (
    entry_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    principal text NOT NULL CHECK (principal <> ''),
    network text CHECK (network <> ''),
    action text NOT NULL CHECK (action ~ '^[a-z_]+\.[a-z_]+$'),
    subject text CHECK (length(subject) BETWEEN 1 AND 500),
    details jsonb NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(details) = 'object')
);
CREATE INDEX operator_audit_entries_newest
    ON operator_audit_entries (recorded_at DESC, entry_id DESC);

-- client_id is NULL for an operator, in both.
CREATE TABLE password_resets (
    token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    client_id text REFERENCES clients,
    user_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    FOREIGN KEY (client_id, user_id) REFERENCES users
);
CREATE INDEX password_resets_of_user ON password_resets (user_id);

CREATE TABLE known_devices (
    token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    client_id text REFERENCES clients,
    user_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (client_id, user_id) REFERENCES users
);
CREATE INDEX known_devices_of_user ON known_devices (user_id);
