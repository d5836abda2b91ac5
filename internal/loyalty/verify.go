package loyalty

// Proof is one promise about the ledger, held against every row of it.
type Proof struct {
	Name        string // "balance"
	Claim       string // what is proven, as a sentence
	Differences int64  // how often it does not hold
	Examples    []Difference
}

// Difference is one place where a promise does not hold.
type Difference struct {
	Subject string // the id of what it is about, or a day and a store
	Detail  string
}

// Verification is what came of holding every promise against an organization.
type Verification struct {
	OrgID        ID
	Slug         string
	Accounts     int64
	Transactions int64
	Orders       int64
	Proofs       []Proof
}

// Holds reports whether there was no difference.
func (v Verification) Holds() bool {
	for _, p := range v.Proofs {
		if p.Differences > 0 {
			return false
		}
	}
	return true
}
