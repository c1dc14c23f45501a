-- What people look at and decide. The pipeline writes the flag, only a person writes the decision.

-- scan_id, config_version, probability and violation_type belong to the flag that came last.
CREATE TABLE cases (
    client_id text NOT NULL,
    case_id uuid NOT NULL DEFAULT gen_random_uuid(),
    provider text NOT NULL,
    listing_id text NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'decided')),
    probability double precision NOT NULL CHECK (probability BETWEEN 0 AND 1),
    violation_type text CHECK (violation_type ~ '^[a-z_]{1,63}$'),
    scan_id uuid NOT NULL,
    config_version integer NOT NULL,
    decision text CHECK (decision IN ('infringing', 'not_infringing', 'unsure')),
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    first_flagged_at timestamptz NOT NULL DEFAULT now(),
    last_flagged_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_id, case_id),
    UNIQUE (client_id, provider, listing_id),
    FOREIGN KEY (client_id, provider, listing_id) REFERENCES listings,
    FOREIGN KEY (client_id, scan_id, provider) REFERENCES runs,
    FOREIGN KEY (client_id, config_version) REFERENCES config_versions,
    CONSTRAINT cases_decided_has_decision CHECK ((state = 'decided') = (decision IS NOT NULL))
) WITH (fillfactor = 80);
CREATE INDEX cases_to_review ON cases (client_id, state, probability DESC, case_id);

CREATE TABLE decisions (
    client_id text NOT NULL,
    case_id uuid NOT NULL,
    decision_no integer NOT NULL CHECK (decision_no > 0),
    decision text NOT NULL CHECK (decision IN ('infringing', 'not_infringing', 'unsure')),
    reason text NOT NULL,
    decided_by text NOT NULL CHECK (decided_by <> ''),
    decided_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_id, case_id, decision_no),
    FOREIGN KEY (client_id, case_id) REFERENCES cases
);

CREATE TABLE evidence (
    client_id text NOT NULL,
    case_id uuid NOT NULL,
    evidence_no integer NOT NULL CHECK (evidence_no > 0),
    kind text NOT NULL
        CHECK (kind IN ('listing_payload', 'photo', 'reference_photo', 'page_facts')),
    object_key text NOT NULL,
    sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    size_bytes bigint NOT NULL CHECK (size_bytes >= 0),
    scan_id uuid NOT NULL,
    captured_at timestamptz NOT NULL,
    PRIMARY KEY (client_id, case_id, evidence_no),
    UNIQUE (client_id, case_id, kind, sha256),
    FOREIGN KEY (client_id, case_id) REFERENCES cases,
    FOREIGN KEY (client_id, scan_id) REFERENCES scans
);
