package faultproxy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/http2/hpack"
)

// grpcCodes are the status codes of gRPC, each at its number
// (github.com/grpc/grpc, doc/statuscodes.md).
func grpcCodes() []string {
	return []string{
		"OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
		"RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
	}
}

// grpcCode is the number of a status code, which is given by its name or its
// number; false when there is none such, or it is OK, which is no fault.
func grpcCode(code string) (int, bool) {
	n, err := strconv.Atoi(code)
	if err != nil {
		n = slices.Index(grpcCodes(), code)
	}
	return n, n > 0 && n < len(grpcCodes())
}

func (r Rule) validateGRPC() error {
	if _, ok := grpcCode(r.GRPC.StatusCode); !ok {
		return fmt.Errorf("status code is %q: expected a name such as UNAVAILABLE or a number from 1 to %d", r.GRPC.StatusCode, len(grpcCodes())-1)
	}
	return nil
}

// matches reports whether a request is a gRPC call that g selects.
func (g GRPC) matches(h *head) bool {
	if !h.multiplexed || !h.has("content-type", "application/grpc*") {
		return false
	}
	service, method, ok := strings.Cut(strings.TrimPrefix(h.path(), "/"), "/")
	if !ok || g.Service != "" && !glob(g.Service, service, 0) {
		return false
	}
	return g.Method == "" || glob(g.Method, method, 0)
}

// grpcTrailers are the fields of a response that consists of nothing but its
// status (Trailers-Only of github.com/grpc/grpc, doc/PROTOCOL-HTTP2.md).
func grpcTrailers(r *activeRule) []hpack.HeaderField {
	code, _ := grpcCode(r.GRPC.StatusCode)
	fields := []hpack.HeaderField{
		{Name: ":status", Value: "200"},
		{Name: "content-type", Value: "application/grpc"},
		{Name: "grpc-status", Value: strconv.Itoa(code)},
	}
	if r.GRPC.StatusMessage != "" {
		fields = append(fields, hpack.HeaderField{Name: "grpc-message", Value: percentEncode(r.GRPC.StatusMessage)})
	}
	return fields
}

// percentEncode writes a grpc-message: printable ASCII as it is but for the
// percent sign, all other bytes by their value.
func percentEncode(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '%' {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
