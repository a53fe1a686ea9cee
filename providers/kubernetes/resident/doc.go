// Package resident puts gameday's agent into pods that run, as an ephemeral
// container, and speaks to it. An ephemeral container can be neither removed nor
// started again: one that has ended stays listed until its pod goes, and the next
// fault adds another.
package resident
