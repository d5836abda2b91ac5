package loyalty

import "slices"

// Role is in what capacity an Actor asks. The zero Role may do nothing, so an
// Actor that someone forgot to fill in is refused rather than trusted.
type Role string

// The roles. Owner, Manager and Cashier are people; Machine is an API key;
// System is the program itself: jobs, imports and the command line.
const (
	Nobody  Role = ""
	Owner   Role = "owner"
	Manager Role = "manager"
	Cashier Role = "cashier"
	Machine Role = "machine"
	System  Role = "system"
)

// Scope is one permission, named as API.md names it.
type Scope string

// The scopes of API.md, and those that only people hold.
const (
	LoyaltyRead     Scope = "loyalty:read"
	LoyaltyCreate   Scope = "loyalty:create" // programs, tiers, rewards, awards; implies LoyaltyRedeem
	LoyaltyRedeem   Scope = "loyalty:redeem"
	LoyaltyAdjust   Scope = "loyalty:adjust"
	CustomersRead   Scope = "customers:read"
	CustomersCreate Scope = "customers:create"
	CustomersUpdate Scope = "customers:update"
	CustomersDelete Scope = "customers:delete"
	OrdersCreate    Scope = "orders:create"
	AnomaliesRead   Scope = "anomalies:read"
	AnomaliesReview Scope = "anomalies:review"

	Award        Scope = "till:award"              // award a bill or points by hand at the till
	ProgramWrite Scope = "program:write"           // program, tiers
	RewardsWrite Scope = "rewards:write"           // the rewards catalog
	Administer   Scope = "organization:administer" // staff, stores, API keys, import, audit log
)

// KeyScopes are the scopes an API key may hold, in the order they are shown.
func KeyScopes() []Scope {
	return []Scope{
		LoyaltyRead, LoyaltyCreate, LoyaltyRedeem, LoyaltyAdjust, CustomersRead, CustomersCreate,
		CustomersUpdate, CustomersDelete, OrdersCreate, AnomaliesRead, AnomaliesReview,
	}
}

var cashierScopes = []Scope{LoyaltyRead, LoyaltyRedeem, CustomersRead, CustomersCreate, Award, OrdersCreate}

var managerScopes = append([]Scope{
	LoyaltyAdjust, CustomersUpdate, CustomersDelete, AnomaliesRead, AnomaliesReview, RewardsWrite,
}, cashierScopes...)

// Actor is who is asking. Each surface builds one from its own credentials;
// services see nothing else of the request.
type Actor struct {
	Role    Role
	OrgID   ID
	StaffID ID // of a person
	// AccountID is the person's own guest account; zero when none is linked.
	AccountID ID
	KeyID     ID // of a Machine
	Name      string
	// Scopes are those of a Machine; a person's follow from the role.
	Scopes []Scope
	// StoreIDs limits the actor to these stores; empty means every store.
	StoreIDs []ID
	// StoreID is the store the actor works at just now; zero when not at one.
	StoreID ID
	// AtTill says that the person came in with a PIN, on a device that others
	// share: whoever it is may do what a cashier may and no more.
	AtTill bool
}

// Capacity is the role whose scopes the actor has.
func (a Actor) Capacity() Role {
	if a.AtTill && (a.Role == Owner || a.Role == Manager) {
		return Cashier
	}
	return a.Role
}

// Can reports whether a holds scope.
func (a Actor) Can(scope Scope) bool {
	switch a.Capacity() {
	case System, Owner:
		return true
	case Manager:
		return slices.Contains(managerScopes, scope)
	case Cashier:
		return slices.Contains(cashierScopes, scope)
	case Machine:
		return slices.Contains(a.Scopes, scope) || a.implies(scope)
	case Nobody:
	}
	return false
}

func (a Actor) implies(scope Scope) bool {
	switch scope {
	case LoyaltyRedeem, Award, ProgramWrite, RewardsWrite:
		return slices.Contains(a.Scopes, LoyaltyCreate)
	default:
		return false
	}
}

// Require returns a Forbidden that names scope unless a holds it.
func (a Actor) Require(scope Scope) error {
	if a.OrgID.IsZero() || !a.Can(scope) {
		return Errorf(Forbidden, CodeForbidden, "This needs the permission %s.", a.named(scope))
	}
	return nil
}

// named is the scope by the name that the actor can be given: API keys don't
// have the ones that only people hold.
func (a Actor) named(scope Scope) Scope {
	switch scope {
	case Award, ProgramWrite, RewardsWrite:
		if a.Role == Machine {
			return LoyaltyCreate
		}
	default:
	}
	return scope
}

// RequireStore returns NotFound, the answer for a store that does not exist,
// unless a may act at the store. The zero store is everyone's.
func (a Actor) RequireStore(storeID ID) error {
	if storeID.IsZero() || len(a.StoreIDs) == 0 || slices.Contains(a.StoreIDs, storeID) {
		return nil
	}
	return Missing("store")
}

// WorksAt is the store that a is at: where it works just now, or the only one
// it may act at. Zero when that is open.
func (a Actor) WorksAt() ID {
	if a.StoreID.IsZero() && len(a.StoreIDs) == 1 {
		return a.StoreIDs[0]
	}
	return a.StoreID
}
