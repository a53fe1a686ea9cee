// Package lang is what expressions are evaluated in: functions, the shapes of
// the objects that conditions see, the mark that sensitive values carry, and
// the documentation of the language's own blocks.
package lang
