package loyalty

import (
	"sync"
	"time"
)

// Organization is a restaurant or a group of them: the tenant. Nothing of one
// is ever visible to another.
type Organization struct {
	ID        ID
	Slug      string // lower-case letters, digits and dashes, unique
	Name      string
	Currency  string // ISO 4217; that of the stores unless they differ
	TimeZone  string // IANA name
	CreatedAt time.Time
}

// Store is one place where guests eat.
type Store struct {
	OrgID      ID
	ID         ID
	Name       string
	ExternalID string // the name an import knows it by; "" when none
	Currency   string // ISO 4217
	TimeZone   string // IANA name
	Active     bool
	Hours      *OpeningHours // nil: not told
	CreatedAt  time.Time
}

// OpeningHours are when a store is open on each day of the week, Sunday first,
// in minutes after midnight of its own clock. To may pass 1440 where the night
// does; a day whose From equals To is closed.
type OpeningHours [7]struct{ From, To int }

// Day is the calendar day of t at the store, as UTC midnight. An unknown time
// zone counts as UTC.
func (s Store) Day(t time.Time) time.Time { return DayIn(s.TimeZone, t) }

// DayIn is the calendar day of t in the time zone, as UTC midnight. An unknown
// time zone counts as UTC.
func DayIn(zone string, t time.Time) time.Time {
	t = t.In(ZoneOf(zone))
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// zones holds the time zones in use: the library reads its files anew each
// time it is asked, which every award does.
var zones sync.Map // name → *time.Location

// ZoneOf is the time zone with that IANA name. An unknown one counts as UTC.
func ZoneOf(name string) *time.Location {
	if known, ok := zones.Load(name); ok {
		return known.(*time.Location) //nolint:errcheck // nothing else is ever stored
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	zones.Store(name, zone)
	return zone
}

// StartOfDay is the instant at which day, a UTC midnight as DayIn gives it,
// begins in the time zone.
func StartOfDay(zone string, day time.Time) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, ZoneOf(zone)).UTC()
}

// Staff is a person who signs in.
type Staff struct {
	OrgID        ID
	ID           ID
	Email        string // lower case
	Name         string
	Role         Role // Owner, Manager or Cashier
	PasswordHash string
	StoreIDs     []ID   // the stores this person works at; empty means all
	Language     string // "en", "es"; "" follows the browser
	CustomerID   ID     // the person's own guest account, if linked
	Active       bool
	FailedLogins int
	LockedUntil  time.Time
	CreatedAt    time.Time
}

// Actor is the staff member as the one who asks.
func (s Staff) Actor() Actor {
	return Actor{Role: s.Role, OrgID: s.OrgID, StaffID: s.ID, AccountID: s.CustomerID, Name: s.Name, StoreIDs: s.StoreIDs}
}

// APIKey lets a till or an app call the API. Only a hash of the secret is kept.
type APIKey struct {
	OrgID      ID
	ID         ID
	Name       string
	Prefix     string // the start of the key, to recognize it by
	Hash       []byte // SHA-256 of the whole key
	Scopes     []Scope
	StoreIDs   []ID      // empty means every store
	ExpiresAt  time.Time // zero means never
	RevokedAt  time.Time // zero means it works
	LastUsedAt time.Time
	CreatedAt  time.Time
}

// EndedAt is since when the key works no more: it was revoked or has expired,
// whichever came first. Zero while it works.
func (k APIKey) EndedAt(now time.Time) time.Time {
	expired := !k.ExpiresAt.IsZero() && !now.Before(k.ExpiresAt)
	if expired && (k.RevokedAt.IsZero() || k.ExpiresAt.Before(k.RevokedAt)) {
		return k.ExpiresAt
	}
	return k.RevokedAt
}

// Actor is the key as the one who asks.
func (k APIKey) Actor() Actor {
	a := Actor{Role: Machine, OrgID: k.OrgID, KeyID: k.ID, Name: k.Name, Scopes: k.Scopes, StoreIDs: k.StoreIDs}
	if len(k.StoreIDs) == 1 {
		a.StoreID = k.StoreIDs[0]
	}
	return a
}

// AuditEntry records that someone did something. It never holds personal data:
// only ids, codes and amounts.
type AuditEntry struct {
	OrgID   ID
	ID      ID
	At      time.Time
	StaffID ID
	KeyID   ID
	Role    Role
	Action  string // "reward.create", "points.adjust"
	Subject string // "reward", "customer"
	Object  ID     // the subject's id
	Detail  map[string]any
}

// Audit builds the entry for what actor does now.
func Audit(actor Actor, now time.Time, action, subject string, object ID, detail map[string]any) AuditEntry {
	return AuditEntry{
		OrgID: actor.OrgID, ID: NewID(now), At: now, StaffID: actor.StaffID, KeyID: actor.KeyID, Role: actor.Role,
		Action: action, Subject: subject, Object: object, Detail: detail,
	}
}

// AuditSeal is what a round of chaining audit rows did.
type AuditSeal struct {
	Sealed   int    // rows in this round
	Position int64  // of the last row of the chain; 0 without any
	Hash     []byte // its seal, which stands for every row before it
}
