package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/zclconf/go-cty/cty"
)

func TestWriteReadRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.plan")
	want := samplePlan()
	require.NoError(t, Write(path, want))

	got, err := Read(path)
	require.NoError(t, err)
	assert.Empty(t, cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreTypes(cty.Value{})))
	assert.Equal(t, Digest(want), Digest(got))
	assert.Empty(t, Drift(want, got))
}

func TestWriteIsPrivateAndReplaces(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.plan")
	require.NoError(t, os.WriteFile(path, []byte("old"), 0o666))
	require.NoError(t, os.Chmod(path, 0o666))
	require.NoError(t, Write(path, samplePlan()))

	info, err := os.Stat(path)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "also when a file of wider permissions was there")
	_, err = Read(path)
	require.NoError(t, err)

	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	assert.Len(t, entries, 1, "no temporary file is left")
}

func TestWriteNowhere(t *testing.T) {
	err := Write(filepath.Join(t.TempDir(), "missing", "a.plan"), samplePlan())
	assert.ErrorIs(t, err, os.ErrNotExist)
	assert.ErrorContains(t, err, "save the plan")
}

func TestCanWrite(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, CanWrite(filepath.Join(dir, "a.plan")))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, entries, "nothing is left of the attempt")
	assert.EqualError(t, CanWrite(dir), "save the plan to "+dir+": is a directory")
	missing := filepath.Join(dir, "missing", "a.plan")
	assert.EqualError(t, CanWrite(missing), "save the plan to "+missing+": no such file or directory")
}

func TestReadRefuses(t *testing.T) {
	good, err := encode(samplePlan())
	require.NoError(t, err)
	edit := func(was, is string) []byte {
		edited := bytes.Replace(good, []byte(was), []byte(is), 1)
		require.NotEqual(t, good, edited, "nothing replaced")
		return edited
	}
	tests := map[string]struct {
		data []byte
		want string
	}{
		"empty":               {nil, "the file is empty"},
		"blank":               {[]byte(" \n"), "the file is empty"},
		"not JSON":            {[]byte("experiment \"x\" {}"), "not a gameday plan"},
		"other JSON":          {[]byte(`{"format_version":1}`), "not a gameday plan"},
		"a list":              {[]byte(`[1]`), "not a gameday plan"},
		"cut off":             {good[:len(good)/2], "damaged or cut off"},
		"newer format":        {edit(`"format_version":1`, `"format_version":2`), "the plan has format 2, written by gameday 0.1.0; this gameday reads format 1"},
		"content edited":      {edit(`"seed":42`, `"seed":43`), "does not match its checksum"},
		"white space added":   {edit(`"seed":42`, `"seed": 42`), "does not match its checksum"},
		"checksum edited":     {edit(`"sha256":"`, `"sha256":"0`), "does not match its checksum"},
		"version edited":      {edit(`"gameday_version":"0.1.0"`, `"gameday_version":"0.2.0"`), "does not match its checksum"},
		"field added":         {edit(`"sha256"`, `"extra":1,"sha256"`), `unknown field "extra"`},
		"something follows":   {append(bytes.Clone(good), "{}"...), "damaged or cut off"},
		"unknown plan fields": {sealedAs(t, `{"format_version":1,"gameday_version":"0.1.0","new":1}`), `unknown field "new"`},
		"no plan":             {sealedAs(t, `null`), "does not match its checksum"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "a.plan")
			require.NoError(t, os.WriteFile(path, test.data, 0o600))
			p, err := Read(path)
			assert.Nil(t, p)
			require.ErrorContains(t, err, test.want)
			assert.ErrorContains(t, err, path)
		})
	}
}

func TestReadMissing(t *testing.T) {
	_, err := Read(filepath.Join(t.TempDir(), "none"))
	assert.ErrorIs(t, err, os.ErrNotExist)
}

// sealedAs is a plan file whose checksum is right for any content.
func sealedAs(t *testing.T, content string) []byte {
	t.Helper()
	data, err := json.Marshal(envelope{magic, FormatVersion, "0.1.0", checksum([]byte(content)), json.RawMessage(content)})
	require.NoError(t, err)
	return data
}

// TestEveryFlippedByteIsFound changes each byte in turn. What still reads must
// be the same plan: only white space and the case of the envelope's keys are
// outside the checksum.
func TestEveryFlippedByteIsFound(t *testing.T) {
	want := samplePlan()
	good, err := encode(want)
	require.NoError(t, err)
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 0x20
		if p, err := decode(bad); err == nil {
			assert.Equal(t, Digest(want), Digest(p), "byte %d: %q became %q", i, good[i], bad[i])
		}
	}
}

func TestEveryTruncationIsFound(t *testing.T) {
	good, err := encode(samplePlan())
	require.NoError(t, err)
	for n := range len(good) - 1 {
		_, err := decode(good[:n])
		require.Error(t, err, "first %d bytes", n)
	}
}

func FuzzRead(f *testing.F) {
	good, err := encode(samplePlan())
	require.NoError(f, err)
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add([]byte(`{"magic":"gameday-plan"}`))
	f.Add([]byte(`{"magic":"gameday-plan","format_version":99}`))
	f.Add([]byte(strings.Repeat("[", 20000)))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := decode(data)
		if err != nil {
			if p != nil {
				t.Fatal("a plan beside an error")
			}
			return
		}
		again, err := encode(p)
		require.NoError(t, err)
		q, err := decode(again)
		require.NoError(t, err)
		require.Equal(t, Digest(p), Digest(q))
		for _, v := range p.Variables {
			_, _, _, err := parseDigest(v.Digest)
			_ = errors.Is(err, errDigest)
		}
		_, _ = Inputs(p)
	})
}
