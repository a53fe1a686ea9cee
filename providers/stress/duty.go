package stress

import "time"

// cpuPeriod is how often a worker with less than full load rests. It is short
// against what people call a second, and long against a switch between processes.
const cpuPeriod = 20 * time.Millisecond

// maxOwed is how much a worker catches up with after others had the processor, or
// the control group its quota used up. More is forgiven, so that a load of a tenth
// does not become a full one for minutes.
const maxOwed = time.Second

// duty closes the loop between the processor time that a worker should have used
// and that which it has.
type duty struct {
	share    float64 // of one processor
	forgiven time.Duration
}

// budget is how much to use before the next rest: what this period asks for, and
// what is owed of those before. Wall and used are since the beginning.
func (d *duty) budget(wall, used time.Duration) time.Duration {
	owed := time.Duration(d.share*float64(wall)) - d.forgiven - used
	if owed > maxOwed {
		d.forgiven += owed - maxOwed
		owed = maxOwed
	}
	return max(0, owed+time.Duration(d.share*float64(cpuPeriod)))
}
