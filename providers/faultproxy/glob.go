package faultproxy

// glob reports whether text matches pattern: ? is one byte but the separator, *
// any number of those, ** any bytes at all. A separator of 0 makes * span
// everything. It backtracks only to the last star of each kind, so its time is
// bounded by a power of the lengths, never exponential.
func glob(pattern, text string, separator byte) bool {
	var single, double retry
	p, t := 0, 0
	for {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			if p+1 < len(pattern) && pattern[p+1] == '*' {
				p += 2
				double, single = retry{p, t, true}, retry{}
			} else {
				p++
				single = retry{p, t, true}
			}
		case p == len(pattern) && t == len(text):
			return true
		case p < len(pattern) && t < len(text) && one(pattern[p], text[t], separator):
			p, t = p+1, t+1
		case single.set && single.text < len(text) && (separator == 0 || text[single.text] != separator):
			single.text++
			p, t = single.pattern, single.text
		case double.set && double.text < len(text):
			double.text++
			single = retry{}
			p, t = double.pattern, double.text
		default:
			return false
		}
	}
}

// retry is where to go on after a star has swallowed one byte more.
type retry struct {
	pattern, text int
	set           bool
}

func one(pattern, text, separator byte) bool {
	if pattern == '?' {
		return separator == 0 || text != separator
	}
	return pattern == text
}
