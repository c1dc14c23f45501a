-- How people log in: an address and a password first, then a client or a code. Only the identity
-- role writes any of it. client_id is NULL for an operator, in all tables.

ALTER TABLE sessions
    ADD session_id uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,
    ADD last_used_at timestamptz NOT NULL DEFAULT now(),
    ADD network text CHECK (length(network) BETWEEN 1 AND 64),
    ADD user_agent text CHECK (length(user_agent) BETWEEN 1 AND 300);

-- Who has given a password and has still to choose a client or to give a code: a row for each
-- account that the password opens.
CREATE TABLE begun_logins (
    token_hash bytea NOT NULL CHECK (octet_length(token_hash) = 32),
    client_id text REFERENCES clients,
    user_id uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (token_hash, user_id),
    FOREIGN KEY (client_id, user_id) REFERENCES users
);
CREATE INDEX begun_logins_of_user ON begun_logins (user_id);

-- A mailed link sets the password of every account of its address.
ALTER TABLE password_resets DROP CONSTRAINT password_resets_pkey,
    ADD PRIMARY KEY (token_hash, user_id);

-- Mails to be sent and what became of them. user_id is NULL where an address was typed that may be
-- nobody's. The link of a mail is made when it is sent, so that none is kept here.
CREATE TABLE mails (
    mail_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    client_id text REFERENCES clients,
    user_id uuid,
    address text NOT NULL CHECK (length(address) BETWEEN 1 AND 320),
    kind text NOT NULL CHECK (kind IN ('password_reset', 'invitation')),
    network text CHECK (length(network) BETWEEN 1 AND 64),  -- NULL: asked for on the machine itself
    asked_at timestamptz NOT NULL DEFAULT now(),
    attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    next_attempt_at timestamptz NOT NULL DEFAULT now(),
    outcome text CHECK (outcome IN ('sent', 'skipped', 'failed')),
    reason text CHECK (length(reason) BETWEEN 1 AND 500),  -- of the last attempt that failed
    ended_at timestamptz,
    CHECK ((outcome IS NULL) = (ended_at IS NULL)),
    CHECK (user_id IS NOT NULL OR kind = 'password_reset'),
    FOREIGN KEY (client_id, user_id) REFERENCES users
);
CREATE INDEX mails_due ON mails (next_attempt_at) WHERE outcome IS NULL;
CREATE INDEX mails_of_user ON mails (user_id);

-- An account's authenticator; it counts from confirmed_at on. No time step opens twice.
CREATE TABLE second_factors (
    client_id text REFERENCES clients,
    user_id uuid NOT NULL,
    secret text NOT NULL CHECK (secret ~ '^[A-Z2-7]{32}$'),
    made_at timestamptz NOT NULL DEFAULT now(),
    confirmed_at timestamptz,
    last_step bigint NOT NULL DEFAULT 0 CHECK (last_step >= 0),
    UNIQUE NULLS NOT DISTINCT (client_id, user_id),
    FOREIGN KEY (client_id, user_id) REFERENCES users
);

CREATE TABLE recovery_codes (
    client_id text REFERENCES clients,
    user_id uuid NOT NULL,
    code_hash bytea NOT NULL CHECK (octet_length(code_hash) = 32),
    used_at timestamptz,
    PRIMARY KEY (user_id, code_hash),
    FOREIGN KEY (client_id, user_id) REFERENCES users
);

ALTER TABLE clients ADD requires_second_factor boolean NOT NULL DEFAULT false;

-- Who logs in names an address, before anybody knows of which client.
CREATE INDEX users_of_address ON users (email);
CREATE INDEX users_by_id ON users (user_id);
