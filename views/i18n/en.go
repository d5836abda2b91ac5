package i18n

// What English says with the same word where Spanish tells one from many: the
// key says which.
func init() {
	Register("en", Catalog{"Confirmed cases": "Confirmed", "Dismissed cases": "Dismissed"})
}
