package pages

import (
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
	"regulars/views/i18n"
	"regulars/views/rewards"
	"regulars/views/ui"
)

// card is a reward as the catalog shows it.
func (k rewardKit) card(ctx ctx, r loyalty.Reward) rewards.Card {
	c := rewards.Card{
		ID: r.ID.String(), Name: r.Name, Text: r.Description, Icon: rewards.Icon(string(r.Type), r.Icon), Active: r.Active, Over: k.now(r) == offeredBefore, Faded: !r.Active || k.now(r) == offeredBefore,
		Cost: i18n.N(ctx, "%d point", "%d points", int64(r.Cost)), Value: k.value(ctx, r),
		Popularity: i18n.T(ctx, "Never redeemed yet"),
	}
	if r.Redeemed > 0 {
		c.Popularity = i18n.N(ctx, "Redeemed %d time", "Redeemed %d times", r.Redeemed) + ", " + i18n.N(ctx, "by %d guest", "by %d guests", r.Customers)
	}
	if p := k.program(r.ProgramID); !p.Active {
		c.Badges = append(c.Badges, ui.BadgeProps{Label: i18n.T(ctx, "In %s, which is inactive", p.Name), Tone: ui.Warn})
	}
	if !r.Active {
		c.Badges = append(c.Badges, ui.BadgeProps{Label: i18n.T(ctx, "Off the menu")})
	}
	c.Badges = append(c.Badges, k.stockBadge(ctx, r)...)
	c.Badges = append(c.Badges, k.rules(ctx, r)...)
	return c
}

// value is what a reward is worth at the till, in words.
func (k rewardKit) value(ctx ctx, r loyalty.Reward) string {
	switch {
	case r.Type == loyalty.RewardFreeItem && r.ItemName != "":
		return r.ItemName
	case r.Type == loyalty.RewardCredit && r.DiscountValue > 0:
		return i18n.MoneyShort(ctx, r.DiscountValue, k.currency)
	case r.DiscountType == loyalty.Percentage && r.DiscountValue > 0:
		return i18n.T(ctx, "%s off", i18n.Percent(ctx, float64(r.DiscountValue)/100, 0))
	case r.DiscountType == loyalty.Fixed && r.DiscountValue > 0:
		return i18n.T(ctx, "%s off", i18n.MoneyShort(ctx, r.DiscountValue, k.currency))
	}
	return ""
}

// fewLeft is from where the stock is worth a warning.
const fewLeft = 5

func (k rewardKit) stockBadge(ctx ctx, r loyalty.Reward) []ui.BadgeProps {
	switch {
	case r.Stock == nil:
		return nil
	case *r.Stock <= 0:
		return []ui.BadgeProps{{Label: i18n.T(ctx, "Out of stock"), Tone: ui.Bad}}
	case *r.Stock <= fewLeft:
		return []ui.BadgeProps{{Label: i18n.T(ctx, "%d left", *r.Stock), Tone: ui.Warn}}
	}
	return []ui.BadgeProps{{Label: i18n.T(ctx, "%d left", *r.Stock)}}
}

// rules are when, where and for whom a reward is.
func (k rewardKit) rules(ctx ctx, r loyalty.Reward) []ui.BadgeProps {
	var out []ui.BadgeProps
	switch k.now(r) {
	case offeredLater:
		out = append(out, ui.BadgeProps{Label: i18n.T(ctx, "From %s", i18n.ShortDate(ctx, r.StartsAt)), Tone: ui.Note, Icon: "calendar"})
	case offeredBefore:
		out = append(out, ui.BadgeProps{Label: i18n.T(ctx, "Over since %s", i18n.ShortDate(ctx, r.ExpiresAt.Add(-time.Second))), Tone: ui.Warn, Icon: "calendar"})
	case offeredNow:
		if !r.ExpiresAt.IsZero() {
			out = append(out, ui.BadgeProps{Label: i18n.T(ctx, "Until %s", i18n.ShortDate(ctx, r.ExpiresAt.Add(-time.Second))), Icon: "calendar"})
		}
	}
	if t, ok := k.program(r.ProgramID).Tier(r.MinTierID); ok {
		out = append(out, ui.BadgeProps{Label: i18n.T(ctx, "%s and above", t.Name), Tone: ui.Plain})
	}
	if r.MaxPerCustomer > 0 {
		out = append(out, ui.BadgeProps{Label: i18n.N(ctx, "Once for each guest", "%d times for each guest", r.MaxPerCustomer)})
	}
	for _, s := range k.stores {
		for _, id := range r.StoreIDs {
			if s.ID == id {
				out = append(out, ui.BadgeProps{Label: s.Name, Icon: "store"})
			}
		}
	}
	return out
}

