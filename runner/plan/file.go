package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/gameday-dev/gameday/internal/outfile"
)

// magic tells a plan file from any other JSON.
const magic = "gameday-plan"

// mostBytes bounds what Read takes into memory: some hundred times the plan of
// a thousand experiments.
const mostBytes = 512 << 20

// envelope is the plan file: the plan, and what tells that it is whole.
type envelope struct {
	Magic   string          `json:"magic"`
	Format  int             `json:"format_version"`
	Gameday string          `json:"gameday_version"`
	SHA256  string          `json:"sha256"` // of the bytes of plan
	Plan    json.RawMessage `json:"plan"`
}

// Write saves a plan, readable by its owner only. The file is there wholly or
// not at all, also when the machine fails in between.
func Write(path string, p *Plan) error {
	data, err := encode(p)
	if err != nil {
		return fmt.Errorf("encode the plan: %w", err)
	}
	place, err := outfile.At(path)
	if err == nil {
		err = place.WritePrivate(data)
	}
	return unsaved(path, err)
}

// CanWrite is the error that Write would end with, as far as that can be known
// before there is a plan; nil where it can be written.
func CanWrite(path string) error {
	place, err := outfile.At(path)
	if err == nil {
		err = place.Try()
	}
	return unsaved(path, err)
}

func unsaved(path string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("save the plan to %s: %w", path, cause(err))
}

// cause leaves the name of the temporary file out of an error.
func cause(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// Read loads a saved plan. What is not a plan, is damaged, was edited, or comes
// from a newer gameday is an error that says which.
func Read(path string) (*Plan, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the plan: %w", err)
	}
	p, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return p, nil
}

func readFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, mostBytes+1))
	if err == nil && len(data) > mostBytes {
		err = fmt.Errorf("%s has more than %d MiB, no plan has", path, mostBytes>>20)
	}
	return data, err
}

func encode(p *Plan) ([]byte, error) {
	body, err := canonical(p)
	if err != nil {
		return nil, err
	}
	data, err := canonical(envelope{
		Magic: magic, Format: FormatVersion, Gameday: p.Gameday, SHA256: checksum(body), Plan: body,
	})
	return append(data, '\n'), err
}

var (
	errNotPlan = errors.New(`not a gameday plan: expected a file written by "gameday plan -out"`)
	errDamaged = errors.New("the plan is damaged or was edited: its content does not match its checksum; make the plan again")
)

// decode checks from the outside in, so that the error is about the first thing
// that is wrong: the kind of file, its format, its checksum, its content.
func decode(data []byte) (*Plan, error) {
	e, err := openEnvelope(data)
	if err != nil {
		return nil, err
	}
	if checksum(e.Plan) != e.SHA256 {
		return nil, errDamaged
	}
	p := &Plan{}
	dec := json.NewDecoder(bytes.NewReader(e.Plan))
	dec.DisallowUnknownFields()
	if err := dec.Decode(p); err != nil {
		return nil, fmt.Errorf("the plan's content is not of format %d: %w", FormatVersion, err)
	}
	if p.Format != e.Format || p.Gameday != e.Gameday {
		return nil, errDamaged
	}
	return p, nil
}

func openEnvelope(data []byte) (envelope, error) {
	if len(bytes.TrimSpace(data)) == 0 {
		return envelope{}, fmt.Errorf("%w; the file is empty", errNotPlan)
	}
	var head struct {
		Magic   string `json:"magic"`
		Format  int    `json:"format_version"`
		Gameday string `json:"gameday_version"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return envelope{}, broken(data, err)
	}
	if head.Magic != magic {
		return envelope{}, errNotPlan
	}
	if head.Format != FormatVersion {
		return envelope{}, fmt.Errorf("the plan has format %d, written by gameday %s; this gameday reads format %d: use that version, or make the plan again",
			head.Format, head.Gameday, FormatVersion)
	}
	var e envelope
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&e); err != nil {
		return envelope{}, fmt.Errorf("the plan is damaged or was edited: %w; make the plan again", err)
	}
	return e, nil
}

// broken tells a plan that was cut off from something that never was one.
func broken(data []byte, err error) error {
	if bytes.HasPrefix(data, []byte(`{"magic":"`+magic+`"`)) {
		return fmt.Errorf("the plan is damaged or cut off: %w; make the plan again", err)
	}
	return errNotPlan
}
