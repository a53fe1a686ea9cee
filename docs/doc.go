// Package docs holds the documentation, and the tests that keep it true: the
// commands in it run, the outputs in it are what the commands print, the
// configurations in it validate.
//
// A code block says by the words after its language what becomes of it:
//
//	sh run              is run from a copy of the repository's experiments; must end with 0
//	sh                  must parse
//	console exact       "$ command", then exactly what it prints (-update writes it anew)
//	hcl                 a whole configuration; must validate and be formatted
//	hcl experiment      a part of an experiment; must validate inside one
//	json configuration  a whole configuration; must validate
//	go FILE             a part of that Go file below docs
//
// The page reference.md is what "gameday schema" prints (-update writes it anew).
package docs
