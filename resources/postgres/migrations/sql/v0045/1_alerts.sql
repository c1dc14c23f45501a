-- What a person is told about one client by mail; without a row nothing. The person writes it, a
-- link of a mail takes something away; the API's process that makes mails moves the two counters
-- and the time of the next digest, under the row's lock.
CREATE TABLE alert_preferences (
    client_id text NOT NULL REFERENCES clients,
    principal text NOT NULL CHECK (principal ~ '^(user|operator):[0-9a-f-]{36}$'),
    digest text NOT NULL CHECK (digest IN ('off', 'daily', 'weekly')),
    digest_hour smallint NOT NULL CHECK (digest_hour BETWEEN 0 AND 23),
    priority_cases boolean NOT NULL,
    failed_scans boolean NOT NULL,
    providers_down boolean NOT NULL,
    zone text NOT NULL CHECK (length(zone) BETWEEN 1 AND 64),
    quiet_from_hour smallint CHECK (quiet_from_hour BETWEEN 0 AND 23),
    quiet_until_hour smallint CHECK (quiet_until_hour BETWEEN 0 AND 23),
    unsubscribe_key bytea NOT NULL CHECK (octet_length(unsubscribe_key) = 32),
    changed_at timestamptz NOT NULL DEFAULT now(),
    told_event_no bigint NOT NULL CHECK (told_event_no >= 0),
    digest_event_no bigint NOT NULL CHECK (digest_event_no >= 0),
    digested_at timestamptz NOT NULL DEFAULT now(),
    next_digest_at timestamptz,
    refused_at timestamptz,  -- by the server of the address; until the person writes the row anew
    refused_reason text CHECK (length(refused_reason) BETWEEN 1 AND 500),
    PRIMARY KEY (client_id, principal),
    CONSTRAINT alert_preferences_quiet_is_whole CHECK (
        num_nulls(quiet_from_hour, quiet_until_hour) IN (0, 2)
        AND (quiet_from_hour <> quiet_until_hour) IS NOT FALSE),
    CONSTRAINT alert_preferences_digest_has_a_time CHECK (
        (digest = 'off') = (next_digest_at IS NULL)),
    CONSTRAINT alert_preferences_refusal_is_whole CHECK (
        num_nulls(refused_at, refused_reason) IN (0, 2))
);

-- Mails to be sent and what became of them; their text is made when they are sent. One process
-- holds a mail until next_attempt_at. Kept for as long as events are.
CREATE TABLE alert_mails (
    client_id text NOT NULL,
    mail_id uuid NOT NULL DEFAULT gen_random_uuid(),
    principal text NOT NULL,
    kind text NOT NULL
        CHECK (kind IN ('digest', 'priority_cases', 'failed_scans', 'providers_down')),
    period text NOT NULL CHECK (length(period) BETWEEN 1 AND 200),
    after_event_no bigint NOT NULL CHECK (after_event_no >= 0),
    until_event_no bigint NOT NULL,
    since_at timestamptz NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    provider text,
    attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    next_attempt_at timestamptz NOT NULL,
    outcome text CHECK (outcome IN ('sent', 'skipped', 'refused')),
    reason text CHECK (length(reason) BETWEEN 1 AND 500),  -- of the last attempt that failed
    ended_at timestamptz,
    PRIMARY KEY (client_id, mail_id),
    UNIQUE (client_id, principal, kind, period),
    FOREIGN KEY (client_id, principal) REFERENCES alert_preferences,
    CHECK (until_event_no >= after_event_no),
    CHECK ((outcome IS NULL) = (ended_at IS NULL)),
    CHECK ((provider IS NOT NULL) = (kind = 'providers_down'))
);
CREATE INDEX alert_mails_due ON alert_mails (next_attempt_at) WHERE outcome IS NULL;
CREATE INDEX alert_mails_of_person ON alert_mails (client_id, principal, made_at DESC);

ALTER TABLE webhooks ADD kind text NOT NULL DEFAULT 'standard'
    CHECK (kind IN ('standard', 'slack', 'teams'));
