package loyalty

import "strings"

// Prefix says what an id in a URL or a document is the id of. One with a
// prefix, such as cust_0190…, can't be mistaken for another thing's.
type Prefix string

// The prefixes of API.md, and that of the job that it asks for.
const (
	PrefixOrganization Prefix = "org_"
	PrefixStore        Prefix = "store_"
	PrefixProgram      Prefix = "loy_"
	PrefixTier         Prefix = "tier_"
	PrefixReward       Prefix = "rwd_"
	PrefixCustomer     Prefix = "cust_"
	PrefixTransaction  Prefix = "txn_"
	PrefixRedemption   Prefix = "rdm_"
	PrefixOrder        Prefix = "ord_"
	PrefixAnomaly      Prefix = "anom_"
	PrefixBulkAward    Prefix = "bulk_"
)

var prefixNouns = map[Prefix]string{
	PrefixOrganization: "organization", PrefixStore: "store", PrefixProgram: "program", PrefixTier: "tier",
	PrefixReward: "reward", PrefixCustomer: "customer", PrefixTransaction: "transaction",
	PrefixRedemption: "redemption", PrefixOrder: "order", PrefixAnomaly: "anomaly", PrefixBulkAward: "bulk award",
}

// Noun is what the prefix stands for, in lower case: "customer".
func (p Prefix) Noun() string { return prefixNouns[p] }

// Format is id with the prefix; "" for the zero ID.
func (p Prefix) Format(id ID) string {
	if id.IsZero() {
		return ""
	}
	return string(p) + id.String()
}

// Parse reads an id with this prefix or with none. Another prefix is no id of
// this kind.
func (p Prefix) Parse(s string) (ID, bool) {
	return ParseID(strings.TrimPrefix(s, string(p)))
}

// KnownPrefix reports whether s starts with the prefix of anything.
func KnownPrefix(s string) bool {
	head, _, found := strings.Cut(s, "_")
	return found && prefixNouns[Prefix(head+"_")] != ""
}
