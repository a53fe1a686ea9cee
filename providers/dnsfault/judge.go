package dnsfault

import (
	"encoding/binary"
	"math/rand/v2"
	"sync"

	"github.com/miekg/dns"
)

const (
	headerSize = 12 // RFC 1035, section 4.1.1
	maxMessage = dns.MaxMsgSize
)

// question is what a message asks, when it is one that rules are about.
type question struct {
	name  string // canonical
	qtype uint16
}

// readQuestion reads no more than it must, as most messages only pass. It reports
// false for all that is not a plain question.
func readQuestion(message []byte) (question, bool) {
	if len(message) < headerSize {
		return question{}, false
	}
	flags, questions := binary.BigEndian.Uint16(message[2:]), binary.BigEndian.Uint16(message[4:])
	const responseOrOpcode = 0xf800
	if flags&responseOrOpcode != 0 || questions != 1 {
		return question{}, false
	}
	name, end, err := dns.UnpackDomainName(message, headerSize)
	if err != nil || len(message) < end+4 {
		return question{}, false
	}
	if binary.BigEndian.Uint16(message[end+2:]) != dns.ClassINET {
		return question{}, false
	}
	return question{canonical(name), binary.BigEndian.Uint16(message[end:])}, true
}

// ruling is a rule in force.
type ruling struct {
	rule     Rule
	patterns []pattern
	zone     zone
	tally    tally

	mu      sync.Mutex
	choices *rand.Rand
}

// compile expects rules that were validated, and still reports what is wrong.
func compile(rules []Rule, seed int64) ([]*ruling, error) {
	rulings := make([]*ruling, len(rules))
	for i, rule := range rules {
		patterns, err := compilePatterns(rule.Patterns)
		if err != nil {
			return nil, err
		}
		rulings[i] = &ruling{rule: rule, patterns: patterns, choices: rand.New(rand.NewPCG(uint64(seed), uint64(i)))}
		if rule.Kind != Spoof {
			continue
		}
		if rulings[i].zone, err = compileZone(rule); err != nil {
			return nil, err
		}
	}
	return rulings, nil
}

// matches reports whether the rule is about a name.
func (r *ruling) matches(name string) bool {
	if len(r.patterns) > 0 && !anyMatches(r.patterns, name) {
		return false
	}
	return r.rule.Kind == Error || len(r.zone.find(name)) > 0
}

// hits chooses a percent of the matching questions.
func (r *ruling) hits() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.choices.Float64()*100 < r.rule.Percent
}

// judge is the rule that answers, or nil; matched says that some rule is about it.
func judge(rulings []*ruling, q question) (acting *ruling, matched bool) {
	for _, r := range rulings {
		if !r.matches(q.name) {
			continue
		}
		matched = true
		r.tally.match()
		if r.hits() {
			return r, true
		}
	}
	return nil, matched
}
