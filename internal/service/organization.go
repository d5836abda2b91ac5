package service

import (
	"context"
	"regexp"
	"strings"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/secret"
)

// CreateOrganization is a new tenant with its first store and its owner.
type CreateOrganization struct {
	Slug          string // lower-case letters, digits and dashes; made from Name when ""
	Name          string // 1–255 characters
	StoreName     string // 1–255 characters
	Currency      string // ISO 4217
	TimeZone      string // IANA name
	OwnerEmail    string
	OwnerName     string // made from OwnerEmail when ""
	OwnerPassword string // 8–256 characters
	Language      string // the owner's: "en", "es", or "" for the browser's
	// Program has the program made that the set-up page suggests, so that
	// orders earn at once.
	Program bool
}

// Created is what CreateOrganization made.
type Created struct {
	Organization loyalty.Organization
	Store        loyalty.Store
	Owner        loyalty.Staff
}

// CreateOrganization makes a tenant. Only the program itself may: the command
// line, and SetUp on a server that has none yet.
func (a *Access) CreateOrganization(ctx context.Context, actor loyalty.Actor, cmd CreateOrganization) (Created, error) {
	if actor.Role != loyalty.System {
		return Created{}, loyalty.Errorf(loyalty.Forbidden, loyalty.CodeForbidden, "Organizations are made on the command line.")
	}
	made, err := a.prepare(cmd, loyalty.Problems{})
	if err != nil {
		return Created{}, err
	}
	err = a.repo.InTx(ctx, func(ctx context.Context, tx loyalty.Tx) error {
		if err := a.create(ctx, tx, made); err != nil || !cmd.Program {
			return err
		}
		return a.firstProgram(ctx, tx, made.Organization.ID, SetUp{ProgramName: defaultProgram, Rate: suggestedRate(made.Organization.Currency)})
	})
	return made, err
}

// prepare checks cmd and makes of it what is to be written; p is what is wrong
// with what comes along. It hashes the password, which is slow and so must not
// happen in a transaction.
func (a *Access) prepare(cmd CreateOrganization, p loyalty.Problems) (Created, error) {
	cmd.Name = checkName(&p, "name", cmd.Name, 255)
	cmd.Slug = checkSlug(&p, cmd.Slug, cmd.Name)
	cmd.StoreName = checkName(&p, "storeName", cmd.StoreName, 255)
	cmd.Currency = checkCurrency(&p, cmd.Currency)
	checkTimeZone(&p, cmd.TimeZone)
	cmd.OwnerEmail = checkEmail(&p, "ownerEmail", cmd.OwnerEmail)
	if cmd.OwnerName == "" {
		cmd.OwnerName, _, _ = strings.Cut(cmd.OwnerEmail, "@")
	}
	cmd.OwnerName = checkName(&p, "ownerName", cmd.OwnerName, 255)
	checkPassword(&p, "ownerPassword", cmd.OwnerPassword)
	checkLanguage(&p, cmd.Language)
	if err := p.Err(); err != nil {
		return Created{}, err
	}
	hash, err := secret.HashPassword(cmd.OwnerPassword)
	if err != nil {
		return Created{}, err
	}
	now := a.now()
	org := loyalty.Organization{ID: loyalty.NewID(now), Slug: cmd.Slug, Name: cmd.Name, Currency: cmd.Currency, TimeZone: cmd.TimeZone, CreatedAt: now}
	return Created{
		Organization: org,
		Store: loyalty.Store{
			OrgID: org.ID, ID: loyalty.NewID(now), Name: cmd.StoreName, Currency: cmd.Currency, TimeZone: cmd.TimeZone, Active: true, CreatedAt: now,
		},
		Owner: loyalty.Staff{
			OrgID: org.ID, ID: loyalty.NewID(now), Email: cmd.OwnerEmail, Name: cmd.OwnerName, Role: loyalty.Owner, PasswordHash: hash,
			Language: cmd.Language, Active: true, CreatedAt: now,
		},
	}, nil
}

func (a *Access) create(ctx context.Context, tx loyalty.Tx, made Created) error {
	if err := tx.AddOrganization(ctx, made.Organization); err != nil {
		return err
	}
	if err := tx.AddStore(ctx, made.Store); err != nil {
		return err
	}
	if err := tx.AddStaff(ctx, made.Owner); err != nil {
		return err
	}
	system := loyalty.Actor{Role: loyalty.System, OrgID: made.Organization.ID}
	return tx.AddAudit(ctx, loyalty.Audit(system, a.now(), "organization.create", "organization", made.Organization.ID, nil))
}

// Organizations lists every tenant, for the program itself.
func (a *Access) Organizations(ctx context.Context, actor loyalty.Actor) ([]loyalty.Organization, error) {
	if actor.Role != loyalty.System {
		return nil, loyalty.Errorf(loyalty.Forbidden, loyalty.CodeForbidden, "Organizations are listed on the command line.")
	}
	return a.repo.Organizations(ctx)
}

var slugForm = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$`)

// checkSlug makes a slug of name where none is given.
func checkSlug(p *loyalty.Problems, slug, name string) string {
	if slug == "" {
		if slug = slugOf(name); slug == "" {
			slug = "restaurant" // the name has no Latin letter in it
		}
	}
	if !slugForm.MatchString(slug) {
		p.Add("slug", "must be 1 to 64 lower-case letters, digits and dashes, with no dash at either end")
	}
	return slug
}

func slugOf(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	s := b.String()
	return strings.Trim(s[:min(len(s), 48)], "-")
}

func checkCurrency(p *loyalty.Problems, currency string) string {
	currency = strings.ToUpper(strings.TrimSpace(currency))
	if !loyalty.ValidCurrency(currency) {
		p.Add("currency", "must be a currency's three letters, such as USD")
	}
	return currency
}

func checkTimeZone(p *loyalty.Problems, zone string) {
	if _, err := time.LoadLocation(zone); err != nil || zone == "" || zone == "Local" {
		p.Add("timeZone", "must be a time zone such as America/Lima")
	}
}

// checkEmail returns the address in lower case.
func checkEmail(p *loyalty.Problems, field, email string) string {
	email = strings.ToLower(strings.TrimSpace(email))
	local, domain, ok := strings.Cut(email, "@")
	if !ok || local == "" || domain == "" || len(email) > 254 || strings.ContainsAny(domain, "@ ") || strings.ContainsFunc(email, notInAddress) {
		p.Add(field, "must be an e-mail address")
	}
	return email
}

func notInAddress(r rune) bool {
	return r <= ' ' || r == 0x7f || strings.ContainsRune(`<>()[],;:"\`, r)
}

// minPassword is how many characters a password has at least.
const minPassword = 8

func checkPassword(p *loyalty.Problems, field, password string) {
	if n := len([]rune(password)); n < minPassword || n > 256 {
		p.Add(field, "must have 8 to 256 characters")
	}
}

func checkLanguage(p *loyalty.Problems, language string) {
	if language != "" && language != "en" && language != "es" {
		p.Add("language", "must be en or es")
	}
}
