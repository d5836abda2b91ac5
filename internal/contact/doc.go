// Package contact understands how people are reached and looked for: it folds
// names, reads phone numbers and e-mail addresses, and makes of what somebody
// typed into a search field the things to look up. It knows no database.
package contact
