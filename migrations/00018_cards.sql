-- 0018 cards: membership cards, which guests carry and open by a link.
--
-- A card's link holds a token of which only the SHA-256 is kept. The token is
-- made of the seed and a key that only the servers have, so that the link can
-- be shown again and yet nobody who reads the database can open a card. A card
-- that was revoked has no row. customers.card_hash was never used.

-- +goose Up
CREATE TABLE cards (
    organization_id uuid        NOT NULL,
    code            text        COLLATE "C" NOT NULL CONSTRAINT cards_code_form CHECK (code ~ '^[0-9A-HJKMNP-TV-Z]{12}$'),
    customer_id     uuid        NOT NULL,
    seed            bytea       NOT NULL,
    token_hash      bytea       NOT NULL CONSTRAINT cards_token_unique UNIQUE,
    issued_at       timestamptz NOT NULL,
    PRIMARY KEY (organization_id, code),
    CONSTRAINT cards_customer_fk FOREIGN KEY (organization_id, customer_id) REFERENCES customers (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX cards_customer ON cards (organization_id, customer_id, issued_at);

-- Whoever was forgotten has no card.
-- +goose StatementBegin
CREATE FUNCTION drop_cards() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM cards k WHERE k.organization_id = NEW.organization_id AND k.customer_id = NEW.id;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER customers_forgotten AFTER UPDATE OF anonymized_at ON customers
    FOR EACH ROW WHEN (NEW.anonymized_at IS NOT NULL) EXECUTE FUNCTION drop_cards();
