// Package anomaly finds the ways points are stolen. Detectors are pure
// functions from events and small contexts to signals; the engine runs them
// over a stream in time order and gathers signals into cases, so a replay of
// the past is the same code under other settings.
//
// The package knows no database, no wire format and no clock: the time of an
// event is the only time there is. Adapters elsewhere build its events.
package anomaly
