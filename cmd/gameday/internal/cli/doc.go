// Package cli is the command line: one file a command, each turning flags into a
// struct, calling what does the work, and showing the outcome.
//
// To add a command, write newX(s *session) *cobra.Command in a file of its own
// and list it in commands, in root.go.
package cli
