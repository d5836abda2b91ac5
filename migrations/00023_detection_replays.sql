-- 0023 replays: what other settings of the detectors would have found, worked
-- out behind the page that asks for it.

-- +goose Up
CREATE TABLE detection_replays (
    organization_id uuid        NOT NULL CONSTRAINT detection_replays_organization_fk REFERENCES organizations,
    id              uuid        NOT NULL,
    settings        jsonb       NOT NULL,
    weeks           integer     NOT NULL,
    staff_id        uuid,
    started_at      timestamptz NOT NULL,
    -- Says that somebody still works on it.
    alive_at        timestamptz NOT NULL,
    done            double precision NOT NULL DEFAULT 0,
    events          bigint      NOT NULL DEFAULT 0,
    result          jsonb,
    problem         text        NOT NULL DEFAULT '',
    PRIMARY KEY (organization_id, id)
);
COMMENT ON COLUMN detection_replays.done IS 'how much of the time was gone through, 0 to 1';
