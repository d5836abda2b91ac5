package respond

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
)

const keyHeader = "Idempotency-Key"

// SaveRefusal keeps the refusal that a key was answered with. It returns what
// to answer instead when the key was answered before: a Replayed or a
// KeyReused.
type SaveRefusal func(ctx context.Context, orgID loyalty.ID, once loyalty.Once, answer loyalty.Answer) error

// attemptKey finds a request's attempt in its Locals.
type attemptKey struct{}

// attempt is a request under an Idempotency-Key.
type attempt struct {
	once   loyalty.Once
	answer *loyalty.Answer // the last one made for the result
}

// Idempotent lets requests come again: the answer to a key is given once more
// to every repeat, and a repeat that comes while the first is still running
// here is refused. actorOf is asked who is calling. The answers of requests
// that succeed are stored by Write with their effect; those of refused ones
// are stored here. An answer of 5xx is stored by nobody.
func Idempotent(actorOf func(*fiber.Ctx) loyalty.Actor, save SaveRefusal) fiber.Handler {
	var running sync.Map // of runningKey
	return func(c *fiber.Ctx) error {
		key := c.Get(keyHeader)
		if isSafe(c) || key == "" && !hasHeader(c, keyHeader) {
			return c.Next()
		}
		if !validKey(key) {
			var p loyalty.Problems
			p.Add(keyHeader, "must be 1 to 255 printable ASCII characters.")
			return p.Err()
		}
		actor := actorOf(c)
		place := runningKey{actor.OrgID, key}
		if _, taken := running.LoadOrStore(place, struct{}{}); taken {
			return inProgress()
		}
		defer running.Delete(place)
		a := &attempt{once: loyalty.Once{Key: key, Fingerprint: fingerprint(c, actor)}}
		c.Locals(attemptKey{}, a)
		err := c.Next()
		if !storable(err) {
			return err
		}
		status, e := describe(err)
		body, encodeErr := encodeFailure(c, SurfaceOf(c), status, e)
		if encodeErr != nil {
			return encodeErr
		}
		if other := save(c.UserContext(), actor.OrgID, a.once, loyalty.Answer{Status: status, Body: body}); other != nil {
			return other
		}
		return err
	}
}

// isSafe reports whether the request changes nothing, so that its key means
// nothing.
func isSafe(c *fiber.Ctx) bool {
	switch c.Method() {
	case fiber.MethodGet, fiber.MethodHead, fiber.MethodOptions:
		return true
	}
	return false
}

type runningKey struct {
	orgID loyalty.ID
	key   string
}

func inProgress() error {
	return loyalty.Errorf(loyalty.Conflict, loyalty.CodeInProgress, "The first request with this Idempotency-Key is still running. Try again in a moment.")
}

// hasHeader tells an empty header from one that isn't there.
func hasHeader(c *fiber.Ctx, name string) (found bool) {
	c.Request().Header.VisitAll(func(k, _ []byte) { found = found || string(k) == name })
	return found
}

func validKey(key string) bool {
	for i := range len(key) {
		if key[i] < ' ' || key[i] > '~' {
			return false
		}
	}
	return key != "" && len(key) <= 255
}

// fingerprint tells requests apart: by method, address, credential and body.
func fingerprint(c *fiber.Ctx, actor loyalty.Actor) []byte {
	h := sha256.New()
	fmt.Fprintf(h, "%s\n%s\n%s\n", c.Method(), c.Request().URI().RequestURI(), actor.KeyID)
	h.Write(c.BodyRaw())
	return h.Sum(nil)
}

// storable reports whether err is the final answer to a request: a refusal,
// not a failure and not something to come back for.
func storable(err error) bool {
	if err == nil {
		return false
	}
	if _, ok := errors.AsType[*loyalty.Replayed](err); ok {
		return false
	}
	switch loyalty.KindOf(err) {
	case loyalty.Malformed, loyalty.Invalid, loyalty.Forbidden, loyalty.NotFound:
		return true
	case loyalty.Conflict:
		return loyalty.CodeOf(err) != loyalty.CodeInProgress
	default:
		return false
	}
}

// Write does a write of the API and answers with its result. do gets the Once
// to hand to the service; answer makes the status and the body of a result.
// Under an Idempotency-Key the service stores that answer with the effect, and
// these very bytes are what is sent.
func Write[T any](c *fiber.Ctx, do func(once loyalty.Once) (T, error), answer func(T) (status int, body any)) error {
	a, _ := c.Locals(attemptKey{}).(*attempt) //nolint:errcheck // no key was sent
	once := loyalty.Once{}
	if a != nil {
		once = a.once
		once.Answer = func(result any) (loyalty.Answer, error) {
			typed, ok := result.(T)
			if !ok {
				return loyalty.Answer{}, fmt.Errorf("the service stores the answer to a %T, the handler answers with a %T", result, typed)
			}
			made, err := answerTo(c, typed, answer)
			a.answer = &made
			return made, err
		}
	}
	result, err := do(once)
	if err != nil {
		return err
	}
	if a != nil && a.answer != nil {
		return sendJSON(c, a.answer.Status, a.answer.Body)
	}
	made, err := answerTo(c, result, answer)
	if err != nil {
		return err
	}
	return sendJSON(c, made.Status, made.Body)
}

func answerTo[T any](c *fiber.Ctx, result T, answer func(T) (int, any)) (loyalty.Answer, error) {
	status, body := answer(result)
	b, err := encode(SurfaceOf(c), body)
	return loyalty.Answer{Status: status, Body: b}, err
}
