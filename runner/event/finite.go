package event

import (
	"math"
	"reflect"
)

// finite copies a body with every number that JSON cannot hold set to 0.
func finite(body Body) Body {
	value := reflect.New(reflect.TypeOf(body)).Elem()
	value.Set(reflect.ValueOf(body))
	return finiteValue(value).Interface().(Body) //nolint:forcetypeassert // of the type of body
}

// finiteValue never writes through a slice, map or pointer of the original: the
// body may be in use by other sinks.
func finiteValue(v reflect.Value) reflect.Value {
	switch v.Kind() {
	case reflect.Float64, reflect.Float32:
		if math.IsNaN(v.Float()) || math.IsInf(v.Float(), 0) {
			return reflect.Zero(v.Type())
		}
	case reflect.Struct:
		return finiteStruct(v)
	case reflect.Slice:
		return finiteSlice(v)
	}
	return v
}

func finiteStruct(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	for i := range v.NumField() {
		if v.Type().Field(i).IsExported() {
			out.Field(i).Set(finiteValue(v.Field(i)))
		}
	}
	return out
}

func finiteSlice(v reflect.Value) reflect.Value {
	if v.IsNil() {
		return v
	}
	out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
	for i := range v.Len() {
		out.Index(i).Set(finiteValue(v.Index(i)))
	}
	return out
}
