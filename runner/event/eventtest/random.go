package eventtest

import (
	"reflect"
	"time"

	"pgregory.net/rapid"

	"github.com/gameday-dev/gameday/runner/event"
)

// Body draws a body of any type, with every field filled at random: valid
// UTF-8, finite numbers, and slices that are nil or not empty, which are the
// values that JSON brings back as they were.
func Body() *rapid.Generator[event.Body] {
	return rapid.Custom(func(t *rapid.T) event.Body {
		model := rapid.SampledFrom(event.Bodies()).Draw(t, "type")
		value := reflect.New(reflect.TypeOf(model)).Elem()
		fill(t, value)
		return value.Interface().(event.Body)
	})
}

// Event draws an event with a random body.
func Event() *rapid.Generator[event.Event] {
	return rapid.Custom(func(t *rapid.T) event.Event {
		return event.Event{
			Seq:  rapid.Uint64().Draw(t, "seq"),
			Time: instant(t),
			Run:  rapid.String().Draw(t, "run"),
			Body: Body().Draw(t, "body"),
		}
	})
}

func instant(t *rapid.T) time.Time {
	return time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "s"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns")).UTC()
}

func fill(t *rapid.T, v reflect.Value) {
	if v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf(instant(t)))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(rapid.String().Draw(t, "string"))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "bool"))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(rapid.Int32().Draw(t, "int")))
	case reflect.Float64:
		v.SetFloat(rapid.Float64Range(-1e9, 1e9).Draw(t, "float"))
	case reflect.Struct:
		for i := range v.NumField() {
			fill(t, v.Field(i))
		}
	default:
		fillMany(t, v)
	}
}

func fillMany(t *rapid.T, v reflect.Value) {
	n := rapid.IntRange(0, 3).Draw(t, "len")
	if n == 0 {
		return
	}
	if v.Kind() == reflect.Slice {
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			fill(t, v.Index(i))
		}
		return
	}
	v.Set(reflect.MakeMap(v.Type())) // the only kind left: a new one panics here, and the tests say so
	for range n {
		key, element := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(t, key)
		fill(t, element)
		v.SetMapIndex(key, element)
	}
}
