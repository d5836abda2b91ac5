package auth

import (
	"encoding/json"
	"fmt"

	"github.com/gofiber/fiber/v2"
)

// Flash is a message for the page after this one.
type Flash struct {
	Text string `json:"text"`
	Tone string `json:"tone,omitempty"` // as layout.Flash
	Link string `json:"link,omitempty"` // translated: what Href is called
	Href string `json:"href,omitempty"`
}

const flashData = "flash"

// SetFlash has the next page show f. It needs a signed-in session; elsewhere
// there is no next page to show it.
func (s *Sessions) SetFlash(c *fiber.Ctx, f Flash) error {
	if Visit(c).Actor.OrgID.IsZero() {
		return nil
	}
	b, err := json.Marshal([]Flash{f})
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	return s.access.Keep(c.UserContext(), Token(c), flashData, string(b))
}

// TakeFlash is what the page before had to say, once.
func (s *Sessions) TakeFlash(c *fiber.Ctx) ([]Flash, error) {
	kept := Visit(c).Data[flashData]
	if kept == "" {
		return nil, nil
	}
	var f []Flash
	if err := json.Unmarshal([]byte(kept), &f); err != nil {
		f = nil // a form that an older release wrote
	}
	return f, s.access.Keep(c.UserContext(), Token(c), flashData, "")
}
