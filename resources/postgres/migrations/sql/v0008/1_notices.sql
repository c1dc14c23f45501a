-- Notices about cases that a person decided, and what became of the listings they are about.

CREATE TABLE notices (
    client_id text NOT NULL,
    notice_id uuid NOT NULL DEFAULT gen_random_uuid(),
    case_id uuid NOT NULL,
    channel text NOT NULL CHECK (channel ~ '^[a-z][a-z0-9_]{0,62}$'),
    state text NOT NULL CHECK (state IN ('held', 'drafted', 'sent', 'accepted', 'rejected')),
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    fields jsonb NOT NULL CHECK (jsonb_typeof(fields) = 'object'),
    holds jsonb NOT NULL CHECK (jsonb_typeof(holds) = 'array'),
    config_version integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_id, notice_id),
    UNIQUE (client_id, case_id, channel),
    FOREIGN KEY (client_id, case_id) REFERENCES cases,
    FOREIGN KEY (client_id, config_version) REFERENCES config_versions,
    CONSTRAINT notices_held_for_a_reason CHECK ((state = 'held') = (holds <> '[]'))
);

CREATE TABLE notice_changes (
    client_id text NOT NULL,
    notice_id uuid NOT NULL,
    change_no integer NOT NULL CHECK (change_no > 0),
    state text NOT NULL,
    note text NOT NULL,
    changed_by text NOT NULL CHECK (changed_by <> ''),
    changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_id, notice_id, change_no),
    FOREIGN KEY (client_id, notice_id) REFERENCES notices
);

-- One row each time that a case's listing vanished from the searches or came back.
CREATE TABLE case_presences (
    client_id text NOT NULL,
    case_id uuid NOT NULL,
    presence_no integer NOT NULL CHECK (presence_no > 0),
    presence text NOT NULL CHECK (presence IN ('gone', 'listed')),
    scan_id uuid NOT NULL,
    noticed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_id, case_id, presence_no),
    FOREIGN KEY (client_id, case_id) REFERENCES cases,
    FOREIGN KEY (client_id, scan_id) REFERENCES scans
);

CREATE TABLE case_relations (
    client_id text NOT NULL,
    case_id uuid NOT NULL,
    earlier_case_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('same_seller', 'same_picture')),
    scan_id uuid NOT NULL,
    found_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (client_id, case_id, earlier_case_id, kind),
    FOREIGN KEY (client_id, case_id) REFERENCES cases,
    FOREIGN KEY (client_id, earlier_case_id) REFERENCES cases,
    FOREIGN KEY (client_id, scan_id) REFERENCES scans,
    CHECK (case_id <> earlier_case_id)
);
CREATE INDEX case_relations_of_earlier ON case_relations (client_id, earlier_case_id);
CREATE INDEX cases_infringing ON cases (client_id, provider) WHERE decision = 'infringing';
