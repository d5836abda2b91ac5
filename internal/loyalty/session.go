package loyalty

import "time"

// Session is a browser's visit. It is a person's once the person has signed
// in. Only a hash of its token is kept.
type Session struct {
	Hash      []byte // SHA-256 of the cookie's token
	OrgID     ID     // zero before signing in
	StaffID   ID     // zero before signing in
	Data      map[string]string
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time // the absolute end
	DeviceID  ID        // zero until the session is locked for the first time
	OpenedBy  ID        // who signed the device in with a password; zero with DeviceID
	LockedAt  time.Time // zero unless locked
	ByPIN     bool      // unlocked with a PIN
}

// Remember keeps value under name; "" forgets.
func (s *Session) Remember(name, value string) {
	if s.Data == nil {
		s.Data = map[string]string{}
	}
	s.Data[name] = value
	if value == "" {
		delete(s.Data, name)
	}
}

// Arrival is a session with what is needed to go on with it.
type Arrival struct {
	Session Session
	Staff   Staff // whose session it is
	Config  int64 // the version of what the organization has set up
}

// Tills are the tills open at a store.
type Tills struct {
	StoreID ID // zero for cashiers who work at every store and chose none
	Open    int
	SeenAt  time.Time // when one of them was last used
}

// DeviceIdle is how long a shared device may lie about before it locks itself.
const DeviceIdle = 5 * time.Minute

// SessionLimits is how long a session of the role lasts: unused, and at most.
func SessionLimits(role Role) (idle, absolute time.Duration) {
	switch role {
	case Cashier:
		return 12 * time.Hour, 12 * time.Hour
	case Owner, Manager:
		return 8 * time.Hour, 7 * 24 * time.Hour
	default:
		return time.Hour, 24 * time.Hour
	}
}
