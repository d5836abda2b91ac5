package demo

import (
	"context"
	"slices"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

func (w *world) catalog(ctx context.Context) error {
	cfg, err := w.Config(ctx, w.owner)
	if err != nil {
		return err
	}
	program := cfg.Program
	if program == nil {
		made, err := w.Programs.Create(ctx, w.owner, service.CreateProgram{Fields: service.ProgramFields{
			Name: service.Given("Club Casa Lima"), Rate: service.Given(loyalty.Rate(loyalty.RateScale)),
			CurrencyPerPoint: service.Given[int64](5), ExpireAfterDays: service.Given[int64](365),
		}})
		if err != nil {
			return err
		}
		program = &made.Program
	}
	if err := w.perks(ctx, *program); err != nil {
		return err
	}
	if w.rewards, err = w.Rewards.List(ctx, w.owner); err != nil {
		return err
	}
	for _, f := range w.offers(program.ID, program.Tiers[2].ID, program.Tiers[3].ID) {
		if slices.ContainsFunc(w.rewards, func(r loyalty.Reward) bool { return r.Name == f.Name.Value }) {
			continue
		}
		reward, err := w.Rewards.Create(ctx, w.owner, service.CreateReward{Fields: f})
		if err != nil {
			return err
		}
		w.rewards = append(w.rewards, reward)
	}
	return nil
}

// perks says what each tier gives beside points.
func (w *world) perks(ctx context.Context, program loyalty.Program) error {
	texts := []string{
		"A pisco sour on the birthday",
		"Also a table kept for 15 minutes",
		"Also a dessert with dinner for two",
		"Also no corkage, any day",
	}
	for i, t := range program.Tiers[:min(len(texts), len(program.Tiers))] {
		if t.Benefits != "" {
			continue
		}
		cmd := service.ChangeTier{ID: t.ID, Fields: service.TierFields{Benefits: service.Given(texts[i])}}
		if _, err := w.Programs.ChangeTier(ctx, w.owner, cmd); err != nil {
			return err
		}
	}
	return nil
}

// offers are rewards of every type, with every kind of limit.
func (w *world) offers(programID, gold, platinum loyalty.ID) []service.RewardFields {
	offer := func(name, text string, cost int64, typ loyalty.RewardType) service.RewardFields {
		return service.RewardFields{
			ProgramID: programID, Name: service.Given(name), Description: service.Given(text), Cost: service.Given(cost),
			Type: service.Given(string(typ)),
		}
	}
	drink := offer("Chicha morada", "A jug for the table.", 80, loyalty.RewardFreeItem)
	drink.ItemName = service.Given("Chicha morada, 1 l")
	dessert := offer("Suspiro a la limeña", "One dessert on the house.", 120, loyalty.RewardFreeItem)
	dessert.ItemName = service.Given("Suspiro a la limeña")
	tenOff := offer("S/ 10 off", "Off any bill over S/ 40.", 180, loyalty.RewardDiscount)
	tenOff.DiscountType, tenOff.DiscountValue = service.Given(string(loyalty.Fixed)), service.Given[int64](1000)
	fifteen := offer("15% off lunch", "Monday to Friday, until 4 pm.", 250, loyalty.RewardDiscount)
	fifteen.DiscountType, fifteen.DiscountValue = service.Given(string(loyalty.Percentage)), service.Given[int64](15)
	fifteen.MaxPerCustomer = service.Given[int64](4)
	ceviche := offer("Ceviche clásico", "Our first dish, for one.", 320, loyalty.RewardFreeItem)
	ceviche.ItemName, ceviche.Stock = service.Given("Ceviche clásico"), service.Given[int64](260)
	delivery := offer("Free delivery", "Within Miraflores and Barranco.", 100, loyalty.RewardShipping)
	credit := offer("S/ 25 house credit", "For your next visit.", 450, loyalty.RewardCredit)
	credit.DiscountType, credit.DiscountValue = service.Given(string(loyalty.Fixed)), service.Given[int64](2500)
	pairing := offer("Pisco tasting for two", "In Barranco, Thursdays at 8 pm.", 900, loyalty.RewardPerk)
	pairing.MinTierID, pairing.Stock = service.Given(gold), service.Given[int64](40)
	pairing.MaxPerCustomer, pairing.StoreIDs = service.Given[int64](1), service.Given([]loyalty.ID{w.stores[1].id})
	chef := offer("Chef's table", "Seven courses in the kitchen.", 2500, loyalty.RewardPerk)
	chef.MinTierID, chef.MaxPerCustomer = service.Given(platinum), service.Given[int64](1)
	season := offer("Season's picarones", "This month only.", 90, loyalty.RewardFreeItem)
	season.ItemName = service.Given("Picarones")
	season.StartsAt, season.ExpiresAt = service.Given(w.now.Add(-14*24*time.Hour)), service.Given(w.now.Add(17*24*time.Hour))
	for f, icon := range map[*service.RewardFields]string{&drink: "cup-soda", &dessert: "cake-slice", &ceviche: "utensils", &pairing: "martini", &chef: "chef-hat", &season: "party-popper"} {
		f.Icon = service.Given(icon)
	}
	return []service.RewardFields{drink, season, delivery, dessert, tenOff, fifteen, ceviche, credit, pairing, chef}
}
