package anomaly

import (
	"errors"
	"fmt"
	"math"
)

// Settings are a program's own choices for all detectors. Start from
// DefaultSettings; the zero value has everything switched off.
type Settings struct {
	RapidEarning     RapidEarningSettings     `json:"rapid_earning"`
	UnusualAmount    UnusualAmountSettings    `json:"unusual_amount"`
	PatternDeviation PatternDeviationSettings `json:"pattern_deviation"`
	StaffFavoritism  StaffFavoritismSettings  `json:"staff_favoritism"`
	ManualAwards     ManualAwardsSettings     `json:"manual_awards"`
	OffHours         OffHoursSettings         `json:"off_hours"`
	LimitHugging     LimitHuggingSettings     `json:"limit_hugging"`
	SplitOrders      SplitOrdersSettings      `json:"split_orders"`
	AccountTakeover  AccountTakeoverSettings  `json:"account_takeover"`
	RefundAbuse      RefundAbuseSettings      `json:"refund_abuse"`
	AccountRing      AccountRingSettings      `json:"account_ring"`
	DuplicateClaim   DuplicateClaimSettings   `json:"duplicate_claim"`
	Cases            CaseSettings             `json:"cases"`
}

// RapidEarningSettings belong to rapid_earning.
type RapidEarningSettings struct {
	Enabled       bool    `json:"enabled"`
	Orders        float64 `json:"orders"`
	Transactions  float64 `json:"transactions"`
	WindowMinutes float64 `json:"window_minutes"`
	DayChance     float64 `json:"day_chance"`
}

// UnusualAmountSettings belong to unusual_amount.
type UnusualAmountSettings struct {
	Enabled        bool    `json:"enabled"`
	AwardZ         float64 `json:"award_z"`
	OrderZ         float64 `json:"order_z"`
	OrderTimes     float64 `json:"order_times"`
	LargeTimes     float64 `json:"large_times"`
	LargePoints    float64 `json:"large_points"`
	MinMAD         float64 `json:"min_mad"`
	CustomerWeight float64 `json:"customer_weight"`
}

// PatternDeviationSettings belong to pattern_deviation.
type PatternDeviationSettings struct {
	Enabled       bool    `json:"enabled"`
	Ratio         float64 `json:"ratio"`
	Alarm         float64 `json:"alarm"`
	HistoryWeeks  float64 `json:"history_weeks"`
	AccountChance float64 `json:"account_chance"`
}

// StaffFavoritismSettings belong to staff_favoritism.
type StaffFavoritismSettings struct {
	Enabled      bool    `json:"enabled"`
	HitShare     float64 `json:"hit_share"`
	Alarm        float64 `json:"alarm"`
	CircleChance float64 `json:"circle_chance"`
}

// ManualAwardsSettings belong to manual_awards.
type ManualAwardsSettings struct {
	Enabled   bool    `json:"enabled"`
	Rho       float64 `json:"rho"`
	Chance    float64 `json:"chance"`
	MinAwards float64 `json:"min_awards"`
}

// OffHoursSettings belong to off_hours.
type OffHoursSettings struct {
	Enabled      bool    `json:"enabled"`
	GraceMinutes float64 `json:"grace_minutes"`
	AttachHours  float64 `json:"attach_hours"`
}

// LimitHuggingSettings belong to limit_hugging.
type LimitHuggingSettings struct {
	Enabled   bool    `json:"enabled"`
	Chance    float64 `json:"chance"`
	MinAwards float64 `json:"min_awards"`
}

// SplitOrdersSettings belong to split_orders.
type SplitOrdersSettings struct {
	Enabled       bool    `json:"enabled"`
	Orders        float64 `json:"orders"`
	WindowMinutes float64 `json:"window_minutes"`
}

// AccountTakeoverSettings belong to account_takeover.
type AccountTakeoverSettings struct {
	Enabled     bool    `json:"enabled"`
	WindowHours float64 `json:"window_hours"`
	Share       float64 `json:"share"`
}

// RefundAbuseSettings belong to refund_abuse.
type RefundAbuseSettings struct {
	Enabled    bool    `json:"enabled"`
	Times      float64 `json:"times"`
	WindowDays float64 `json:"window_days"`
}

// AccountRingSettings belong to account_ring.
type AccountRingSettings struct {
	Enabled  bool    `json:"enabled"`
	Accounts float64 `json:"accounts"`
	AgeDays  float64 `json:"age_days"`
}

// DuplicateClaimSettings belong to duplicate_claim.
type DuplicateClaimSettings struct {
	Enabled bool `json:"enabled"`
}

// CaseSettings say how signals become cases.
type CaseSettings struct {
	OpenScore          float64 `json:"open_score"`
	BudgetPerStoreWeek float64 `json:"budget_per_store_week"`
	MuteDays           float64 `json:"mute_days"`
}

