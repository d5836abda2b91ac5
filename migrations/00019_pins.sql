-- 0019 pins: people of a store share a tablet, each with a PIN.
--
-- A device is a session that somebody opened with a password and that was
-- locked at least once since; whoever unlocks it with a PIN gets a session of
-- their own that lasts no longer than the device's. Sessions from before are
-- full sign-ins that were never locked, which is what the defaults say.

-- +goose Up
CREATE TABLE staff_pins (
    organization_id uuid        NOT NULL,
    staff_id        uuid        NOT NULL,
    hash            text        NOT NULL,
    set_at          timestamptz NOT NULL,
    PRIMARY KEY (organization_id, staff_id),
    CONSTRAINT staff_pins_staff_fk FOREIGN KEY (organization_id, staff_id) REFERENCES staff (organization_id, id) ON DELETE CASCADE
);
COMMENT ON COLUMN staff_pins.hash IS 'argon2id';

ALTER TABLE sessions
    ADD COLUMN device_id uuid,
    ADD COLUMN opened_by uuid,
    ADD COLUMN locked_at timestamptz,
    ADD COLUMN by_pin    boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT sessions_opener_fk FOREIGN KEY (organization_id, opened_by) REFERENCES staff (organization_id, id) ON DELETE CASCADE;
CREATE INDEX sessions_opener ON sessions (organization_id, opened_by) WHERE opened_by IS NOT NULL;
COMMENT ON COLUMN sessions.opened_by IS 'who signed the device in with a password; NULL until it is locked for the first time';
COMMENT ON COLUMN sessions.by_pin IS 'unlocked with a PIN: good for the till alone';
