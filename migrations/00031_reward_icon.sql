-- 0031 reward icon: the picture a reward is shown with. '' is that of its type,
-- which is what every existing reward has today.

-- +goose Up
ALTER TABLE rewards ADD COLUMN icon text NOT NULL DEFAULT '' CONSTRAINT rewards_icon_length CHECK (length(icon) <= 40);
