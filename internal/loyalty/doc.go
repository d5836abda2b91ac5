// Package loyalty is the domain: organizations and their stores, programs with
// tiers and rewards, customers, and the points ledger, with the rules that
// bind them. It knows no database, no HTTP and no clock, and imports nothing
// but the standard library.
package loyalty
