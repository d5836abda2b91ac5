package loyalty

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what a caller can do about an error. The HTTP edge turns a Kind
// into a status in exactly one place.
type Kind uint8

// The kinds. The zero value is the safe one.
const (
	Internal     Kind = iota // a bug or an outage; its text is never shown
	Malformed                // the request can't be read at all
	Invalid                  // the request can be read and can never succeed as written
	Unauthorized             // nobody we know
	Forbidden                // this actor may not
	NotFound                 // no such thing, or none this actor may see
	Conflict                 // refused by the current state; may succeed later
	KeyReused                // an idempotency key came back with another request
	Unavailable              // nothing is wrong with the request; try again soon
	TooMany                  // asked too often; try again later
)

// The codes of API.md that the domain gives. A code is stable and for
// machines; the message beside it is for people.
const (
	CodeBadRequest         = "BAD_REQUEST"
	CodeValidation         = "VALIDATION_ERROR"
	CodeUnauthorized       = "UNAUTHORIZED"
	CodeForbidden          = "FORBIDDEN"
	CodeNotFound           = "NOT_FOUND"
	CodeConflict           = "CONFLICT"
	CodeInsufficientPoints = "INSUFFICIENT_POINTS"
	CodeOutOfStock         = "OUT_OF_STOCK"
	CodeLimitReached       = "LIMIT_REACHED"
	CodeNotAvailable       = "NOT_AVAILABLE"
	CodeAccountFrozen      = "ACCOUNT_FROZEN"
	CodeAlreadyFulfilled   = "ALREADY_FULFILLED"
	CodeNoActiveProgram    = "NO_ACTIVE_PROGRAM"
	CodeKeyReused          = "IDEMPOTENCY_KEY_REUSED"
	CodeInProgress         = "IDEMPOTENCY_IN_PROGRESS"
	CodeUnavailable        = "UNAVAILABLE"
	CodeRateLimited        = "RATE_LIMITED"
)

// Error is a failure the domain expects. Anything else that reaches the edge
// is Internal.
type Error struct {
	Kind    Kind
	Code    string // stable, for machines
	Message string // English, for people, safe to show
	// Format and Args made Message; a translator looks Format up and fills in
	// Args again.
	Format string
	Args   []any
	Fields []FieldError // what was wrong where; nil unless Invalid
	// Field is the one that a Conflict is about, such as an e-mail address that
	// is another's already; "" where it is about none.
	Field string
	// RetryAfter is how long to wait before trying again; 0 where a moment
	// will do.
	RetryAfter time.Duration
}

// FieldError is one field's mistake, with how to put it right.
type FieldError struct {
	Field   string // the name the caller used for the field
	Message string // English
	Format  string
	Args    []any
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Errorf builds an expected failure.
func Errorf(kind Kind, code, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Message: fmt.Sprintf(format, args...), Format: format, Args: args}
}

// After returns e with how long to wait before trying again.
func (e *Error) After(wait time.Duration) *Error {
	e.RetryAfter = wait
	return e
}

// About returns e as what is wrong with one field.
func (e *Error) About(field string) *Error {
	e.Field = field
	return e
}

// Missing is the answer for a thing that does not exist or that belongs to
// another organization; what is its name in lower case, such as "customer".
func Missing(what string) *Error {
	text := "There is no such " + what + "."
	return &Error{Kind: NotFound, Code: CodeNotFound, Message: text, Format: text}
}

// KindOf reports the Kind of the first Error in err's chain.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// CodeOf reports the Code of the first Error in err's chain: "" for nil,
// "INTERNAL" for a failure the domain didn't expect.
func CodeOf(err error) string {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return "INTERNAL"
}

// Problems collects every bad field of a request, so that all are reported at
// once.
type Problems struct{ fields []FieldError }

// Add records what is wrong with field; format says what it must be.
func (p *Problems) Add(field, format string, args ...any) {
	p.fields = append(p.fields, FieldError{Field: field, Message: fmt.Sprintf(format, args...), Format: format, Args: args})
}

// Has reports whether field already has a problem.
func (p *Problems) Has(field string) bool {
	for _, f := range p.fields {
		if f.Field == field {
			return true
		}
	}
	return false
}

// Err is nil without problems, else one Invalid that holds them all.
func (p *Problems) Err() error {
	if len(p.fields) == 0 {
		return nil
	}
	e := Errorf(Invalid, CodeValidation, "Some fields are not right. See details.")
	e.Fields = p.fields
	return e
}
