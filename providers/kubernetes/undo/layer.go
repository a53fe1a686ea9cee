package undo

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// layer is one fault's change to an object, as its annotation keeps it.
type layer struct {
	id     string
	Number int    `json:"layer"` // above all that are lower
	Edits  []Edit `json:"edits"` // in the order in which they were made

	Owners []object `json:"owners,omitempty"` // of the object's fields before, as in metadata.managedFields
	Back   bool     `json:"back,omitempty"`   // the edits are undone, and the owners are not back yet
}

// own reads the layer of a fault; false when the object has none.
func (o object) own(id string) (layer, bool, error) {
	l := layer{id: id}
	text, found := o.annotation(Annotation(id))
	if !found {
		return l, false, nil
	}
	if err := Unpack(text, &l); err != nil {
		return l, true, fmt.Errorf("read the prior values in annotation %s: %w", Annotation(id), err)
	}
	return l, true, nil
}

// above are the layers with numbers above one, the lowest first. One that can't be
// read can't be moved, and is left where it is.
func (o object) above(number int) []layer {
	all, _ := o.at("/metadata/annotations")
	annotations, _ := all.(map[string]any)
	var out []layer
	for key := range annotations {
		id, isOurs := strings.CutPrefix(key, annotationPrefix)
		if !isOurs {
			continue
		}
		if l, _, err := o.own(id); err == nil && l.Number > number {
			out = append(out, l)
		}
	}
	slices.SortFunc(out, func(a, b layer) int {
		return cmp.Or(cmp.Compare(a.Number, b.Number), cmp.Compare(a.id, b.id))
	})
	return out
}

// put makes a layer's edits on a draft and notes them there.
func (l layer) put(d *draft) error {
	for i, e := range l.Edits {
		done, err := e.do(d)
		if err != nil {
			return err
		}
		l.Edits[i] = done
	}
	return l.note(d)
}

// note writes the layer into its annotation.
func (l layer) note(d *draft) error {
	text, err := Pack(l)
	if err != nil {
		return fmt.Errorf("keep the prior values: %w", err)
	}
	if len(text) > mostPrior {
		return fmt.Errorf("keep the prior values: they take %d bytes, and there is room for %d in an annotation", len(text), mostPrior)
	}
	_, err = d.set("/metadata/annotations/"+Escape(Annotation(l.id)), text)
	return err
}

// forget removes a layer's annotation, and with the last one the map that it was
// put into, so that the object is as it was.
func (d *draft) forget(id string) error {
	return errors.Join(d.remove("/metadata/annotations/"+Escape(Annotation(id))),
		d.prune("/metadata/annotations", "/metadata/annotations"))
}

// lifted is a layer that was taken off for a moment: what stood in the place of
// each of its edits.
type lifted struct {
	layer
	stood []stood
}

type stood struct {
	value any
	found bool
	at    int // of an element; -1 when it was not there
}

// lift takes a layer off, so that what lies below it can be seen. Unlike an undo it
// takes off also what others have put in its place: that comes back, too.
func (d *draft) lift(l layer) (lifted, error) {
	out := lifted{layer: l, stood: make([]stood, len(l.Edits))}
	for i, e := range slices.Backward(l.Edits) {
		var s stood
		var err error
		if e.Element != nil {
			s.at, s.value, err = e.cutElement(d)
		} else {
			s.value, s.found = d.at(e.Pointer)
			s.value = normal(s.value)
			err = e.restore(d)
		}
		if err != nil && !errors.Is(err, errPointer) {
			return out, err
		}
		out.stood[i] = s
	}
	return out, nil
}

// lower puts a layer back, on what is below it now.
func (d *draft) lower(l lifted) error {
	var edits []Edit
	for i, e := range l.Edits {
		done, err := e.again(d, l.stood[i])
		if errors.Is(err, errPointer) {
			continue // the place that it edited went with the layer below
		}
		if err != nil {
			return err
		}
		edits = append(edits, done)
	}
	if same(edits, l.Edits) {
		return nil
	}
	l.Edits = edits
	return l.note(d)
}

// again remembers what is there now and puts back what stood in its place.
func (e Edit) again(d *draft, s stood) (Edit, error) {
	if e.Element != nil {
		return e.againElement(d, s)
	}
	value, found := d.at(e.Pointer)
	e.Prior, e.Made = nil, ""
	if found {
		prior, err := json.Marshal(value)
		if err != nil {
			return e, fmt.Errorf("remember %s: %w", e.Pointer, err)
		}
		e.Prior = prior
	}
	var err error
	switch {
	case !s.found:
		err = d.remove(e.Pointer)
	case !found || !same(value, s.value):
		e.Made, err = d.set(e.Pointer, s.value)
	}
	return e, err
}

// againElement leaves the element with whoever is left: when the fault that had
// added it is undone, the next one that wants it has it.
func (e Edit) againElement(d *draft, s stood) (Edit, error) {
	list, err := d.list(e.Pointer)
	if err != nil {
		return e, err
	}
	there := indexOf(list, e.Element) >= 0
	switch {
	case e.Had && !there: // it was that of the undone layer
		e.Had = false
		e.Made, err = d.insert(e.Pointer, len(list), e.Element)
	case !e.Had && s.at >= 0 && !there:
		e.Made, err = d.insert(e.Pointer, s.at, s.value)
	}
	return e, err
}
