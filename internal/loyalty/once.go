package loyalty

import "fmt"

// Once makes a write happen once, however often it is asked for: the first
// answer is stored under the key, in the transaction of its effect, and given
// again to every repeat. The zero Once asks for none of this.
type Once struct {
	// Key is 1 to 255 printable ASCII characters, unique in the organization
	// for 24 hours.
	Key string
	// Fingerprint tells requests apart: a hash of method, path, credential and
	// body. The same key with another fingerprint is refused.
	Fingerprint []byte
	// Answer makes the answer to be stored from the use case's result.
	Answer func(result any) (Answer, error)
}

// Answer is what was sent for a key.
type Answer struct {
	Status int
	Body   []byte
}

// StoredAnswer is an Answer as it is kept.
type StoredAnswer struct {
	Key         string
	Fingerprint []byte
	Answer
}

// Replayed is returned, as an error, where the answer was given before: the
// edge sends that answer again.
type Replayed struct{ Answer }

func (r *Replayed) Error() string { return fmt.Sprintf("replay of an answer with status %d", r.Status) }

// Check compares a repeat with what its key was first used for: nil when
// nothing is stored, Replayed when the request is the same, KeyReused when it
// is another.
func (o Once) Check(stored *StoredAnswer) error {
	switch {
	case stored == nil || o.Key == "":
		return nil
	case string(stored.Fingerprint) != string(o.Fingerprint):
		return Errorf(KeyReused, CodeKeyReused, "This Idempotency-Key was already used for another request. Use a new key for each request.")
	default:
		return &Replayed{stored.Answer}
	}
}

// Store makes the answer to keep for result; nil when no key was sent.
func (o Once) Store(result any) (*StoredAnswer, error) {
	if o.Key == "" {
		return nil, nil //nolint:nilnil // no key, nothing to keep: both are the ordinary case
	}
	a, err := o.Answer(result)
	if err != nil {
		return nil, fmt.Errorf("make the answer for the key: %w", err)
	}
	return &StoredAnswer{Key: o.Key, Fingerprint: o.Fingerprint, Answer: a}, nil
}
