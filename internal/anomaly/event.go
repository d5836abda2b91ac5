package anomaly

import (
	"encoding/hex"
	"fmt"
	"time"
)

// ID names a store, a till, a person, a check or an event. The zero ID is
// "none". It has the layout of a UUID.
type ID [16]byte

// IsZero reports whether the ID names nothing.
func (id ID) IsZero() bool { return id == ID{} }

// String is the canonical form of a UUID.
func (id ID) String() string {
	s := hex.EncodeToString(id[:])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}

// MarshalText implements encoding.TextMarshaler.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler; it refuses anything but
// the canonical form.
func (id *ID) UnmarshalText(text []byte) error {
	if len(text) != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
		return fmt.Errorf("parse id %q: not a UUID", text)
	}
	digits := make([]byte, 0, 32)
	for i, c := range text {
		if i != 8 && i != 13 && i != 18 && i != 23 {
			digits = append(digits, c)
		}
	}
	if _, err := hex.Decode(id[:], digits); err != nil {
		return fmt.Errorf("parse id %q: %w", text, err)
	}
	return nil
}

// Type says what happened in an event.
type Type uint8

// What can happen. An Order without a customer is a check nobody claimed: it
// earns nothing and still tells how busy a cashier's hour was.
const (
	Order   Type = iota + 1 // a check was completed, and earned if it names a customer
	Claim                   // a closed check was put on an account afterwards
	Award                   // points given by hand
	Redeem                  // points spent
	Reverse                 // an earning taken back, as by a refund
	Contact                 // an account's phone or email changed
	Enroll                  // an account was opened
)

var typeNames = [...]string{"", "order", "claim", "award", "redeem", "reverse", "contact", "enroll"}

// String is the type's name in lower case.
func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return "unknown"
}

// MarshalText implements encoding.TextMarshaler.
func (t Type) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// Event is one thing that happened, as the detectors see it. Fields that do
// not apply are zero.
type Event struct {
	ID       ID        `json:"id"`
	Type     Type      `json:"type"`
	At       time.Time `json:"at"`
	Store    ID        `json:"store"`
	Till     ID        `json:"till,omitzero"`  // the device the event was entered at
	Staff    ID        `json:"staff,omitzero"` // who entered it; none for self-service and integrations
	Customer ID        `json:"customer,omitzero"`
	Order    ID        `json:"order,omitzero"` // the check an Order, Claim or Reverse is about

	Amount     int64     `json:"amount,omitempty"`      // of the check, minor units, ≥ 0
	Points     int64     `json:"points,omitempty"`      // given, spent or taken back, ≥ 0
	RulePoints int64     `json:"rule_points,omitempty"` // what the program's rule gives for an Order or Claim; < 0: not known
	ClosedAt   time.Time `json:"closed_at,omitzero"`    // when the check was closed, where that is not At
	Percent    int64     `json:"percent,omitempty"`     // by which the customer's tier multiplied; 0 is not known
	Backfilled bool      `json:"backfilled,omitempty"`  // entered in a batch after an outage: At is when it was entered

	Balance     int64 `json:"balance,omitempty"`     // of the customer after the event; below zero is a debt
	LinkedStaff ID    `json:"linked_staff,omitzero"` // the member of staff whose own account Customer is

	Phone    uint64 `json:"phone,omitempty"`    // an Enroll's phone number as digits
	Device   ID     `json:"device,omitzero"`    // an Enroll's device
	Birthday uint16 `json:"birthday,omitempty"` // an Enroll's birthday as month × 100 + day; 0 is unknown
}

// Earns reports whether the event gives points to a customer.
func (e Event) Earns() bool {
	return !e.Customer.IsZero() && e.Points > 0 && (e.Type == Order || e.Type == Claim || e.Type == Award)
}

// closed is when the event's check was closed.
func (e Event) closed() time.Time {
	if e.ClosedAt.IsZero() {
		return e.At
	}
	return e.ClosedAt
}
