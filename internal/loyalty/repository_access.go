package loyalty

import (
	"context"
	"time"
)

// AccessReader finds out who is calling: staff, sessions and API keys.
type AccessReader interface {
	// Organizations lists every tenant, oldest first. Only the command line
	// and the first set-up ask.
	Organizations(ctx context.Context) ([]Organization, error)
	// Stores lists the organization's stores, oldest first.
	Stores(ctx context.Context, orgID ID) ([]Store, error)
	// APIKeyByHash finds a key of any organization by the hash of its secret.
	APIKeyByHash(ctx context.Context, hash []byte) (APIKey, error)
	// APIKeys lists the organization's keys, newest first, revoked ones too.
	APIKeys(ctx context.Context, orgID ID) ([]APIKey, error)
	// StaffByEmail finds the people who sign in with the address, in every
	// organization; email is lower case.
	StaffByEmail(ctx context.Context, email string) ([]Staff, error)
	// StaffMember is the organization's member of staff.
	StaffMember(ctx context.Context, orgID, id ID) (Staff, error)
	// AllStaff lists the organization's staff by name, inactive ones too.
	AllStaff(ctx context.Context, orgID ID) ([]Staff, error)
	// Arrival finds a session of any organization by the hash of its token.
	Arrival(ctx context.Context, hash []byte) (Arrival, error)
	// SessionsOf are the person's sessions, the last used first.
	SessionsOf(ctx context.Context, orgID, staffID ID) ([]Session, error)
	// Tills are where cashiers' sessions and shared devices are open that were
	// used since then.
	Tills(ctx context.Context, orgID ID, since, now time.Time) ([]Tills, error)
	// AuditLog is a page of the audit log, newest first, and how many entries
	// there are; a count over CountCap is given as CountCap.
	AuditLog(ctx context.Context, orgID ID, f AuditFilter, page Page) ([]AuditRow, int, error)
}

// AuditFilter narrows the audit log; zero fields don't.
type AuditFilter struct {
	StaffID  ID
	Subject  string    // "reward"
	Object   ID        // the subject's id
	From, To time.Time // at or after From and before To
}

// AuditRow is an entry with the names that a list shows; "" for what has none,
// or has since been removed.
type AuditRow struct {
	AuditEntry
	ActorName  string // "" too when it was the program itself
	ObjectName string // what the subject is called now
	CustomerID ID     // whose the subject is, when it is a transaction
	// ObjectErased says that the subject is a guest, or a guest's, who was
	// forgotten since.
	ObjectErased bool
	// Reason is the one that the ledger has for the points that moved. It is
	// what people type, which a deleted guest takes along, and so never noted in
	// the log itself.
	Reason string
}

// AccessWriter changes organizations, stores, staff, sessions and API keys.
type AccessWriter interface {
	AddOrganization(ctx context.Context, o Organization) error
	AddStore(ctx context.Context, s Store) error
	// UpdateStore changes everything of the store but its id and age.
	UpdateStore(ctx context.Context, s Store) error
	AddStaff(ctx context.Context, s Staff) error
	// UpdateStaff changes everything of the person but id and age.
	UpdateStaff(ctx context.Context, s Staff) error
	// LockStaff keeps the person's row from changing until the transaction
	// ends, and reads it.
	LockStaff(ctx context.Context, orgID, id ID) (Staff, error)
	AddAPIKey(ctx context.Context, k APIKey) error
	// RevokeAPIKey ends a key; ending it again changes nothing.
	RevokeAPIKey(ctx context.Context, orgID, id ID, at time.Time) error
	// TouchAPIKey notes when the key was last used.
	TouchAPIKey(ctx context.Context, orgID, id ID, at time.Time) error
	// LockSession keeps the session from changing until the transaction ends,
	// and reads it.
	LockSession(ctx context.Context, hash []byte) (Session, error)
	AddSession(ctx context.Context, s Session) error
	// SaveSession changes what the session remembers and when it was last
	// seen. One that has ended meanwhile stays ended, which is no error.
	SaveSession(ctx context.Context, s Session) error
	// EndSession removes a session; one that isn't there is no error.
	EndSession(ctx context.Context, hash []byte) error
	// EndSessionsOf removes every session of a person, and of the devices that
	// the person has opened, but the one with the hash keep, which may be nil.
	EndSessionsOf(ctx context.Context, orgID, staffID ID, keep []byte) error
	// AddSignInFailure counts one failed sign-in more for what has the hash, an
	// account or an address. Where there were limit within memory before,
	// nothing is counted, and it says how long to wait for the next.
	AddSignInFailure(ctx context.Context, hash []byte, at time.Time, memory time.Duration, limit int) (wait time.Duration, err error)
	// ForgiveSignIn forgets every failure of the account, and the address's one
	// at that time.
	ForgiveSignIn(ctx context.Context, account, address []byte, at time.Time) error
	// Purge removes at most limit rows each of what has expired: answers from
	// before answers, sessions and failed sign-ins that ended before now. It
	// says how many went.
	Purge(ctx context.Context, answers, now time.Time, limit int) (int64, error)
	// SealAudit chains at most limit of the organization's audit rows that are
	// not chained yet, and says where the chain ends. It sealed nothing when
	// every row is in it.
	SealAudit(ctx context.Context, orgID ID, limit int) (AuditSeal, error)
}
