// Package simulate makes a year of six restaurants: guests, staff, rosters,
// the honest things that look like fraud, and planted fraud of every kind the
// detectors know. The same seed always makes the same bytes. What was planted
// is kept apart from the traffic, as labels, and detectors never see it.
//
// The package also measures detectors against the labels. It knows no
// database and no clock.
package simulate
