// Package diskspace takes space of filesystems in a way that cannot outlive the
// process that took it.
package diskspace

// Space is that of a filesystem in bytes.
type Space struct {
	Total     int64
	Used      int64
	Available int64 // to this user
}
