//go:build linux

// Command fault breaks Regulars on purpose: several server processes on one
// database, a load that keeps its own log of what was acknowledged, and kills,
// pauses, floods and stops in between. Then it holds the log against the
// database and prints a table of the figures reached beside the goals.
//
// It knows the program as its operators do: the binary, its settings and HTTP.
package main
