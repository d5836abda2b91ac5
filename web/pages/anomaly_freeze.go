package pages

import (
	"strings"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/anomalies"
	"regulars/views/i18n"
)

// freezing says what is frozen and what freezing and lifting it would act on.
func freezing(ctx ctx, p *anomalies.CaseProps, c service.Case) {
	p.Freeze = i18n.N(ctx, "Freeze account", "Freeze %d accounts", max(1, c.Accounts-c.FrozenNow))
	p.Unfreeze = i18n.N(ctx, "Unfreeze account", "Unfreeze %d accounts", max(1, c.FrozenNow))
	switch {
	case c.FrozenNow == 0:
	case c.Accounts == 1:
		p.FrozenTitle, p.Frozen = i18n.T(ctx, "The account is frozen"), i18n.T(ctx, "It neither earns nor spends points until someone lifts that on the customer’s page.")
		if p.May.Unfreeze {
			p.Frozen = i18n.T(ctx, "It neither earns nor spends points until someone lifts that here or on the customer’s page.")
		}
	default:
		p.FrozenTitle = i18n.T(ctx, "%d of %d accounts are frozen", c.FrozenNow, c.Accounts)
		p.Frozen = i18n.T(ctx, "They neither earn nor spend points until someone lifts that on the customers’ pages.")
		if p.May.Unfreeze {
			p.Frozen = i18n.T(ctx, "They neither earn nor spend points until someone lifts that here or on the customers’ pages.")
		}
	}
}

// namedMost is how many of the accounts to be frozen are named.
const namedMost = 6

// frozenNames are those of the accounts that would be frozen.
func frozenNames(ctx ctx, c service.Case) string {
	var names []string
	for _, n := range c.Names {
		if n.Kind == loyalty.PersonCustomer && !n.Frozen && len(names) < namedMost {
			names = append(names, nameOr(ctx, n.Name, n.Erased))
		}
	}
	said := strings.Join(names, ", ")
	if more := c.Accounts - c.FrozenNow - len(names); more > 0 {
		said = i18n.T(ctx, "%s and %d more", said, more)
	}
	return said
}
