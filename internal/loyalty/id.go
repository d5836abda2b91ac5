package loyalty

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"sync/atomic"
	"time"
)

// ID identifies anything in the domain: a UUIDv7, so that ids made later sort
// later and an index on them grows at its right edge. The zero ID means none.
type ID [16]byte

// made counts the IDs that the process makes, from anywhere.
var made atomic.Uint32

func init() {
	var from [4]byte
	rand.Read(from[:]) //nolint:errcheck // crypto/rand.Read never returns an error; it ends the program instead
	made.Store(binary.BigEndian.Uint32(from[:]) >> 3)
}

// NewID returns a UUIDv7 (RFC 9562, section 5.7) for the instant now, which
// must lie between 1970 and 10889; of others, the time in it is wrong. The
// sub-millisecond part of now fills the field that the RFC leaves for it
// (section 6.2, method 3), and a counter of 30 bits the beginning of what is
// random (method 1): IDs that a process makes at one instant sort in the order
// they were made, also while an import makes those of other instants.
func NewID(now time.Time) ID {
	var id ID
	rand.Read(id[12:])                                              //nolint:errcheck // as above
	binary.BigEndian.PutUint64(id[:8], uint64(now.UnixMilli())<<16) //nolint:gosec // the years allowed fit 48 bits
	part := now.UnixNano() % 1e6 * 4096 / 1e6
	id[6], id[7] = 0x70|byte(part>>8&0xf), byte(part)
	binary.BigEndian.PutUint32(id[8:12], made.Add(1)&0x3fffffff|0x80000000)
	return id
}

// ParseID reads the 36-character form of any UUID version, upper or lower
// case. Anything else is not ok.
func ParseID(s string) (id ID, ok bool) {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return ID{}, false
	}
	plain := s[:8] + s[9:13] + s[14:18] + s[19:23] + s[24:]
	if _, err := hex.Decode(id[:], []byte(plain)); err != nil {
		return ID{}, false
	}
	return id, true
}

// IsZero reports whether id is none.
func (id ID) IsZero() bool { return id == ID{} }

// String returns the 36-character lower-case form.
func (id ID) String() string {
	var b [36]byte
	hex.Encode(b[:8], id[:4])
	hex.Encode(b[9:13], id[4:6])
	hex.Encode(b[14:18], id[6:8])
	hex.Encode(b[19:23], id[8:10])
	hex.Encode(b[24:], id[10:])
	b[8], b[13], b[18], b[23] = '-', '-', '-', '-'
	return string(b[:])
}

// MarshalText is String, for encoders.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText is ParseID, for decoders.
func (id *ID) UnmarshalText(b []byte) error {
	parsed, ok := ParseID(string(b))
	if !ok {
		return fmt.Errorf("parse id %q: not a UUID", b)
	}
	*id = parsed
	return nil
}

// Scan reads an ID from a database value: text, bytes or nothing.
func (id *ID) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*id = ID{}
		return nil
	case []byte:
		return id.UnmarshalText(v)
	case string:
		return id.UnmarshalText([]byte(v))
	}
	return fmt.Errorf("scan id: %T is not a UUID", src)
}
