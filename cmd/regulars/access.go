package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// orgCommand is regulars org.
type orgCommand struct {
	Create orgCreateCommand `cmd:"" help:"Create an organization with its first store and its owner."`
}

// orgCreateCommand is regulars org create.
type orgCreateCommand struct {
	Slug               string `required:"" help:"Short name: lower-case letters, digits and dashes."`
	Name               string `required:"" help:"The organization's name."`
	Store              string `required:"" help:"The first store's name."`
	Currency           string `default:"USD" help:"The currency, as three letters."`
	Timezone           string `default:"UTC" help:"The time zone, such as America/Lima."`
	OwnerEmail         string `required:"" help:"What the owner signs in with."`
	OwnerPasswordStdin bool   `required:"" help:"Read the owner's password from standard input."`
	NoProgram          bool   `help:"Make no loyalty program. Without one nothing earns points; it is made on the pages, or with the API."`
}

// Run creates the organization and prints its ids as JSON.
func (c *orgCreateCommand) Run(ctx context.Context, p *program) error {
	password, err := readPassword(os.Stdin)
	if err != nil {
		return err
	}
	return p.withServices(ctx, func(s *service.Services) error {
		made, err := s.Access.CreateOrganization(ctx, loyalty.Actor{Role: loyalty.System}, service.CreateOrganization{
			Slug: c.Slug, Name: c.Name, StoreName: c.Store, Currency: c.Currency, TimeZone: c.Timezone,
			OwnerEmail: c.OwnerEmail, OwnerPassword: password, Program: !c.NoProgram,
		})
		if err != nil {
			return worded(err)
		}
		return json.NewEncoder(p.out).Encode(map[string]any{
			"organization_id": made.Organization.ID, "store_id": made.Store.ID, "slug": made.Organization.Slug, "owner_id": made.Owner.ID,
		})
	})
}

// maxPasswordLine is more than any password may have.
const maxPasswordLine = 4096

// readPassword takes the first line.
func readPassword(in io.Reader) (string, error) {
	content, err := io.ReadAll(io.LimitReader(in, maxPasswordLine))
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	line, _, _ := strings.Cut(string(content), "\n")
	return strings.TrimSuffix(line, "\r"), nil
}

// apiKeyCommand is regulars api-key.
type apiKeyCommand struct {
	Create apiKeyCreateCommand `cmd:"" help:"Create an API key and print it. It is not shown again."`
}

// apiKeyCreateCommand is regulars api-key create.
type apiKeyCreateCommand struct {
	Org    string   `help:"The organization's short name or id; not needed where there is only one."`
	Name   string   `required:"" help:"What the key is for."`
	Scopes []string `required:"" help:"all, or scopes with commas between."`
	Store  []string `help:"The only stores that the key works at, by id, name or the name in an import. Every store if left out."`
}

// Run creates the key and prints it alone.
func (c *apiKeyCreateCommand) Run(ctx context.Context, p *program) error {
	return p.withServices(ctx, func(s *service.Services) error {
		actor, err := actorFor(ctx, s, c.Org)
		if err != nil {
			return err
		}
		stores, err := c.stores(ctx, s, actor)
		if err != nil {
			return err
		}
		made, err := s.Access.CreateKey(ctx, actor, service.CreateKey{Name: c.Name, Scopes: c.scopes(), StoreIDs: stores})
		if err != nil {
			return worded(err)
		}
		fmt.Fprintln(p.out, made.Secret)
		return nil
	})
}

func (c *apiKeyCreateCommand) scopes() []loyalty.Scope {
	if len(c.Scopes) == 1 && c.Scopes[0] == "all" {
		return loyalty.KeyScopes()
	}
	scopes := make([]loyalty.Scope, len(c.Scopes))
	for i, s := range c.Scopes {
		scopes[i] = loyalty.Scope(strings.TrimSpace(s))
	}
	return scopes
}

func (c *apiKeyCreateCommand) stores(ctx context.Context, s *service.Services, actor loyalty.Actor) ([]loyalty.ID, error) {
	if len(c.Store) == 0 {
		return nil, nil
	}
	cfg, err := s.Config(ctx, actor)
	if err != nil {
		return nil, err
	}
	var ids []loyalty.ID
	for _, wanted := range c.Store {
		id, _ := loyalty.PrefixStore.Parse(wanted)
		before := len(ids)
		for _, store := range cfg.Stores {
			if store.ID == id || strings.EqualFold(store.Name, wanted) || store.ExternalID == wanted {
				ids = append(ids, store.ID)
			}
		}
		if len(ids) != before+1 {
			return nil, fmt.Errorf("%q is the name or id of %d stores, not of one", wanted, len(ids)-before)
		}
	}
	return ids, nil
}

// actorFor is the program acting for the organization with that short name or
// id, or for the only one there is.
func actorFor(ctx context.Context, s *service.Services, org string) (loyalty.Actor, error) {
	all, err := s.Access.Organizations(ctx, loyalty.Actor{Role: loyalty.System})
	if err != nil {
		return loyalty.Actor{}, err
	}
	id, _ := loyalty.PrefixOrganization.Parse(org)
	slugs := make([]string, len(all))
	for i, o := range all {
		if org != "" && (o.Slug == org || o.ID == id) || org == "" && len(all) == 1 {
			return loyalty.Actor{Role: loyalty.System, OrgID: o.ID}, nil
		}
		slugs[i] = o.Slug
	}
	switch {
	case len(all) == 0:
		return loyalty.Actor{}, errors.New("there is no organization yet; make one with regulars org create")
	case org == "":
		return loyalty.Actor{}, fmt.Errorf("say which organization with --org: %s", strings.Join(slugs, ", "))
	default:
		return loyalty.Actor{}, fmt.Errorf("there is no organization %q; there are: %s", org, strings.Join(slugs, ", "))
	}
}

// withServices runs do on the use cases over the database.
func (p *program) withServices(ctx context.Context, do func(*service.Services) error) error {
	db, err := p.openDatabase(ctx, false)
	if err != nil {
		return err
	}
	return errors.Join(do(service.New(db.DB, time.Now, p.log)), db.Close())
}

// worded makes a refusal readable on a terminal, one line for each field.
func worded(err error) error {
	e, ok := errors.AsType[*loyalty.Error](err)
	if !ok {
		return err
	}
	if len(e.Fields) == 0 {
		return errors.New(e.Message)
	}
	lines := make([]error, len(e.Fields))
	for i, f := range e.Fields {
		lines[i] = fmt.Errorf("%s %s", f.Field, f.Message)
	}
	return errors.Join(lines...)
}
