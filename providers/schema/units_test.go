package schema_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gameday-dev/gameday/providers/schema"
)

func TestSizesAndRates(t *testing.T) {
	for text, want := range map[string]int64{
		"0B": 0, "512B": 512, "1k": 1000, "1kB": 1000, "64Ki": 65536, "64KiB": 65536, "1.5Mi": 1572864, "10 MB": 10_000_000, "1e3k": 1_000_000,
	} {
		got, err := schema.ParseSize(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	for text, want := range map[string]int64{"1mbit": 1e6, "64kbit": 64e3, "1.5gbit": 1.5e9, "0kbit": 0} {
		got, err := schema.ParseRate(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
}

func TestWhatHasNoUnitOrIsNoNumberIsRefused(t *testing.T) {
	for _, text := range []string{"", "64", "Mi", "-1k", "+1k", "0x10k", "Infk", "NaNk", "1e400k", "1 0k", "9999999Ti", "1_0k", "k1"} {
		_, err := schema.ParseSize(text)
		assert.Error(t, err, text)
	}
	for _, text := range []string{"", "1", "1mbps", "1bit", "-1kbit", "Infmbit"} {
		_, err := schema.ParseRate(text)
		assert.Error(t, err, text)
	}
	for _, text := range []string{"", "5", "1 s", "1d", "s"} {
		_, err := schema.ParseDuration(text)
		assert.ErrorContains(t, err, "expected a number with a unit", text)
	}
}

func TestFormatsAreReadBackAsTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.Int64Range(0, 1<<50).Draw(t, "size")
		if got, err := schema.ParseSize(schema.FormatSize(size)); err != nil || got != size {
			t.Fatalf("%d became %q and then %d (%v)", size, schema.FormatSize(size), got, err)
		}
		rate := rapid.Int64Range(0, 1e12).Draw(t, "rate")
		if got, err := schema.ParseRate(schema.FormatRate(rate)); err != nil || got != rate {
			t.Fatalf("%d became %q and then %d (%v)", rate, schema.FormatRate(rate), got, err)
		}
		nanoseconds := rapid.Int64Range(-1e15, 1e15).Draw(t, "duration")
		d := time.Duration(nanoseconds)
		if got, err := schema.ParseDuration(schema.FormatDuration(d.Seconds())); err != nil || got != d {
			t.Fatalf("%s became %q and then %s (%v)", d, schema.FormatDuration(d.Seconds()), got, err)
		}
	})
}

func TestFormats(t *testing.T) {
	assert.Equal(t, "1m30s", schema.FormatDuration(90))
	assert.Equal(t, "2h", schema.FormatDuration(7200))
	assert.Equal(t, "10m", schema.FormatDuration(600))
	assert.Equal(t, "0s", schema.FormatDuration(0))
	assert.Equal(t, "300ms", schema.FormatDuration(0.3))
	assert.Equal(t, "64Mi", schema.FormatSize(64<<20))
	assert.Equal(t, "1500B", schema.FormatSize(1500))
	assert.Equal(t, "2gbit", schema.FormatRate(2e9))
	assert.Equal(t, "0.5kbit", schema.FormatRate(500))
}

func FuzzParseSize(f *testing.F) {
	for _, seed := range []string{"64Mi", "1.5kB", "0x1pk", "Inf", "1e308T", " 1k", "1k "} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := schema.ParseSize(text)
		checkMeasure(t, text, n, err)
	})
}

func FuzzParseRate(f *testing.F) {
	for _, seed := range []string{"1mbit", "64kbit", "1e9gbit", "mbit", "0x1kbit"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := schema.ParseRate(text)
		checkMeasure(t, text, n, err)
	})
}

func FuzzParseDuration(f *testing.F) {
	for _, seed := range []string{"300ms", "1h30m", "-5s", "9999999h", "1e3s"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := schema.ParseDuration(text)
		if err == nil && d.Abs() > math.MaxInt64/4 {
			return // float64 seconds cannot tell such lengths apart
		}
		if again, againErr := schema.ParseDuration(d.String()); err == nil && (againErr != nil || again != d) {
			t.Fatalf("%q is %s, which is read as %s (%v)", text, d, again, againErr)
		}
	})
}

// checkMeasure holds what every parser of a measure promises: never negative,
// never overflowing, and an error that quotes what was given.
func checkMeasure(t *testing.T, text string, n int64, err error) {
	t.Helper()
	switch {
	case err == nil && (n < 0 || n > math.MaxInt64/2+1):
		t.Fatalf("%q is %d", text, n)
	case err != nil && !strings.Contains(err.Error(), "expected a number"):
		t.Fatalf("%q gives an error that does not help: %v", text, err)
	}
}
