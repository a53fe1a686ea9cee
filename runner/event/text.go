package event

import (
	"reflect"
	"slices"

	"github.com/gameday-dev/gameday/runner/verdict"
)

// MapText is a copy of a body with every text changed, except its names: they
// are addresses, phases, outcomes and places in files, written in the source of
// the configuration or fixed by gameday, and the reports are held together by
// them. The fields of an Unknown body are left as they are.
func MapText(body Body, change func(string) string) Body {
	if _, unknown := body.(Unknown); unknown || body == nil {
		return body
	}
	return textMapper(change).value(reflect.ValueOf(body)).Interface().(Body) //nolint:forcetypeassert // of the type of body
}

type textMapper func(string) string

// isName reports whether a field is one of those that reports are held together
// by.
func isName(field reflect.StructField) bool {
	switch field.Type {
	case reflect.TypeFor[Source](), reflect.TypeFor[Outcome](), reflect.TypeFor[verdict.Verdict]():
		return true
	}
	return slices.Contains([]string{
		"Experiment", "Experiments", "Environment", "Fault", "ID", "Phase", "Assertion", "Action", "Suite",
		"Signal", "PlanDigest", "Version", "Type",
	}, field.Name)
}

// value never writes through a slice or map of the original: other sinks hold
// it too.
func (change textMapper) value(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.String:
		return reflect.ValueOf(change(v.String())).Convert(v.Type())
	case reflect.Struct:
		return change.structValue(v)
	case reflect.Slice:
		return change.slice(v)
	case reflect.Map:
		return change.mapValue(v)
	default:
		return v
	}
}

func (change textMapper) structValue(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	for i := range v.NumField() {
		if field := v.Type().Field(i); field.IsExported() && !isName(field) {
			out.Field(i).Set(change.value(v.Field(i)))
		}
	}
	return out
}

func (change textMapper) slice(v reflect.Value) reflect.Value {
	if v.IsNil() {
		return v
	}
	out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
	for i := range v.Len() {
		out.Index(i).Set(change.value(v.Index(i)))
	}
	return out
}

func (change textMapper) mapValue(v reflect.Value) reflect.Value {
	if v.IsNil() || v.Type().Key() == reflect.TypeFor[verdict.Verdict]() {
		return v
	}
	out := reflect.MakeMapWithSize(v.Type(), v.Len())
	for _, key := range v.MapKeys() {
		out.SetMapIndex(change.value(key), change.value(v.MapIndex(key)))
	}
	return out
}
