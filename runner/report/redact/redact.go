// Package redact keeps secrets out of every report: it stands between the bus
// and the sinks and blots them out of all text.
package redact

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gameday-dev/gameday/runner/event"
)

// Blot stands where a secret stood.
const Blot = "(sensitive)"

// shortest is the length in bytes from which a secret is blotted out wherever
// it occurs. A shorter one, "1" or "no", occurs everywhere by chance; it is
// blotted out only where it is the whole text of a field, quoted or not.
const shortest = 3

// shortestLine is the same for one line of a secret of several lines, and for
// secrets in base64.
const shortestLine = 8

// Redactor replaces secrets. It is safe for use from several goroutines.
type Redactor struct {
	long  *strings.Replacer
	short map[string]bool
}

// New makes a redactor for secrets, in the forms in which they may come: as
// they are, escaped as in JSON, HCL, Go and URLs, and in base64.
func New(secrets ...string) *Redactor {
	r := &Redactor{short: map[string]bool{}}
	var long []string
	for _, secret := range secrets {
		if len(secret) < shortest {
			r.addShort(secret)
			continue
		}
		long = append(long, forms(secret)...)
	}
	// At one place the replacer takes the first that matches: longest first,
	// so that a secret which begins with another one goes in whole.
	slices.SortFunc(long, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, form := range slices.Compact(long) {
		pairs = append(pairs, form, Blot)
	}
	r.long = strings.NewReplacer(pairs...)
	return r
}

func (r *Redactor) addShort(secret string) {
	if strings.TrimSpace(secret) == "" {
		return
	}
	r.short[secret] = true
	r.short[strconv.Quote(secret)] = true
}

// Text is text without secrets.
func (r *Redactor) Text(text string) string {
	if r.short[text] {
		return Blot
	}
	return r.long.Replace(text)
}

// Sink passes events on to next without secrets.
func (r *Redactor) Sink(next event.Sink) event.Sink { return sink{r, next} }

type sink struct {
	redactor *Redactor
	next     event.Sink
}

func (s sink) Emit(e event.Event) {
	e.Body = s.redactor.Body(e.Body)
	s.next.Emit(e)
}

func forms(secret string) []string {
	list := append(escaped(secret), lines(secret)...)
	if len(secret) >= shortestLine {
		list = append(list, base64.StdEncoding.EncodeToString([]byte(secret)), base64.URLEncoding.EncodeToString([]byte(secret)))
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func escaped(secret string) []string {
	quoted := strconv.Quote(secret)
	list := []string{
		secret, quoted[1 : len(quoted)-1], url.QueryEscape(secret), url.PathEscape(secret),
		strings.TrimPrefix(url.UserPassword("", secret).String(), ":"),
		strings.NewReplacer("${", "$${", "%{", "%%{").Replace(quoted[1 : len(quoted)-1]), // as HCL writes it
	}
	for _, html := range []bool{true, false} {
		var out strings.Builder
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(html)
		if err := encoder.Encode(secret); err == nil {
			list = append(list, strings.TrimSuffix(out.String(), "\n")[1:out.Len()-2])
		}
	}
	return list
}

// lines are those of a secret of several, such as a private key: programs print
// them one by one.
func lines(secret string) []string {
	var list []string
	if strings.Contains(secret, "\n") {
		for line := range strings.SplitSeq(secret, "\n") {
			if line = strings.TrimSpace(line); len(line) >= shortestLine {
				list = append(list, escaped(line)...)
			}
		}
	}
	return list
}
