// Package diskspace takes space of filesystems in a way that cannot outlive the
// process that took it.
package diskspace

// Space is that of a filesystem in bytes.
type Space struct {
	Total     int64 `json:"total"`
	Used      int64 `json:"used"`
	Available int64 `json:"available"` // to this user
}
