-- A config applied to what is stored: a scan that asks no provider, and cases that it takes back.

ALTER TABLE scans DROP CONSTRAINT scans_trigger_check,
    ADD CONSTRAINT scans_trigger_check
        CHECK (trigger IN ('request', 'schedule', 'operator', 'retroaction'));
-- A dropped case was open, undecided, and is below the threshold of a newer config.
ALTER TABLE cases DROP CONSTRAINT cases_state_check,
    ADD CONSTRAINT cases_state_check CHECK (state IN ('open', 'decided', 'dropped'));
