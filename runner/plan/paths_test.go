package plan

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPathsAreShownFromTheWorkingDirectory(t *testing.T) {
	s := shortener{"/home/me/my shop"}
	for in, want := range map[string]string{
		"nothing": "nothing",
		"start /home/me/my shop/x/../bin/shop checkout":        "start bin/shop checkout",
		"/home/me/my shop/../../../bin/shop":                   "../../../bin/shop",
		"in /home/me/my shop":                                  "in .",
		"\"/home/me/my shop/a\", '/home/me/my shop/b'":         "\"a\", 'b'",
		"-config=/home/me/my shop/a -I/home/me/my shop/a":      "-config=a -I/home/me/my shop/a",
		"/home/me/my shop/a:/home/me/my shop/b":                "a:b",
		"/home/me/my shopping":                                 "/home/me/my shopping",
		"/mnt/home/me/my shop/a and file:///home/me/my shop/b": "/mnt/home/me/my shop/a and file:///home/me/my shop/b",
		"/home/me/my shop/a/ then /home/me/my shop//b":         "a then b",
		"https://host/home/me/my shop/a":                       "https://host/home/me/my shop/a",
	} {
		assert.Equal(t, want, s.text(in), in)
	}
	assert.Equal(t, "/a", shortener{}.text("/a"))
}

// A plan made in one checkout holds in another.
func TestPlanDoesNotDependOnWhereTheCheckoutIs(t *testing.T) {
	files := map[string]string{"shop/lab/main.gameday.hcl": `
environment "fake" "room" {
  things = ["a"]
  note   = "with ${path.module}/../../bin/shop"
}
experiment "e" {
  environment = environment.room
  description = "In ${path.root}."
  steady_state {
    probe "fake" "p" { what = "look at ${path.module}/x" }
    assert "a" { condition = probe.p.success_ratio >= 0.99 }
  }
  fault "fake_break" "f" {
    things   = ["a"]
    how      = "${path.module}/y ${file("notes/how.txt")}"
    warn     = "see ${path.module}"
    duration = "5s"
  }
}
`, "shop/lab/notes/how.txt": "gently"}
	first := planIn(t, files)
	assert.Equal(t, first, planIn(t, files))
	for _, text := range []string{"a room with bin/shop", "In shop/lab.", "look at shop/lab/x", "breaks shop/lab/y gently", "see shop/lab", `"name":"notes/how.txt"`} {
		assert.Contains(t, first, text)
	}
}

// planIn plans a copy of the files, from its root.
func planIn(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	t.Chdir(root)
	text := planBytes(t, filepath.Join("shop", "lab"))
	assert.NotContains(t, text, root)
	return text
}
