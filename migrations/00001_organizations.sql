-- 0001 organizations: the tenant, its stores, and who may act for it.
--
-- Every key starts with organization_id, so that a foreign key can't point at
-- another organization's row even if a query forgets to filter, and so that
-- the tables distribute on that column. Names are folded (lower case, no
-- accents) by the application when written, never by an index expression.

-- +goose Up
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- The application's own role: it can't change the schema or rewrite the
-- ledger. Where the owner may not create roles the application runs as the
-- owner, and the triggers below still guard the ledger.
-- +goose StatementBegin
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'regulars_app') THEN
        CREATE ROLE regulars_app NOLOGIN;
    END IF;
    EXECUTE format('GRANT regulars_app TO %I', current_user);
EXCEPTION
    WHEN insufficient_privilege OR duplicate_object OR unique_violation THEN
        RAISE NOTICE 'running without the role regulars_app';
END $$;
-- +goose StatementEnd

CREATE TABLE organizations (
    id             uuid        PRIMARY KEY,
    slug           text        NOT NULL CONSTRAINT organizations_slug_unique UNIQUE,
    name           text        NOT NULL,
    currency       char(3)     NOT NULL,
    time_zone      text        NOT NULL,
    -- Rises with every change of stores, programs, tiers, rewards or detector
    -- settings: what is kept in memory is valid while this stays the same.
    config_version bigint      NOT NULL DEFAULT 1,
    created_at     timestamptz NOT NULL,
    CONSTRAINT organizations_slug_form CHECK (slug ~ '^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$'),
    CONSTRAINT organizations_name_length CHECK (length(name) BETWEEN 1 AND 255)
);

CREATE TABLE stores (
    organization_id uuid        NOT NULL CONSTRAINT stores_organization_fk REFERENCES organizations,
    id              uuid        NOT NULL,
    name            text        NOT NULL CONSTRAINT stores_name_length CHECK (length(name) BETWEEN 1 AND 255),
    external_id     text,
    currency        char(3)     NOT NULL,
    time_zone       text        NOT NULL,
    is_active       boolean     NOT NULL DEFAULT true,
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT stores_external_id_unique UNIQUE (organization_id, external_id)
);

CREATE TABLE staff (
    organization_id uuid        NOT NULL CONSTRAINT staff_organization_fk REFERENCES organizations,
    id              uuid        NOT NULL,
    email           text        NOT NULL,
    name            text        NOT NULL CONSTRAINT staff_name_length CHECK (length(name) BETWEEN 1 AND 255),
    role            text        NOT NULL CONSTRAINT staff_role_known CHECK (role IN ('owner', 'manager', 'cashier')),
    password_hash   text        NOT NULL,
    store_ids       uuid[]      NOT NULL DEFAULT '{}',
    language        text        NOT NULL DEFAULT '',
    customer_id     uuid,
    is_active       boolean     NOT NULL DEFAULT true,
    failed_logins   integer     NOT NULL DEFAULT 0,
    locked_until    timestamptz,
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id),
    CONSTRAINT staff_email_unique UNIQUE (organization_id, email)
);
-- Sign-in knows only the e-mail address.
CREATE INDEX staff_email ON staff (email);

-- The cookie holds a random token, this table only its SHA-256.
CREATE TABLE sessions (
    token_hash      bytea       PRIMARY KEY,
    organization_id uuid,
    staff_id        uuid,
    data            jsonb       NOT NULL DEFAULT '{}',
    created_at      timestamptz NOT NULL,
    seen_at         timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    CONSTRAINT sessions_staff_fk FOREIGN KEY (organization_id, staff_id) REFERENCES staff (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX sessions_staff ON sessions (organization_id, staff_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- Failed sign-ins by address of the caller, for the lock-out.
CREATE TABLE sign_in_failures (
    address_hash bytea       NOT NULL,
    at           timestamptz NOT NULL
);
CREATE INDEX sign_in_failures_address ON sign_in_failures (address_hash, at);

CREATE TABLE api_keys (
    organization_id uuid        NOT NULL CONSTRAINT api_keys_organization_fk REFERENCES organizations,
    id              uuid        NOT NULL,
    name            text        NOT NULL CONSTRAINT api_keys_name_length CHECK (length(name) BETWEEN 1 AND 255),
    prefix          text        NOT NULL,
    hash            bytea       NOT NULL CONSTRAINT api_keys_hash_unique UNIQUE,
    scopes          text[]      NOT NULL,
    store_ids       uuid[]      NOT NULL DEFAULT '{}',
    expires_at      timestamptz,
    revoked_at      timestamptz,
    last_used_at    timestamptz,
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (organization_id, id)
);

-- The first answer given for an Idempotency-Key, kept for 24 hours.
CREATE TABLE idempotency_keys (
    organization_id uuid        NOT NULL,
    key             text        NOT NULL CONSTRAINT idempotency_keys_key_length CHECK (length(key) BETWEEN 1 AND 255),
    fingerprint     bytea       NOT NULL,
    status          integer     NOT NULL,
    body            bytea       NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (organization_id, key)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

-- Who did what: ids, codes and amounts, never personal data. The hashes chain
-- the rows of an organization; they are filled in behind the writes, in order
-- of position, so that no award waits for another to be sealed.
CREATE TABLE audit_log (
    organization_id uuid        NOT NULL,
    id              uuid        NOT NULL,
    at              timestamptz NOT NULL,
    staff_id        uuid,
    api_key_id      uuid,
    role            text        NOT NULL,
    action          text        NOT NULL,
    subject         text        NOT NULL,
    object_id       uuid,
    detail          jsonb       NOT NULL DEFAULT '{}',
    PRIMARY KEY (organization_id, id)
);
