// Package diskspace takes space of filesystems in a way that cannot outlive the
// process that took it.
package diskspace

// Space is that of a filesystem in bytes.
type Space struct {
	Total     int64 `json:"total"`
	Used      int64 `json:"used"`
	Available int64 `json:"available"` // to users other than root
}

// Percent is how full the filesystem is, as the Use% of df(1): what the kernel keeps for
// root is no part of the whole, so that at 100 everybody else has nothing left.
func (s Space) Percent() float64 { return 100 * float64(s.Used) / float64(s.Used+s.Available) }

// UpTo is how many more bytes fill it to so many percent; not above 0 when it is as full
// as that.
func (s Space) UpTo(percent float64) int64 {
	return int64(float64(s.Used+s.Available)*percent/100) - s.Used
}
