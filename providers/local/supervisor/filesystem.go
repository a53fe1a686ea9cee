package supervisor

// Filesystem is the space of a filesystem in bytes.
type Filesystem struct {
	Total     int64
	Used      int64
	Available int64 // to this user
}
