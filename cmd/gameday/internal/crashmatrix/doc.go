// Package crashmatrix holds gameday's hardest promise against the real thing: a
// run is ended by SIGINT, SIGTERM, SIGHUP or SIGKILL at every entry of its
// journal, for every fault type, and nothing stays injected. It has tests only.
package crashmatrix
