package undo

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

const (
	packed     = "gzip:"
	packFrom   = 4 << 10  // bytes of JSON; what is shorter stays readable
	mostInside = 16 << 20 // bytes of JSON in a packed text: no honest one is longer
)

// Pack makes the text of an annotation: JSON, compressed where it is long, as all
// annotations of an object together are limited to 256 KiB.
func Pack(v any) (string, error) {
	text, err := json.Marshal(v)
	if err != nil || len(text) < packFrom {
		return string(text), err
	}
	var short bytes.Buffer
	writer := gzip.NewWriter(&short)
	if _, err := writer.Write(text); err != nil {
		return "", fmt.Errorf("compress: %w", err)
	}
	if err := writer.Close(); err != nil {
		return "", fmt.Errorf("compress: %w", err)
	}
	return packed + base64.StdEncoding.EncodeToString(short.Bytes()), nil
}

// Unpack reads what Pack made.
func Unpack(text string, into any) error {
	raw := []byte(text)
	if short, isPacked := strings.CutPrefix(text, packed); isPacked {
		var err error
		if raw, err = inflate(short); err != nil {
			return fmt.Errorf("expected compressed JSON: %w", err)
		}
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("expected JSON as gameday writes it: %w", err)
	}
	return nil
}

func inflate(text string) ([]byte, error) {
	reader, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, strings.NewReader(text)))
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(io.LimitReader(reader, mostInside+1))
	if err == nil && len(raw) > mostInside {
		err = fmt.Errorf("it holds more than %d bytes", mostInside)
	}
	return raw, err
}
