package loyalty

// AccessReader finds out who is calling: staff, sessions and API keys.
type AccessReader interface{}

// AccessWriter changes organizations, stores, staff, sessions and API keys.
type AccessWriter interface{}
