package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"regulars/internal/loyalty"
)

// A browser in which somebody has signed in is known by a cookie afterwards: who
// that was, sealed. It opens nothing. It only has the wrong passwords typed
// there counted apart from those of everybody else at the same address.
const (
	plainDevice  = "device"
	secureDevice = "__Host-device"
	deviceAge    = 365 * 24 * time.Hour
)

func (s *Sessions) deviceCookie(c *fiber.Ctx) string {
	if s.cookie(c) == secureCookie {
		return secureDevice
	}
	return plainDevice
}

// knownBy is who signed in last in this browser; zero where that isn't proven.
func (s *Sessions) knownBy(c *fiber.Ctx) loyalty.ID {
	said, seal, _ := strings.Cut(c.Cookies(s.deviceCookie(c)), ".")
	id, ok := loyalty.ParseID(said)
	if !ok || !hmac.Equal([]byte(seal), []byte(s.sealDevice(id))) {
		return loyalty.ID{}
	}
	return id
}

// remember has the browser be known from now on.
func (s *Sessions) remember(c *fiber.Ctx, staffID loyalty.ID) {
	c.Cookie(&fiber.Cookie{
		Name: s.deviceCookie(c), Value: staffID.String() + "." + s.sealDevice(staffID), Path: "/", MaxAge: int(deviceAge / time.Second),
		HTTPOnly: true, Secure: s.cookie(c) == secureCookie, SameSite: fiber.CookieSameSiteLaxMode,
	})
}

func (s *Sessions) sealDevice(staffID loyalty.ID) string {
	m := hmac.New(sha256.New, s.Key)
	m.Write([]byte("device " + staffID.String()))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}
