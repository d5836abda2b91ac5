package contact

import (
	"maps"
	"slices"
)

// TimeZones are the time zones that people live in, as IANA names in
// alphabetical order, and UTC at the end.
func TimeZones() []string {
	return append(slices.Sorted(maps.Keys(zones())), "UTC")
}
