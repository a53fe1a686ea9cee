package config

// MetaArguments are the arguments of a kind of block that belong to the language
// and not to the provider whose type it names.
func MetaArguments(kind string) []string {
	switch kind {
	case "fault":
		return []string{"delay", "duration", "seed", "for_each", "depends_on"}
	case "probe":
		return []string{"interval", "timeout", "from", "for_each"}
	case "load":
		return []string{"timeout", "from", "for_each"}
	case "action":
		return []string{"timeout"}
	default:
		return nil
	}
}
