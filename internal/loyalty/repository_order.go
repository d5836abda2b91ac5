package loyalty

// OrderReader reads orders and redemptions.
type OrderReader interface{}

// OrderWriter changes orders that move no points.
type OrderWriter interface{}
