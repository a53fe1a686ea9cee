package secret

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// shortestLine is the length from which one line of a secret of several is a
// secret of its own, and from which secrets are looked for in base64.
const shortestLine = 8

func forms(secret string) []string {
	list := append(escaped(secret), lines(secret)...)
	if len(secret) >= shortestLine {
		list = append(list, base64.StdEncoding.EncodeToString([]byte(secret)), base64.URLEncoding.EncodeToString([]byte(secret)))
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func escaped(secret string) []string {
	quoted := inside(strconv.Quote(secret)) // as %q writes it
	return append(asJSON(secret),
		secret, quoted, inside(strconv.QuoteToASCII(secret)),
		strings.NewReplacer("${", "$${", "%{", "%%{").Replace(quoted), // as HCL writes it
		strings.ReplaceAll(secret, "'", "''"),                         // as YAML writes it in single quotes
		url.QueryEscape(secret), url.PathEscape(secret),
		strings.TrimPrefix(url.UserPassword("", secret).String(), ":"),
	)
}

func asJSON(secret string) []string {
	var list []string
	for _, html := range []bool{true, false} {
		var out strings.Builder
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(html)
		if err := encoder.Encode(secret); err == nil {
			list = append(list, inside(strings.TrimSuffix(out.String(), "\n")))
		}
	}
	return list
}

// inside is what stands between quotes.
func inside(quoted string) string { return quoted[1 : len(quoted)-1] }

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
