package loyalty

// CatalogReader reads programs, tiers and rewards.
type CatalogReader interface{}

// CatalogWriter changes programs, tiers and rewards.
type CatalogWriter interface{}
