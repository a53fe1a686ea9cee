package plan

import (
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/gameday-dev/gameday/schema/lang"
)

// A digest is scheme$iterations$salt$key. The iterations are OWASP's for
// PBKDF2 with HMAC-SHA-256; the most that is accepted keeps a forged plan file
// from costing more than seconds.
const (
	scheme         = "pbkdf2-sha256"
	iterations     = 600_000
	mostIterations = 10_000_000
	saltLength     = 16
	keyLength      = 32
)

// Seal gives the plan's sensitive variables digests of the values that it was
// made with, by name, so that the plan can be saved: apply asks for the values
// again, and CheckSensitive tells whether they are the same. Each digest has its
// own random salt, so that equal values do not look equal.
func Seal(p *Plan, values map[string]cty.Value) (*Plan, error) {
	sealed := *p
	sealed.Variables = slices.Clone(p.Variables)
	for i, v := range sealed.Variables {
		if !v.Sensitive {
			continue
		}
		value, given := values[v.Name]
		if !given {
			return nil, fmt.Errorf("%s is sensitive and its value was not given", address(v.Name))
		}
		digest, err := digestSecret(v.Name, value)
		if err != nil {
			return nil, fmt.Errorf("digest of %s: %w", address(v.Name), err)
		}
		sealed.Variables[i].Digest = digest
	}
	return &sealed, nil
}

// CheckSensitive compares the values of sensitive variables, by name, with
// those that the saved plan was made with. Every one that is missing or
// different is an error, but for one of a module that is not read from the
// environment any more: that is a Drift.
func CheckSensitive(p *Plan, values map[string]cty.Value) hcl.Diagnostics {
	var diags hcl.Diagnostics
	for _, v := range p.Variables {
		value, given := values[v.Name]
		switch {
		case !v.Sensitive || !given && inModule(v.Name):
		case !given:
			diags = append(diags, secretError("Missing sensitive variable", fmt.Sprintf(
				"The plan holds no sensitive values. Give var.%s again, as when the plan was made: with -var, -var-file or GAMEDAY_VAR_%s.", v.Name, v.Name)))
		default:
			diags = append(diags, checkSecret(v, value)...)
		}
	}
	return diags
}

func checkSecret(v Variable, value cty.Value) hcl.Diagnostics {
	same, err := verifySecret(v, value)
	switch {
	case err != nil:
		return hcl.Diagnostics{secretError("Unusable plan file", fmt.Sprintf(
			"The digest of %s cannot be checked: %s. Make the plan again.", address(v.Name), err))}
	case !same:
		return hcl.Diagnostics{secretError("Sensitive variable differs from the plan", fmt.Sprintf(
			"The value of %s is not the one that the plan was made with. %s, or make the plan again.", address(v.Name), giveAgain(v.Name)))}
	default:
		return nil
	}
}

// giveAgain says how a variable gets the value that it had.
func giveAgain(name string) string {
	if inModule(name) {
		return "It is the default, which reads the environment: set that as it was"
	}
	return "Give the same value"
}

func digestSecret(name string, value cty.Value) (string, error) {
	salt := make([]byte, saltLength)
	_, _ = rand.Read(salt) // never fails: it ends the program instead
	key, err := derive(name, value, salt, iterations)
	if err != nil {
		return "", err
	}
	encode := base64.RawStdEncoding.EncodeToString
	return strings.Join([]string{scheme, strconv.Itoa(iterations), encode(salt), encode(key)}, "$"), nil
}

// derive binds the key to the variable's name and type, so that a digest
// cannot be moved to another variable.
func derive(name string, value cty.Value, salt []byte, rounds int) ([]byte, error) {
	value = lang.Plain(value)
	typ, err := ctyjson.MarshalType(value.Type())
	if err != nil {
		return nil, err
	}
	text, err := ctyjson.Marshal(value, value.Type())
	if err != nil {
		return nil, err
	}
	return pbkdf2.Key(sha256.New, name+"\x00"+string(typ)+"\x00"+string(text), salt, rounds, keyLength)
}

func verifySecret(v Variable, value cty.Value) (bool, error) {
	rounds, salt, want, err := parseDigest(v.Digest)
	if err != nil {
		return false, err
	}
	got, err := derive(v.Name, value, salt, rounds)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

var errDigest = errors.New("it is not of the form " + scheme + "$iterations$salt$key")

func parseDigest(text string) (rounds int, salt, key []byte, err error) {
	if text == "" {
		return 0, nil, nil, errors.New("the plan was saved without it")
	}
	parts := strings.Split(text, "$")
	if len(parts) != 4 || parts[0] != scheme {
		return 0, nil, nil, errDigest
	}
	rounds, err = strconv.Atoi(parts[1])
	if err != nil || rounds < 1 || rounds > mostIterations {
		return 0, nil, nil, errDigest
	}
	salt, saltErr := base64.RawStdEncoding.DecodeString(parts[2])
	key, keyErr := base64.RawStdEncoding.DecodeString(parts[3])
	if saltErr != nil || keyErr != nil || len(key) != keyLength || len(salt) < 8 {
		return 0, nil, nil, errDigest
	}
	return rounds, salt, key, nil
}

func secretError(summary, detail string) *hcl.Diagnostic {
	return &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail}
}
