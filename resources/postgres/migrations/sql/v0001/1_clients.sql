-- Who uses the product, what they configured and which pictures are theirs.
-- Every table is keyed by client_id first, so that no unique key and no foreign key can reveal or
-- accept another client's row.

CREATE TABLE clients (
    client_id text PRIMARY KEY CHECK (client_id ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    display_name text NOT NULL CHECK (display_name <> ''),
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspended')),
    last_event_no bigint NOT NULL DEFAULT 0 CHECK (last_event_no >= 0),
    created_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);  -- last_event_no changes with every batch of events

-- People of the operating company: they belong to no client, so no policy admits any client role.
CREATE TABLE operators (
    user_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    email text NOT NULL UNIQUE CHECK (email = lower(email) AND email LIKE '%_@_%'),
    password_hash text,
    created_at timestamptz NOT NULL DEFAULT now(),
    disabled_at timestamptz
);

CREATE TABLE users (
    client_id text NOT NULL REFERENCES clients,
    user_id uuid NOT NULL DEFAULT gen_random_uuid(),
    email text NOT NULL CHECK (email = lower(email) AND email LIKE '%_@_%'),
    role text NOT NULL CHECK (role IN ('admin', 'reviewer', 'viewer')),
    password_hash text,
    created_at timestamptz NOT NULL DEFAULT now(),
    disabled_at timestamptz,
    PRIMARY KEY (client_id, user_id),
    UNIQUE (client_id, email)
);

CREATE TABLE api_keys (
    client_id text NOT NULL REFERENCES clients,
    key_id text NOT NULL CHECK (key_id ~ '^[A-Za-z0-9]{1,64}$'),
    environment text NOT NULL CHECK (environment ~ '^[a-z]{1,16}$'),
    secret_hash bytea NOT NULL CHECK (octet_length(secret_hash) >= 32),
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (client_id, key_id)
);

CREATE TABLE config_versions (
    client_id text NOT NULL REFERENCES clients,
    version integer NOT NULL CHECK (version > 0),
    document jsonb NOT NULL CHECK (jsonb_typeof(document) = 'object'),
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL,
    comment text,
    PRIMARY KEY (client_id, version)
);

-- A picture is its bytes: the same bytes under two addresses are one row and one object.
CREATE TABLE images (
    client_id text NOT NULL REFERENCES clients,
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    media_type text NOT NULL,
    width_px integer NOT NULL CHECK (width_px > 0),
    height_px integer NOT NULL CHECK (height_px > 0),
    size_bytes bigint NOT NULL CHECK (size_bytes > 0),
    object_key text NOT NULL,
    fetched_at timestamptz NOT NULL,
    PRIMARY KEY (client_id, sha256)
);

CREATE TABLE image_hashes (
    client_id text NOT NULL,
    sha256 text NOT NULL,
    algorithm text NOT NULL,
    algorithm_version integer NOT NULL,
    view text NOT NULL,
    hash_hex text NOT NULL CHECK (hash_hex ~ '^[0-9a-f]+$'),
    PRIMARY KEY (client_id, sha256, algorithm, algorithm_version, view),
    FOREIGN KEY (client_id, sha256) REFERENCES images
);

CREATE TABLE reference_images (
    client_id text NOT NULL REFERENCES clients,
    reference_id uuid NOT NULL DEFAULT gen_random_uuid(),
    sha256 text NOT NULL,
    file_name text NOT NULL,
    brand text,
    added_at timestamptz NOT NULL DEFAULT now(),
    removed_at timestamptz,
    PRIMARY KEY (client_id, reference_id),
    FOREIGN KEY (client_id, sha256) REFERENCES images
);
CREATE UNIQUE INDEX reference_images_in_use ON reference_images (client_id, sha256)
    WHERE removed_at IS NULL;
