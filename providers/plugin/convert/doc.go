// Package convert turns what providers are asked and answer into the messages of the plugin
// protocol, and back. Whatever a peer sends is taken for hostile: what cannot be read is an
// error that says where, and never a panic.
package convert

import (
	"fmt"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// all converts the elements of a slice; nothing stays nil.
func all[From, To any](list []From, one func(From) To) []To {
	if len(list) == 0 {
		return nil
	}
	converted := make([]To, len(list))
	for i, element := range list {
		converted[i] = one(element)
	}
	return converted
}

// tryAll is all, with conversions that can fail; the error says at which element.
func tryAll[From, To any](list []From, one func(From) (To, error)) ([]To, error) {
	var converted []To
	for i, element := range list {
		to, err := one(element)
		if err != nil {
			return nil, fmt.Errorf("%d: %w", i, err)
		}
		converted = append(converted, to)
	}
	return converted, nil
}

// Stamp is a moment on the wire; the zero time is none.
func Stamp(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}

// Moment is a moment from the wire; none is the zero time.
func Moment(t *timestamppb.Timestamp) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.AsTime()
}

// Span is a length of time on the wire.
func Span(d time.Duration) *durationpb.Duration { return durationpb.New(d) }

// Length is a length of time from the wire; none is 0.
func Length(d *durationpb.Duration) time.Duration { return d.AsDuration() }
