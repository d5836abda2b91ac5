package loyalty

// StatsReader reads figures that are kept up as they happen.
type StatsReader interface{}
