package junit_test

import (
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What follows are the readers of the report, cut down to what each of them
// really reads.

// gitlab shows classname as the suite, reads the text of problems and never
// their message, and drops the second of two cases with one name.
type gitlab struct {
	Suites []struct {
		Cases []struct {
			Classname string  `xml:"classname,attr"`
			Name      string  `xml:"name,attr"`
			File      string  `xml:"file,attr"`
			Time      float64 `xml:"time,attr"`
			Failure   *string `xml:"failure"`
			Error     *string `xml:"error"`
			Skipped   *string `xml:"skipped"`
			SystemOut string  `xml:"system-out"`
		} `xml:"testcase"`
	} `xml:"testsuite"`
}

// jenkins reads counts from nowhere: it counts cases. Its times are numbers,
// with or without thousands separators, and its timestamps ISO 8601.
type jenkins struct {
	Suites []struct {
		Name       string `xml:"name,attr"`
		ID         string `xml:"id,attr"`
		Time       string `xml:"time,attr"`
		Timestamp  string `xml:"timestamp,attr"`
		Properties []struct {
			Name  string `xml:"name,attr"`
			Value string `xml:"value,attr"`
		} `xml:"properties>property"`
		Cases []struct {
			Classname string          `xml:"classname,attr"`
			Name      string          `xml:"name,attr"`
			Time      string          `xml:"time,attr"`
			Failure   *jenkinsProblem `xml:"failure"`
			Error     *jenkinsProblem `xml:"error"`
			Skipped   *jenkinsProblem `xml:"skipped"`
		} `xml:"testcase"`
	} `xml:"testsuite"`
}

type jenkinsProblem struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// dorny groups cases by classname and shows the type, message and text.
type dorny struct {
	Time   string `xml:"time,attr"`
	Suites []struct {
		Tests, Failures, Errors, Skipped int    `xml:"-"`
		TestsAttr                        string `xml:"tests,attr"`
		FailuresAttr                     string `xml:"failures,attr"`
		ErrorsAttr                       string `xml:"errors,attr"`
		SkippedAttr                      string `xml:"skipped,attr"`
		Cases                            []struct {
			Classname string        `xml:"classname,attr"`
			Name      string        `xml:"name,attr"`
			Failure   *dornyProblem `xml:"failure"`
			Error     *dornyProblem `xml:"error"`
			Skipped   *struct{}     `xml:"skipped"`
		} `xml:"testcase"`
	} `xml:"testsuite"`
}

type dornyProblem struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// mikepenz makes annotations of file and line.
type mikepenz struct {
	Suites []struct {
		Cases []struct {
			File    string    `xml:"file,attr"`
			Line    string    `xml:"line,attr"`
			Failure *struct{} `xml:"failure"`
			Error   *struct{} `xml:"error"`
		} `xml:"testcase"`
	} `xml:"testsuite"`
}

// tester is a test, or one case of a property.
type tester interface {
	Helper()
	Errorf(format string, args ...any)
	FailNow()
}

func read[T any](t tester, text []byte) T {
	t.Helper()
	var into T
	require.NoError(t, xml.Unmarshal(text, &into))
	return into
}

func checkGitLab(t tester, text []byte) {
	t.Helper()
	seen := map[string]bool{}
	for _, s := range read[gitlab](t, text).Suites {
		for _, c := range s.Cases {
			key := c.Classname + " " + c.Name
			assert.False(t, seen[key], "GitLab would drop the second %s", key)
			seen[key] = true
			assert.NotEmpty(t, c.Classname)
			assert.NotEmpty(t, c.File, key)
			assert.NotContains(t, c.File, "\\", key)
			for _, content := range []*string{c.Failure, c.Error, c.Skipped} {
				assert.True(t, content == nil || strings.TrimSpace(*content) != "", "%s says nothing in GitLab", key)
			}
		}
	}
}

func checkJenkins(t tester, text []byte) {
	t.Helper()
	for _, s := range read[jenkins](t, text).Suites {
		checkTime(t, s.Time)
		_, err := time.Parse(time.RFC3339, s.Timestamp)
		assert.NoError(t, err)
		assert.NotEmpty(t, s.Properties)
		for _, c := range s.Cases {
			checkTime(t, c.Time)
			for _, p := range []*jenkinsProblem{c.Failure, c.Error, c.Skipped} {
				if p != nil {
					assert.NotEmpty(t, p.Message, c.Name)
					assert.True(t, strings.HasPrefix(p.Text, p.Message), "the text of %s must begin with its message", c.Name)
				}
			}
		}
	}
}

func checkTime(t tester, text string) {
	t.Helper()
	s, err := strconv.ParseFloat(text, 64)
	assert.NoError(t, err)
	assert.GreaterOrEqual(t, s, 0.0)
}

func checkDorny(t tester, text []byte) {
	t.Helper()
	doc := read[dorny](t, text)
	checkTime(t, doc.Time)
	for _, s := range doc.Suites {
		var failures, errors, skipped int
		for _, c := range s.Cases {
			for _, p := range []*dornyProblem{c.Failure, c.Error} {
				if p != nil {
					assert.NotEmpty(t, p.Type, c.Name)
				}
			}
			failures += count(c.Failure != nil)
			errors += count(c.Error != nil)
			skipped += count(c.Skipped != nil)
		}
		want := fmt.Sprint(len(s.Cases), failures, errors, skipped)
		got := strings.Join([]string{s.TestsAttr, s.FailuresAttr, s.ErrorsAttr, s.SkippedAttr}, " ")
		assert.Equal(t, want, got, "tests failures errors skipped")
	}
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func checkMikepenz(t tester, text []byte) {
	t.Helper()
	for _, s := range read[mikepenz](t, text).Suites {
		for _, c := range s.Cases {
			line, err := strconv.Atoi(c.Line)
			assert.NoError(t, err)
			assert.Positive(t, line)
			assert.NotEmpty(t, c.File)
		}
	}
}
