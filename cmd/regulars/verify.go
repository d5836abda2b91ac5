package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// verifyCommand is regulars verify.
type verifyCommand struct {
	Org string `help:"The organization's short name or id; every one if left out."`
}

// Run prints what is proven. Any difference is an error.
func (c *verifyCommand) Run(ctx context.Context, p *program) error {
	return p.withServices(ctx, func(s *service.Services) error {
		actors, err := c.actors(ctx, s)
		if err != nil {
			return err
		}
		holds := true
		for _, actor := range actors {
			v, err := s.Stats.Verify(ctx, actor)
			if err != nil {
				return worded(err)
			}
			if err := printVerification(p.out, v); err != nil {
				return err
			}
			holds = holds && v.Holds()
		}
		if !holds {
			return errors.New("not everything holds; see above")
		}
		return nil
	})
}

func (c *verifyCommand) actors(ctx context.Context, s *service.Services) ([]loyalty.Actor, error) {
	if c.Org != "" {
		actor, err := actorFor(ctx, s, c.Org)
		return []loyalty.Actor{actor}, err
	}
	all, err := s.Access.Organizations(ctx, loyalty.Actor{Role: loyalty.System})
	if err != nil {
		return nil, worded(err)
	}
	actors := make([]loyalty.Actor, len(all))
	for i, o := range all {
		actors[i] = loyalty.Actor{Role: loyalty.System, OrgID: o.ID}
	}
	return actors, nil
}

// printVerification prints a line for each promise, with the first places
// where it does not hold below it.
func printVerification(out io.Writer, v loyalty.Verification) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s: %d transactions of %d accounts, %d orders\n", v.Slug, v.Transactions, v.Accounts, v.Orders)
	for _, p := range v.Proofs {
		if p.Differences == 0 {
			fmt.Fprintf(w, "  proven\t%s\t%s\n", p.Name, p.Claim)
			continue
		}
		fmt.Fprintf(w, "  DIFFERS\t%s\t%s Not so %d times, such as:\n", p.Name, p.Claim, p.Differences)
		for _, d := range p.Examples {
			fmt.Fprintf(w, "  \t\t  %s: %s\n", d.Subject, d.Detail)
		}
	}
	return w.Flush()
}
