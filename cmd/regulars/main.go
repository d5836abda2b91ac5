// Command regulars is the loyalty system: server, migrations and tools in one
// binary. It wires the program together and does nothing else.
package main

func main() {}
