package pages

import (
	"context"
	"strings"
	"unicode/utf8"

	"regulars/internal/loyalty"
	"regulars/views/i18n"
	"regulars/views/till"
	"regulars/views/ui"
)

func tillPath(customer loyalty.ID) string { return till.Path + "/" + customer.String() }

func orderPath(customer, order loyalty.ID) string {
	return tillPath(customer) + "/done?order=" + order.String()
}

func codePath(d loyalty.Redemption) string {
	return tillPath(d.CustomerID) + "/done?code=" + d.Code
}

func redemptionPath(customer, redemption loyalty.ID) string {
	return tillPath(customer) + "/done?redemption=" + redemption.String()
}

// masked is a name as far as bystanders may read it: "María García" is
// "María G."
func masked(name string) string {
	first, rest := loyalty.FirstName(name)
	if i := strings.IndexFunc(rest, loyalty.Speaks); i >= 0 {
		r, _ := utf8.DecodeRuneInString(rest[i:])
		return first + " " + strings.ToUpper(string(r)) + "."
	}
	return first
}

// ending is how a guest's phone number ends, or else a hint of the e-mail
// address.
func ending(ctx context.Context, c loyalty.Customer) string {
	if n := len(c.PhoneDigits); n >= 4 {
		return i18n.T(ctx, "ends %s", c.PhoneDigits[n-2:])
	}
	if local, domain, ok := strings.Cut(c.Email, "@"); ok && local != "" {
		first := []rune(local)[:1]
		return string(first) + "…@" + domain
	}
	return i18n.T(ctx, "no phone number")
}

// rank is a tier's place in the program's ladder, from 1.
func rank(p *loyalty.Program, id loyalty.ID) int {
	for i, t := range p.Tiers {
		if t.ID == id {
			return i + 1
		}
	}
	return 1
}

// standing is the tier that an account holds and the way to the next.
func standing(ctx context.Context, p *loyalty.Program, tierID loyalty.ID, lifetime loyalty.Points) till.Standing {
	if p == nil {
		return till.Standing{}
	}
	held := p.Held(tierID, lifetime)
	s := till.Standing{Name: held.Name, Rank: rank(p, held.ID)}
	next, missing, ok := p.NextTier(held, lifetime)
	if !ok {
		s.Note = i18n.T(ctx, "Highest tier")
		return s
	}
	s.Note = i18n.N(ctx, "%d point to %s", "%d points to %s", missing, next.Name)
	s.Of = int64(next.MinPoints - held.MinPoints)
	s.Value = max(0, s.Of-int64(missing))
	return s
}

// why is the calculation of an award, line by line.
func why(ctx context.Context, e *loyalty.Explanation, points loyalty.Points) []ui.SumLine {
	if e == nil {
		return nil
	}
	lines := []ui.SumLine{
		{Label: i18n.T(ctx, "Bill"), Value: i18n.Money(ctx, int64(e.Amount), e.Currency)},
		{Label: i18n.T(ctx, "Points for each %s", i18n.MoneySymbol(e.Currency)), Value: "× " + rate(ctx, e.Rate)},
	}
	if e.Tier != "" {
		lines = append(lines, ui.SumLine{Label: e.Tier, Value: "× " + factor(ctx, e.Multiplier)})
	}
	for _, p := range e.Promotions {
		if p.Multiplier != 0 && p.Multiplier != 100 {
			lines = append(lines, ui.SumLine{Label: p.Name, Value: "× " + factor(ctx, p.Multiplier)})
		}
		if p.Bonus != 0 {
			lines = append(lines, ui.SumLine{Label: p.Name, Value: i18n.Signed(ctx, p.Bonus)})
		}
	}
	return append(lines, ui.SumLine{Label: i18n.T(ctx, "Points, rounded down"), Value: i18n.Number(ctx, points), Total: true})
}

// formula is why on one line: "$50.00 × 10 × 1.25 Gold".
func formula(ctx context.Context, e *loyalty.Explanation) string {
	if e == nil {
		return ""
	}
	s := i18n.Money(ctx, int64(e.Amount), e.Currency) + " × " + rate(ctx, e.Rate)
	if e.Multiplier != 100 {
		s += " × " + factor(ctx, e.Multiplier)
	}
	for _, p := range e.Promotions {
		if p.Multiplier != 0 && p.Multiplier != 100 {
			s += " × " + factor(ctx, p.Multiplier) + " (" + p.Name + ")"
		}
		if p.Bonus != 0 {
			s += " + " + i18n.Number(ctx, p.Bonus) + " (" + p.Name + ")"
		}
	}
	if e.Multiplier != 100 {
		s += " (" + e.Tier + ")"
	}
	return s
}

func rate(ctx context.Context, r loyalty.Rate) string {
	return i18n.Decimal(ctx, float64(r)/loyalty.RateScale, 4)
}

func factor(ctx context.Context, m loyalty.Multiplier) string {
	return i18n.Decimal(ctx, float64(m)/100, 2)
}

var statusNames = map[loyalty.RedemptionStatus]string{
	loyalty.Issued: i18n.Mark("to be handed over"), loyalty.Held: i18n.Mark("set aside"),
	loyalty.Fulfilled: i18n.Mark("handed over"), loyalty.Cancelled: i18n.Mark("cancelled"),
}

// transactionNames are what the pages call the rows of the ledger.
type transactionNames map[loyalty.TransactionType]string

var typeNames = transactionNames{
	loyalty.Earn: i18n.Mark("Award"), loyalty.Redeem: i18n.Mark("Redemption"), loyalty.Adjust: i18n.Mark("Adjustment"),
	loyalty.Expire: i18n.Mark("Expiry"), loyalty.Reverse: i18n.Mark("Award taken back"),
	loyalty.Refund: i18n.Mark("Reward given back"), loyalty.Transfer: i18n.Mark("Transfer"),
}

func (n transactionNames) of(ctx context.Context, t loyalty.TransactionType) string {
	return i18n.T(ctx, n[t])
}

// rowName is what a row is called: one that answers an award gives, where the
// taking-back of it was undone.
func rowName(ctx context.Context, t loyalty.Transaction) string {
	if t.Type == loyalty.Reverse && t.Points > 0 {
		return i18n.T(ctx, "Award given again")
	}
	return typeNames.of(ctx, t.Type)
}
