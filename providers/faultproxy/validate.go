package faultproxy

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// maxLatency bounds a delay, so that no bytes are held for longer than any
// experiment lasts.
const maxLatency = time.Hour

// Validate reports all that is wrong with the rule, each with what was expected
// and what was found.
func (r Rule) Validate() error {
	errs := []error{r.validateHandle()}
	switch r.Kind {
	case Delay, HTTPDelay:
		errs = append(errs, r.validateDelay())
	case Bandwidth:
		errs = append(errs, within("rate", float64(r.Rate), 1, 1e12), within("buffer", float64(r.Buffer), 0, 1<<30))
	case Partition, HTTPAbort:
	case Reset:
		errs = append(errs, share("probability", r.Probability, 1))
	case HTTPStatus:
		errs = append(errs, r.validateAnswer())
	case HTTPBody:
		errs = append(errs, r.validateEdit())
	case GRPCStatus:
		errs = append(errs, r.validateGRPC())
	default:
		errs = append(errs, fmt.Errorf("kind is %q: expected delay, bandwidth, partition, reset, http_delay, http_status, http_abort, http_body or grpc_status", r.Kind))
	}
	if r.Kind.http() {
		errs = append(errs, r.validateMatch())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("rule %q: %w", r.ID, err)
	}
	return nil
}

func (r Rule) validateHandle() error {
	if r.ID == "" {
		return errors.New("id is empty: expected the handle by which the rule is removed")
	}
	switch r.Direction {
	case "", Both, Ingress, Egress:
	default:
		return fmt.Errorf("direction is %q: expected egress, ingress or both", r.Direction)
	}
	if r.Kind.http() && r.way() != Egress {
		return fmt.Errorf("direction is %q: %s acts on requests, so it is egress or left out", r.Direction, r.Kind)
	}
	return nil
}

func (r Rule) validateDelay() error {
	if r.Latency == 0 && r.Jitter == 0 {
		return errors.New("latency and jitter are both zero: the rule would delay nothing")
	}
	return errors.Join(
		within("latency in seconds", r.Latency.Seconds(), 0, maxLatency.Seconds()),
		within("jitter in seconds", r.Jitter.Seconds(), 0, maxLatency.Seconds()),
		within("correlation", r.Correlation, 0, 100),
	)
}

func (r Rule) validateMatch() error {
	errs := []error{share("percent", r.Percent, 100)}
	if r.Percent > 0 && perMillion(r.Percent) == 0 {
		errs = append(errs, fmt.Errorf("percent is %v: expected at least 0.0001, less would hit nothing", r.Percent))
	}
	if r.Match.Method != "" && (!isToken(r.Match.Method) || r.Match.Method != strings.ToUpper(r.Match.Method)) {
		errs = append(errs, fmt.Errorf("method is %q: expected a method in upper case, such as GET", r.Match.Method))
	}
	return errors.Join(append(errs, validHeaders("match header", r.Match.Headers))...)
}

func (r Rule) validateAnswer() error {
	return errors.Join(
		within("status", float64(r.Status), 200, 599), within("body in bytes", float64(len(r.Body)), 0, maxAnswer), r.validateHeaders(),
	)
}

func (r Rule) validateHeaders() error {
	errs := []error{validHeaders("response header", r.ResponseHeaders)}
	for name := range r.ResponseHeaders {
		switch http.CanonicalHeaderKey(name) {
		case "Content-Length", "Transfer-Encoding", "Connection":
			errs = append(errs, fmt.Errorf("response header %q frames the message: the proxy sets it itself", name))
		}
	}
	return errors.Join(errs...)
}

func validHeaders(what string, headers map[string]string) error {
	for name, value := range headers {
		if !isToken(name) {
			return fmt.Errorf("%s name is %q: expected letters, digits and dashes", what, name)
		}
		if strings.ContainsAny(value, "\r\n\x00") {
			return fmt.Errorf("%s %s holds a line break or a NUL: expected one line", what, name)
		}
	}
	return nil
}

// within also refuses NaN.
func within(what string, value, low, high float64) error {
	if value >= low && value <= high {
		return nil
	}
	return fmt.Errorf("%s is %v: expected %v to %v", what, value, low, high)
}

// share refuses zero, which would be a rule without effect.
func share(what string, value, whole float64) error {
	if value > 0 && value <= whole {
		return nil
	}
	return fmt.Errorf("%s is %v: expected above 0 and up to %v", what, value, whole)
}
