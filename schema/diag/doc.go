// Package diag renders diagnostics: where, the source with the offending part
// underlined, the values that took part, what to do. Text and JSON come from
// one view.
package diag
