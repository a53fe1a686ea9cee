package firewall

// Retire ends the effect, and removes the table where that costs nobody anything: see
// Tidy.
func (t *Table) Retire() error {
	if err := t.Disarm(); err != nil {
		return err
	}
	return Tidy()
}

// Tidy removes the tables whose effect has ended, unless a fault is in force whose queue
// would lose what it holds (see Lift). They stay until the next Tidy or Sweep then,
// without effect.
func Tidy() error {
	infos, err := List()
	if err != nil {
		return err
	}
	for _, info := range infos {
		if info.Left > 0 {
			return nil
		}
	}
	_, err = Sweep()
	return err
}
