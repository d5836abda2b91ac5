package loyalty

// AnomalyReader reads cases and what detectors need.
type AnomalyReader interface{}

// AnomalyWriter decides cases.
type AnomalyWriter interface{}
