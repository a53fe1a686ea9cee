package junit

import (
	"encoding/xml"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

// document is the root. Consumers differ in what they read; every attribute
// here is read by at least one of them.
type document struct {
	XMLName xml.Name `xml:"testsuites"`
	Name    string   `xml:"name,attr"`
	counts
	Time      string  `xml:"time,attr"`
	Timestamp string  `xml:"timestamp,attr"`
	Suites    []suite `xml:"testsuite"`
}

type counts struct {
	Tests    int `xml:"tests,attr"`
	Failures int `xml:"failures,attr"`
	Errors   int `xml:"errors,attr"`
	Skipped  int `xml:"skipped,attr"`
}

type suite struct {
	ID   int    `xml:"id,attr"`
	Name string `xml:"name,attr"`
	File string `xml:"file,attr,omitempty"`
	counts
	Time       string     `xml:"time,attr"`
	Timestamp  string     `xml:"timestamp,attr"`
	Properties []property `xml:"properties>property"`
	Cases      []testcase `xml:"testcase"`
}

type property struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type testcase struct {
	Name       string        `xml:"name,attr"`
	Classname  string        `xml:"classname,attr"`
	File       string        `xml:"file,attr,omitempty"`
	Line       int           `xml:"line,attr,omitempty"`
	Time       string        `xml:"time,attr"`
	Properties *propertyList `xml:"properties,omitempty"`
	Failure    *problem      `xml:"failure"`
	Error      *problem      `xml:"error"`
	Skip       *problem      `xml:"skipped"`
	SystemOut  *text         `xml:"system-out"`
}

type propertyList struct {
	List []property `xml:"property"`
}

// problem says the same twice: Jenkins and dorny read the attribute, GitLab
// only the text.
type problem struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",cdata"`
}

// text is several lines. CDATA keeps them lines for whoever opens the file.
type text struct {
	Lines string `xml:",cdata"`
}

func (c *counts) add(other counts) {
	c.Tests += other.Tests
	c.Failures += other.Failures
	c.Errors += other.Errors
	c.Skipped += other.Skipped
}

// encode renders the document with its declaration.
func encode(doc document) ([]byte, error) {
	body, err := xml.MarshalIndent(doc, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encoding the JUnit report: %w", err)
	}
	return append([]byte(xml.Header), append(body, '\n')...), nil
}

// seconds is always a number: some writers leave time empty, which readers
// choke on.
func seconds(s float64) string {
	if math.IsNaN(s) || math.IsInf(s, 0) || s < 0 {
		s = 0
	}
	return fmt.Sprintf("%.3f", s)
}

func timestamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// clean makes text fit for XML 1.0: what it forbids, such as the escape
// character of colours, is written out, so that nothing is lost unseen.
func clean(text string) string {
	var out strings.Builder
	for i, r := range text {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], "\uFFFD"):
			fmt.Fprintf(&out, `\x%02x`, text[i])
		case legal(r):
			out.WriteRune(r)
		default:
			fmt.Fprintf(&out, `\x%02x`, r)
		}
	}
	return out.String()
}

func legal(r rune) bool {
	return r == '\t' || r == '\n' || r >= 0x20 && r != 0xFFFE && r != 0xFFFF
}
