-- 0015 enrollment key: the other order of columns for the second key.
--
-- Both keys of enrollments began with the organization, and for a young
-- organization the planner takes one for as good as the other: looking a
-- customer's account up by the wrong one reads every account.

-- +goose Up
ALTER TABLE enrollments
    DROP CONSTRAINT enrollments_id_unique,
    ADD CONSTRAINT enrollments_id_unique UNIQUE (id, organization_id);
