-- The chain over a client's evidence. A link is written once; only the chain's end moves on.

-- Pages were kept under the name that their facts have from here on.
ALTER TABLE evidence NO FORCE ROW LEVEL SECURITY;
ALTER TABLE evidence DROP CONSTRAINT evidence_kind_check;
UPDATE evidence SET kind = 'provider_page' WHERE kind = 'page_facts';
ALTER TABLE evidence ADD COLUMN media_type text NOT NULL DEFAULT 'application/json';
UPDATE evidence SET media_type = images.media_type FROM images
    WHERE images.client_id = evidence.client_id AND images.sha256 = evidence.sha256
        AND evidence.kind = 'photo';
ALTER TABLE evidence ALTER COLUMN media_type DROP DEFAULT;
ALTER TABLE evidence ADD CONSTRAINT evidence_kind_check CHECK (kind IN ('listing_payload', 'photo',
    'reference_photo', 'page_facts', 'provider_page', 'manifest'));
ALTER TABLE evidence FORCE ROW LEVEL SECURITY;

-- sealed_no is the newest link whose copy is known to be in the object store.
CREATE TABLE evidence_chains (
    client_id text PRIMARY KEY REFERENCES clients,
    chain_no bigint NOT NULL CHECK (chain_no >= 0),
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    sealed_no bigint NOT NULL DEFAULT 0 CHECK (sealed_no BETWEEN 0 AND chain_no)
);

CREATE TABLE evidence_links (
    client_id text NOT NULL,
    chain_no bigint NOT NULL CHECK (chain_no > 0),
    case_id uuid NOT NULL,
    scan_id uuid NOT NULL,
    manifest_sha256 text NOT NULL CHECK (manifest_sha256 ~ '^[0-9a-f]{64}$'),
    previous_sha256 text NOT NULL CHECK (previous_sha256 ~ '^[0-9a-f]{64}$'),
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    linked_at timestamptz NOT NULL,
    PRIMARY KEY (client_id, chain_no),
    FOREIGN KEY (client_id, case_id) REFERENCES cases,
    FOREIGN KEY (client_id, scan_id) REFERENCES scans
);
CREATE INDEX evidence_links_of_case ON evidence_links (client_id, case_id, chain_no);
