package engines

import (
	"errors"
	"io/fs"
	"strings"

	"github.com/gameday-dev/gameday/providers/firewall"
)

// tables is for engines that leave tables in the kernel when their process dies. Those
// have no effect after the deadline.
type tables struct{}

// part separates a fault's id from which of its tables it is.
const part = "."

// tidy removes what an agent before left without effect. What can't be removed harms
// nobody.
func (tables) tidy() { _ = firewall.Tidy() }

// Clean ends the effect of a fault's tables. An agent without the right to see tables has
// made none.
func (tables) Clean(id string, look bool) (bool, error) {
	infos, err := firewall.List()
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, errors.ErrUnsupported) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var found bool
	var failed error
	for _, info := range infos {
		if info.Left == 0 || info.ID != id && !strings.HasPrefix(info.ID, id+part) {
			continue
		}
		found = true
		if !look {
			failed = errors.Join(failed, firewall.Disarm(info.ID))
		}
	}
	if !look {
		failed = errors.Join(failed, firewall.Tidy())
	}
	return found, failed
}