func (k rewardKit) form(id loyalty.ID, f ui.Form) rewards.FormProps {
	p := rewards.FormProps{Symbol: i18n.MoneySymbol(k.currency), Digits: i18n.MoneyDigits(k.currency), Form: f}
	if !id.IsZero() {
		p.ID = id.String()
	}
	of, _ := loyalty.PrefixProgram.Parse(f.Value("programId"))
	for _, t := range k.program(of).Tiers {
		p.Tiers = append(p.Tiers, ui.Option{Value: t.ID.String(), Label: t.Name})
	}
	for _, s := range k.stores {
		p.Stores = append(p.Stores, ui.Option{Value: s.ID.String(), Label: s.Name})
	}
	for _, program := range k.programs {
		p.Programs = append(p.Programs, ui.Option{Value: program.ID.String(), Label: program.Name})
	}
	return p
}

// stockField is what is left of a reward, which guests change by redeeming it.
const stockField = "stockRemaining"

// savedReward is the form with what is saved.
func savedReward(ctx ctx, r loyalty.Reward, currency string) ui.Form {
	f := ui.Form{}.With("programId", r.ProgramID.String()).With("name", r.Name).With("description", r.Description).With("pointsCost", i18n.Plain(int64(r.Cost))).
		With("type", string(r.Type)).With("discountType", string(r.DiscountType)).With("itemName", r.ItemName).With("icon", r.Icon)
	switch {
	case r.DiscountType == loyalty.Percentage:
		f = f.With("discountValue", i18n.Plain(r.DiscountValue))
	case r.DiscountValue > 0:
		f = f.With("discountValue", loyalty.FormatDecimal(r.DiscountValue, loyalty.Exponent(currency)))
	}
	if r.Stock != nil {
		f = f.With(stockField, i18n.Plain(*r.Stock))
	}
	if r.MaxPerCustomer > 0 {
		f = f.With("maxPerCustomer", i18n.Plain(int64(r.MaxPerCustomer)))
	}
	if !r.MinTierID.IsZero() {
		f = f.With("minTierId", r.MinTierID.String())
	}
	if !r.StartsAt.IsZero() {
		f = f.With("startsAt", r.StartsAt.In(i18n.Zone(ctx)).Format(time.DateOnly))
	}
	if !r.ExpiresAt.IsZero() {
		f = f.With("expiresAt", r.ExpiresAt.Add(-time.Second).In(i18n.Zone(ctx)).Format(time.DateOnly))
	}
	var stores []string
	for _, id := range r.StoreIDs {
		stores = append(stores, id.String())
	}
	if len(stores) > 0 {
		f = f.With("storeIds", stores...)
	}
	if r.Active {
		f = f.With("isActive", "on")
	}
	return f
}

// fields reads the form. What the chosen kind of reward doesn't have is left
// aside, whatever its hidden fields hold.
func (k rewardKit) fields(ctx ctx, f ui.Form) service.RewardFields {
	r := read(f)
	of := r.ID("programId", loyalty.PrefixProgram)
	out := service.RewardFields{
		ProgramID: k.program(of).ID, Name: service.Given(r.Text("name")), Description: service.Given(r.Text("description")),
		Cost: service.Given(r.Whole("pointsCost")), Type: service.Given(r.Text("type")), Active: service.Given(f.On("isActive")),
		Stock: stockTyped(r), MaxPerCustomer: optional(r, "maxPerCustomer"), ItemName: service.Given(""), Icon: service.Given(r.Text("icon")),
		DiscountType: service.Cleared[string](), DiscountValue: service.Cleared[int64](), MinTierID: service.Cleared[loyalty.ID](),
		StartsAt: r.day(ctx, "startsAt", 0), ExpiresAt: r.day(ctx, "expiresAt", 1), StoreIDs: service.Cleared[[]loyalty.ID](),
	}
	switch loyalty.RewardType(r.Text("type")) {
	case loyalty.RewardDiscount:
		out.DiscountType, out.DiscountValue = service.Given(r.Text("discountType")), k.worth(r, r.Text("discountType"))
	case loyalty.RewardCredit:
		out.DiscountType, out.DiscountValue = service.Given(string(loyalty.Fixed)), k.worth(r, string(loyalty.Fixed))
	case loyalty.RewardFreeItem:
		out.ItemName = service.Given(r.Text("itemName"))
	case loyalty.RewardShipping, loyalty.RewardPerk:
	}
	if id := r.ID("minTierId", loyalty.PrefixTier); !id.IsZero() {
		out.MinTierID = service.Given(id)
	}
	if ids := f.All("storeIds"); len(ids) > 0 {
		out.StoreIDs = service.Given(storeIDs(ids))
	}
	out.Unread = r.problems
	return out
}

