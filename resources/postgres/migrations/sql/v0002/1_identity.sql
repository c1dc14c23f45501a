-- How people and programs prove who they are. What is looked up before the client is known belongs
-- to no client: only the identity role may touch it.

ALTER TABLE api_keys ADD COLUMN name text NOT NULL DEFAULT '' CHECK (length(name) <= 200);
-- A key names itself before its client is known.
CREATE INDEX api_keys_by_id ON api_keys (key_id);

CREATE TABLE operator_keys (
    key_id text PRIMARY KEY CHECK (key_id ~ '^[A-Za-z0-9]{1,64}$'),
    environment text NOT NULL CHECK (environment ~ '^[a-z]{1,16}$'),
    secret_hash bytea NOT NULL CHECK (octet_length(secret_hash) >= 32),
    name text NOT NULL DEFAULT '' CHECK (length(name) <= 200),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz
);

-- client_id is NULL in an operator's session.
CREATE TABLE sessions (
    token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
    client_id text REFERENCES clients,
    user_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    FOREIGN KEY (client_id, user_id) REFERENCES users
);
CREATE INDEX sessions_of_user ON sessions (user_id);

CREATE TABLE login_attempts (
    subject text PRIMARY KEY CHECK (length(subject) <= 500),
    failures integer NOT NULL CHECK (failures > 0),
    failed_at timestamptz NOT NULL DEFAULT now(),
    blocked_until timestamptz NOT NULL
);

-- Lost in a crash, which costs nobody more than one fresh allowance.
CREATE UNLOGGED TABLE request_limits (
    subject text PRIMARY KEY,
    theoretical_arrival_at timestamptz NOT NULL
) WITH (fillfactor = 50);
