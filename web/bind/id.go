package bind

import (
	"encoding/json"
	"reflect"

	"regulars/internal/loyalty"
)

// Ref is the id of a thing of kind K in a body, bare or with the kind's
// prefix. The zero Ref is a field that was left out or null.
type Ref[K Kind] struct{ ID loyalty.ID }

// Kind ties a Ref to what it refers to.
type Kind interface{ prefix() loyalty.Prefix }

// The kinds of things that bodies refer to.
type (
	Store       struct{}
	Program     struct{}
	Tier        struct{}
	Reward      struct{}
	Customer    struct{}
	Transaction struct{}
	Redemption  struct{}
	Order       struct{}
)

func (Store) prefix() loyalty.Prefix       { return loyalty.PrefixStore }
func (Program) prefix() loyalty.Prefix     { return loyalty.PrefixProgram }
func (Tier) prefix() loyalty.Prefix        { return loyalty.PrefixTier }
func (Reward) prefix() loyalty.Prefix      { return loyalty.PrefixReward }
func (Customer) prefix() loyalty.Prefix    { return loyalty.PrefixCustomer }
func (Transaction) prefix() loyalty.Prefix { return loyalty.PrefixTransaction }
func (Redemption) prefix() loyalty.Prefix  { return loyalty.PrefixRedemption }
func (Order) prefix() loyalty.Prefix       { return loyalty.PrefixOrder }

// UnmarshalJSON reads the id. One with the prefix of another kind is a
// NotFound: there is no such thing of this kind.
func (r *Ref[K]) UnmarshalJSON(b []byte) error {
	var (
		kind K
		s    string
	)
	if string(b) == "null" {
		r.ID = loyalty.ID{}
		return nil
	}
	if json.Unmarshal(b, &s) != nil {
		return formError("must be an id")
	}
	id, ok := kind.prefix().Parse(s)
	switch {
	case ok && !id.IsZero():
		r.ID = id
		return nil
	case ok || loyalty.KnownPrefix(s):
		return loyalty.Missing(kind.prefix().Noun())
	default:
		return formError("must be an id, a UUID")
	}
}

// IDs is the ids of refs.
func IDs[K Kind](refs []Ref[K]) []loyalty.ID {
	out := make([]loyalty.ID, len(refs))
	for i, r := range refs {
		out[i] = r.ID
	}
	return out
}

// asFormError words what was wrong with an optional field's value.
func asFormError[T any](b []byte, err error) error {
	switch err.(type) { //nolint:errorlint // both are made right here, unwrapped
	case formError, *loyalty.Error:
		return err
	default:
		return formError(shape(reflect.TypeFor[T](), b))
	}
}