// Field describes one setting for a settings page and for Validate.
type Field struct {
	Kind    Kind   // empty for settings of the cases
	Name    string // as in JSON
	Label   string // a sentence fragment in English
	Unit    string
	Min     float64
	Max     float64
	Default float64
	at      func(*Settings) *float64
}

// Value is the field's value in the settings.
func (f Field) Value(s Settings) float64 { return *f.at(&s) }

// Set changes the field in the settings; Validate says whether it may be so.
func (f Field) Set(s *Settings, v float64) { *f.at(s) = v }

// Fields lists every numeric setting with its unit, range and default, in the
// order of the catalog.
func Fields() []Field {
	return append([]Field(nil), fields...)
}

var fields = []Field{
	{RapidEarning, "orders", "Orders of one customer within the window", "orders", 2, 50, 3, func(s *Settings) *float64 { return &s.RapidEarning.Orders }},
	{RapidEarning, "transactions", "Point transactions of one customer within the window", "transactions", 2, 30, 10, func(s *Settings) *float64 { return &s.RapidEarning.Transactions }},
	{RapidEarning, "window_minutes", "Length of the window", "minutes", 1, 120, 10, func(s *Settings) *float64 { return &s.RapidEarning.WindowMinutes }},
	{RapidEarning, "day_chance", "Chance, given the customer's history, of as many earnings in a day", "probability", 1e-9, 0.05, 1e-6, func(s *Settings) *float64 { return &s.RapidEarning.DayChance }},
	{UnusualAmount, "award_z", "Robust deviations above the norm for an award by hand", "deviations", 2, 20, 3.5, func(s *Settings) *float64 { return &s.UnusualAmount.AwardZ }},
	{UnusualAmount, "order_z", "Robust deviations above the norm for an order that earned what the rule gives", "deviations", 2, 20, 4.5, func(s *Settings) *float64 { return &s.UnusualAmount.OrderZ }},
	{UnusualAmount, "order_times", "Times the norm that an order must reach", "times", 1, 100, 20, func(s *Settings) *float64 { return &s.UnusualAmount.OrderTimes }},
	{UnusualAmount, "large_times", "Times the norm that an order of many points must reach", "times", 1, 100, 8, func(s *Settings) *float64 { return &s.UnusualAmount.LargeTimes }},
	{UnusualAmount, "large_points", "Points from which an order counts as one of many points", "points", 1, 1e9, 5000, func(s *Settings) *float64 { return &s.UnusualAmount.LargePoints }},
	{UnusualAmount, "min_mad", "Least scatter assumed, in log units", "log units", 0.05, 1, 0.15, func(s *Settings) *float64 { return &s.UnusualAmount.MinMAD }},
	{UnusualAmount, "customer_weight", "Earnings after which a customer's own norm counts half", "earnings", 1, 100, 10, func(s *Settings) *float64 { return &s.UnusualAmount.CustomerWeight }},
	{PatternDeviation, "ratio", "Growth over the norm to look for", "times", 1.5, 10, 3, func(s *Settings) *float64 { return &s.PatternDeviation.Ratio }},
	{PatternDeviation, "alarm", "Accumulated evidence that raises a case", "log likelihood", 3, 30, 8, func(s *Settings) *float64 { return &s.PatternDeviation.Alarm }},
	{PatternDeviation, "history_weeks", "Weeks of history the norm remembers", "weeks", 2, 52, 8, func(s *Settings) *float64 { return &s.PatternDeviation.HistoryWeeks }},
	{PatternDeviation, "account_chance", "Chance of as many claims, or awards by hand, for one account", "probability", 1e-9, 0.05, 1e-5, func(s *Settings) *float64 { return &s.PatternDeviation.AccountChance }},
	{StaffFavoritism, "hit_share", "Share of visits on one cashier's shifts that a favourite would show", "share", 0.5, 0.99, 0.9, func(s *Settings) *float64 { return &s.StaffFavoritism.HitShare }},
	{StaffFavoritism, "alarm", "Accumulated evidence that raises a case", "log likelihood", 5, 40, 12, func(s *Settings) *float64 { return &s.StaffFavoritism.Alarm }},
	{StaffFavoritism, "circle_chance", "Chance of claims going back to the same accounts as often", "probability", 1e-9, 0.05, 1e-3, func(s *Settings) *float64 { return &s.StaffFavoritism.CircleChance }},
	{ManualAwards, "rho", "How much honest cashiers differ", "correlation", 0.001, 0.5, 0.003, func(s *Settings) *float64 { return &s.ManualAwards.Rho }},
	{ManualAwards, "chance", "Chance, given the peers, of as many awards by hand", "probability", 1e-9, 0.05, 1e-3, func(s *Settings) *float64 { return &s.ManualAwards.Chance }},
	{ManualAwards, "min_awards", "Awards by hand before a cashier is judged", "awards", 3, 100, 6, func(s *Settings) *float64 { return &s.ManualAwards.MinAwards }},
	{OffHours, "grace_minutes", "Minutes before opening and after closing that are normal", "minutes", 0, 240, 30, func(s *Settings) *float64 { return &s.OffHours.GraceMinutes }},
	{OffHours, "attach_hours", "Hours after which putting a closed check on an account is late", "hours", 1, 720, 6, func(s *Settings) *float64 { return &s.OffHours.AttachHours }},
	{LimitHugging, "chance", "Chance of as many awards just below the limit", "probability", 1e-9, 0.05, 1e-3, func(s *Settings) *float64 { return &s.LimitHugging.Chance }},
	{LimitHugging, "min_awards", "Awards near the limit before a cashier is judged", "awards", 4, 100, 8, func(s *Settings) *float64 { return &s.LimitHugging.MinAwards }},
	{SplitOrders, "orders", "Orders of one customer at one till within the window", "orders", 2, 20, 2, func(s *Settings) *float64 { return &s.SplitOrders.Orders }},
	{SplitOrders, "window_minutes", "Length of the window", "minutes", 1, 120, 15, func(s *Settings) *float64 { return &s.SplitOrders.WindowMinutes }},
	{AccountTakeover, "window_hours", "Hours after a contact change in which spending is watched", "hours", 1, 720, 72, func(s *Settings) *float64 { return &s.AccountTakeover.WindowHours }},
	{AccountTakeover, "share", "Share of the balance whose spending is watched", "share", 0.1, 1, 0.5, func(s *Settings) *float64 { return &s.AccountTakeover.Share }},
	{RefundAbuse, "times", "Reversals that leave a debt", "reversals", 1, 20, 2, func(s *Settings) *float64 { return &s.RefundAbuse.Times }},
	{RefundAbuse, "window_days", "Days in which they are counted", "days", 7, 365, 90, func(s *Settings) *float64 { return &s.RefundAbuse.WindowDays }},
	{AccountRing, "accounts", "New accounts that belong together", "accounts", 2, 50, 4, func(s *Settings) *float64 { return &s.AccountRing.Accounts }},
	{AccountRing, "age_days", "Days an account counts as new", "days", 1, 180, 30, func(s *Settings) *float64 { return &s.AccountRing.AgeDays }},
	{"", "open_score", "Score from which a signal opens a case", "−log10 of chance", 1, 6, 3, func(s *Settings) *float64 { return &s.Cases.OpenScore }},
	{"", "budget_per_store_week", "New cases a store a week before the rest goes below the line", "cases", 0, 100, 3, func(s *Settings) *float64 { return &s.Cases.BudgetPerStoreWeek }},
	{"", "mute_days", "Days a dismissed case stays quiet", "days", 0, 365, 28, func(s *Settings) *float64 { return &s.Cases.MuteDays }},
}

