package loyalty

// CustomerReader finds customers and reads their histories.
type CustomerReader interface{}

// CustomerWriter changes customers.
type CustomerWriter interface{}
