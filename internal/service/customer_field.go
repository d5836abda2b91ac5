package service

import (
	"strings"
	"time"
	"unicode/utf8"

	"regulars/internal/contact"
	"regulars/internal/loyalty"
)

// What a customer's fields may hold, each with what is made of it.

func setName(p *loyalty.Problems, c *loyalty.Customer, name string) {
	c.Name = checkName(p, "name", name, 255)
	c.NameFold = contact.Fold(c.Name)
}

func setEmail(p *loyalty.Problems, c *loyalty.Customer, email string) {
	c.Email = strings.TrimSpace(email)
	if c.Email != "" && !contact.ValidEmail(c.Email) {
		p.Add("email", "must be an e-mail address such as maria@example.com")
	}
}

// maxPhone is API.md's limit, in characters.
const maxPhone = 20

func setPhone(p *loyalty.Problems, c *loyalty.Customer, phone, region string) {
	number := contact.ParsePhone(phone, region)
	c.Phone, c.PhoneE164, c.PhoneDigits = number.Typed, number.E164, number.Digits
	switch {
	case number.Typed == "":
	case utf8.RuneCountInString(number.Typed) > maxPhone:
		p.Add("phone", "must have at most %d characters", maxPhone)
	case number.Digits == "":
		p.Add("phone", "must be a phone number such as +51 987 654 321")
	default:
		checkText(p, "phone", phone, 1, maxPhone)
	}
}

// maxReferralCode is as much as the codes of others' programs take.
const maxReferralCode = 64

// setReferralCode keeps the code that a guest came with. Nothing follows from
// it here: whoever runs the campaign reads it back.
func setReferralCode(p *loyalty.Problems, c *loyalty.Customer, code string) {
	c.ReferralCode = checkText(p, "referralCode", code, 0, maxReferralCode)
}

// The first birthday accepted is that of the oldest person known, rounded down.
const firstBirthYear = 1870

// setBirthDate reads the day as YYYY-MM-DD; layout is how a file wrote it, nil
// for none.
func setBirthDate(p *loyalty.Problems, c *loyalty.Customer, date string, now time.Time, layout *loyalty.ImportLayout) {
	c.BirthDate = strings.TrimSpace(date)
	if c.BirthDate == "" {
		return
	}
	day, err := time.Parse(time.DateOnly, c.BirthDate)
	// East of here it may be tomorrow already.
	switch past := err == nil && day.Year() >= firstBirthYear && !day.After(now.Add(14*time.Hour)); {
	case past:
	case layout != nil:
		example, _, _ := strings.Cut(writtenForms[layout.Dates], " ")
		p.Add("birthDate", "must be a day in the past such as %s", example)
	default:
		p.Add("birthDate", "must be a day in the past, as YYYY-MM-DD")
	}
}
