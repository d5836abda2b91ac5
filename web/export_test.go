package web

// What tests build routes of their own from.
var (
	Program = program
	Visitor = visitor
)
