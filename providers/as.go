package providers

// As gives a provider, or a type of one, as one of the optional interfaces of this package, if that is what
// it is: As[WithSweep](environment). Use it rather than a type assertion: what
// stands for something in another process has the methods of all of them, and is Selective.
func As[T any](of any) (T, bool) {
	typed, ok := of.(T)
	if partial, is := of.(Selective); ok && is && !partial.Offers((*T)(nil)) {
		var none T
		return none, false
	}
	return typed, ok
}

// Selective is implemented by what has more methods than it means.
type Selective interface {
	// Offers says whether an optional interface is meant; it is given as a nil pointer to
	// it: (*WithSweep)(nil).
	Offers(optional any) bool
}
