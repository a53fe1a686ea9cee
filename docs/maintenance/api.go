package maintenance

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// api is a service's maintenance API:
//
//	GET    /instance                        which start of the service this is
//	PUT    /maintenance/ID?until=TIME       begins one, once; refused after a DELETE of the same id
//	GET    /maintenance/ID                  {"refused": 3}, or 404
//	DELETE /maintenance/ID                  ends it; of an id that is not known too
type api struct{ url string }

func (a api) instance(ctx context.Context) (string, error) {
	var out struct{ Instance string }
	_, err := a.call(ctx, http.MethodGet, "/instance", &out)
	return out.Instance, err
}

func (a api) begin(ctx context.Context, id string, until time.Time) error {
	_, err := a.call(ctx, http.MethodPut, "/maintenance/"+id+"?until="+url.QueryEscape(until.Format(time.RFC3339Nano)), nil)
	return err
}

func (a api) refused(ctx context.Context, id string) (refused int, there bool, err error) {
	var out struct{ Refused int }
	status, err := a.call(ctx, http.MethodGet, "/maintenance/"+id, &out)
	if status == http.StatusNotFound {
		return 0, false, nil
	}
	return out.Refused, err == nil, err
}

func (a api) end(ctx context.Context, id string) error {
	_, err := a.call(ctx, http.MethodDelete, "/maintenance/"+id, nil)
	return err
}

func (a api) call(ctx context.Context, method, path string, out any) (status int, err error) {
	req, err := http.NewRequestWithContext(ctx, method, a.url+path, http.NoBody)
	if err != nil {
		return 0, err
	}
	response, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	if response.StatusCode >= http.StatusMultipleChoices {
		return response.StatusCode, fmt.Errorf("%s %s: %s", method, path, response.Status)
	}
	if out == nil {
		return response.StatusCode, nil
	}
	return response.StatusCode, json.NewDecoder(response.Body).Decode(out)
}