// Switch is where the settings keep whether a kind is on; nil for a kind
// there is not.
func (s *Settings) Switch(k Kind) *bool {
	return map[Kind]*bool{
		RapidEarning: &s.RapidEarning.Enabled, UnusualAmount: &s.UnusualAmount.Enabled,
		PatternDeviation: &s.PatternDeviation.Enabled, StaffFavoritism: &s.StaffFavoritism.Enabled,
		ManualAwards: &s.ManualAwards.Enabled, OffHours: &s.OffHours.Enabled,
		LimitHugging: &s.LimitHugging.Enabled, SplitOrders: &s.SplitOrders.Enabled,
		AccountTakeover: &s.AccountTakeover.Enabled, RefundAbuse: &s.RefundAbuse.Enabled,
		AccountRing: &s.AccountRing.Enabled, DuplicateClaim: &s.DuplicateClaim.Enabled,
	}[k]
}

// DefaultSettings has every kind on at its default.
func DefaultSettings() Settings {
	var s Settings
	for _, f := range fields {
		f.Set(&s, f.Default)
	}
	for _, k := range Kinds() {
		*s.Switch(k) = true
	}
	return s
}

// Validate names every setting outside its range in one joined error.
func (s Settings) Validate() error {
	var errs []error
	for _, f := range fields {
		v := f.Value(s)
		if math.IsNaN(v) || v < f.Min || v > f.Max {
			errs = append(errs, fmt.Errorf("%s.%s is %v, want %v to %v %s", f.group(), f.Name, v, f.Min, f.Max, f.Unit))
		}
	}
	return errors.Join(errs...)
}

func (f Field) group() string {
	if f.Kind == "" {
		return "cases"
	}
	return string(f.Kind)
}
