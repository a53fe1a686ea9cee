package undo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// API speaks to an API server. HTTP must carry the credentials.
type API struct {
	Base string // "https://10.96.0.1:443"
	HTTP *http.Client

	// Patience is how long an undo waits for those who keep a deleted object; 0 is for who comes back anyway.
	Patience time.Duration

	// Gate is asked before every write; its error keeps the write from being made.
	// Nil lets all pass.
	Gate func(ctx context.Context) error
}

// A StatusError is an answer of the API server other than 2xx.
type StatusError struct {
	Method, Path string
	Code         int    // HTTP status
	Reason       string // of the server's Status object: "Conflict"
	Message      string
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("%s %s: %d %s", e.Method, e.Path, e.Code, strings.TrimSpace(e.Message))
}

// IsNotFound reports whether the server said that the object does not exist.
func IsNotFound(err error) bool { return hasCode(err, http.StatusNotFound) }

// IsConflict reports whether the server said that the object is another one, or of
// another version, than was asked for.
func IsConflict(err error) bool { return hasCode(err, http.StatusConflict) }

// IsForbidden reports whether the server said that the caller has no right to that.
func IsForbidden(err error) bool { return hasCode(err, http.StatusForbidden) }

func hasCode(err error, code int) bool {
	var status *StatusError
	return errors.As(err, &status) && status.Code == code
}

// Get reads the object at a path. A missing one is an error for IsNotFound.
func (a API) Get(ctx context.Context, path string) (map[string]any, error) {
	o, _, err := a.GetAt(ctx, path)
	return o, err
}

// Post creates an object in the collection at a path.
func (a API) Post(ctx context.Context, path string, body any) (map[string]any, error) {
	text, err := a.do(ctx, http.MethodPost, path, "application/json", body)
	if err != nil {
		return nil, err
	}
	return parsed(http.MethodPost, path, text)
}

// read is Get with numbers as they are written.
func (a API) read(ctx context.Context, path string) (object, error) {
	text, err := a.do(ctx, http.MethodGet, path, "", nil)
	if err != nil {
		return nil, err
	}
	return parsed(http.MethodGet, path, text)
}

// patch says whose the write is: the reaper's must be known as gameday's, too.
func (a API) patch(ctx context.Context, path string, ops []patchOp, options ...string) (object, error) {
	options = append(options, "fieldManager="+manager)
	path += "?" + strings.Join(options, "&")
	text, err := a.do(ctx, http.MethodPatch, path, "application/json-patch+json", ops)
	if err != nil {
		return nil, err
	}
	return parsed(http.MethodPatch, path, text)
}

func parsed(method, path string, text []byte) (object, error) {
	value, err := decode(text)
	o, isMap := value.(map[string]any)
	if err != nil || !isMap {
		return nil, fmt.Errorf("%s %s: expected a JSON object, found %.100q", method, path, text)
	}
	return o, nil
}

func encode(value any) (json.RawMessage, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("write %v as JSON: %w", value, err)
	}
	return text, nil
}

// Merge changes the object at a path by a JSON Merge Patch (RFC 7386). It is for
// objects that need no undo.
func (a API) Merge(ctx context.Context, path string, patch map[string]any) error {
	_, err := a.do(ctx, http.MethodPatch, path, "application/merge-patch+json", patch)
	return err
}

// DeleteVersion deletes the object at a path if it is still of a version; otherwise
// IsConflict tells of the error. One that is gone is no error.
func (a API) DeleteVersion(ctx context.Context, path, version string) error {
	_, err := a.do(ctx, http.MethodDelete, path, "application/json", map[string]any{
		"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Background",
		"preconditions": map[string]any{"resourceVersion": version},
	})
	if IsNotFound(err) {
		return nil
	}
	return err
}

// Delete deletes the object at a path if its UID is still the same. One that is
// gone is no error. The grace period is in seconds.
func (a API) Delete(ctx context.Context, path, uid string, grace *int64) error {
	_, err := a.delete(ctx, path, uid, grace)
	return err
}

// DeleteThere is Delete for who must know that it was this that deleted the object: one
// that is gone already is an error for IsNotFound.
func (a API) DeleteThere(ctx context.Context, path, uid string, grace *int64) error {
	_, err := a.sendDelete(ctx, path, uid, grace)
	return err
}

// delete also says whether the object is gone: the server answers with a Status then, and otherwise with the object.
func (a API) delete(ctx context.Context, path, uid string, grace *int64) (gone bool, err error) {
	text, err := a.sendDelete(ctx, path, uid, grace)
	if IsNotFound(err) {
		return true, nil
	}
	var answer struct{ Kind string }
	return err == nil && json.Unmarshal(text, &answer) == nil && answer.Kind == "Status", err
}

func (a API) sendDelete(ctx context.Context, path, uid string, grace *int64) ([]byte, error) {
	options := map[string]any{
		"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Background",
	}
	if uid != "" {
		options["preconditions"] = map[string]any{"uid": uid}
	}
	if grace != nil {
		options["gracePeriodSeconds"] = *grace
	}
	return a.do(ctx, http.MethodDelete, path, "application/json", options)
}

func (a API) do(ctx context.Context, method, path, contentType string, body any) ([]byte, error) {
	text, _, err := a.send(ctx, method, path, contentType, body)
	return text, err
}

// send is do for who needs what stands above the answer, too.
func (a API) send(ctx context.Context, method, path, contentType string, body any) ([]byte, http.Header, error) {
	if method != http.MethodGet && a.Gate != nil {
		if err := a.Gate(ctx); err != nil {
			return nil, nil, fmt.Errorf("%s %s was not sent: %w", method, path, err)
		}
	}
	var reader io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return nil, nil, fmt.Errorf("%s %s: %w", method, path, err)
		}
		reader = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(a.Base, "/")+path, reader)
	if err != nil {
		return nil, nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	req.Header.Set("Accept", "application/json")
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	resp, err := a.HTTP.Do(req)
	if err != nil {
		return nil, nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer func() { _ = resp.Body.Close() }() // only read
	text, err := answer(method, path, resp)
	return text, resp.Header, err
}

func answer(method, path string, resp *http.Response) ([]byte, error) {
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		var status struct{ Reason, Message string }
		if json.Unmarshal(text, &status) != nil || status.Message == "" {
			status.Message = string(text)
		}
		return nil, &StatusError{Method: method, Path: path, Code: resp.StatusCode, Reason: status.Reason, Message: status.Message}
	}
	return text, nil
}