func storeIDs(texts []string) []loyalty.ID {
	out := make([]loyalty.ID, 0, len(texts))
	for _, text := range texts {
		// What is no id is no store's either, and the service says so.
		id, _ := loyalty.PrefixStore.Parse(text)
		out = append(out, id)
	}
	return out
}

// worth is the value of a discount: percent, or money in minor units.
func (k rewardKit) worth(r *fields, kind string) service.Field[int64] {
	if kind == string(loyalty.Fixed) {
		return service.Given(int64(r.Money("discountValue", k.currency)))
	}
	return service.Given(r.Whole("discountValue"))
}

// stockTyped is the stock, left out where the person has left it alone: guests
// may have redeemed since the form was drawn.
func stockTyped(r *fields) service.Field[int64] {
	if before, ok := was(r.form); ok && before.Value(stockField) == r.form.Value(stockField) {
		return service.Field[int64]{}
	}
	return optional(r, stockField)
}

// optional is a whole number, or null for an empty field.
func optional(r *fields, name string) service.Field[int64] {
	if r.Text(name) == "" {
		return service.Cleared[int64]()
	}
	return service.Given(r.Whole(name))
}

// day is the start of a day in the reader's time zone, after days more; null
// for an empty field.
func (r *fields) day(ctx ctx, name string, after int) service.Field[time.Time] {
	text := r.Text(name)
	if text == "" {
		return service.Cleared[time.Time]()
	}
	t, err := time.ParseInLocation(time.DateOnly, text, i18n.Zone(ctx))
	if err != nil {
		r.problems.Add(name, "must be a day written YYYY-MM-DD")
		return service.Cleared[time.Time]()
	}
	return service.Given(t.AddDate(0, 0, after))
}

// guest is the form as the guest would see the reward, whatever can't be read
// yet left out.
func (k rewardKit) guest(ctx ctx, f ui.Form) rewards.GuestProps {
	fields := k.fields(ctx, f)
	r := loyalty.Reward{
		ProgramID: fields.ProgramID, Name: fields.Name.Value, Description: fields.Description.Value, Cost: loyalty.Points(fields.Cost.Value),
		Type: loyalty.RewardType(fields.Type.Value), DiscountType: loyalty.DiscountType(fields.DiscountType.Value), DiscountValue: fields.DiscountValue.Value,
		ItemName: fields.ItemName.Value, Icon: fields.Icon.Value, MaxPerCustomer: int(fields.MaxPerCustomer.Value), MinTierID: fields.MinTierID.Value,
		StartsAt: fields.StartsAt.Value, ExpiresAt: fields.ExpiresAt.Value, StoreIDs: fields.StoreIDs.Value,
	}
	if left, ok := number(f.Value(stockField), 0); ok && f.Value(stockField) != "" {
		r.Stock = &left
	}
	p := rewards.GuestProps{
		Name: r.Name, Text: r.Description, Icon: rewards.Icon(string(r.Type), r.Icon), Cost: i18n.N(ctx, "%d point", "%d points", int64(r.Cost)),
		Value: k.value(ctx, r), Badges: k.rules(ctx, r),
	}
	if p.Name == "" {
		p.Name = i18n.T(ctx, "Name of the reward")
	}
	if r.Stock != nil && *r.Stock <= fewLeft {
		p.Badges = append(p.Badges, k.stockBadge(ctx, r)...)
	}
	return p
}
