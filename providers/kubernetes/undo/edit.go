package undo

import (
	"encoding/json"
	"fmt"
)

// An Edit is one change inside an object. With Element nil it sets the value at
// Pointer, or removes it when To is nil. With Element it adds one element to the
// list at Pointer, which is undone by removing that element alone: others may
// add theirs meanwhile.
//
// A pointer may lead through the elements of a list by index, and to one that is
// there, which is replaced; elements are not removed by index.
//
// The other fields are filled by the change, for the undo.
type Edit struct {
	Pointer string `json:"pointer"`           // JSON Pointer (RFC 6901)
	To      any    `json:"to,omitempty"`      // the new value; nil removes
	Element any    `json:"element,omitempty"` // an element to add to the list at Pointer
	Unless  string `json:"unless,omitempty"`  // where the server allows no value beside the prior one: with somebody's there, that stays away

	Prior json.RawMessage `json:"prior,omitempty"` // the value before; empty when there was none
	Is    json.RawMessage `json:"is,omitempty"`    // what the server makes of To, where that differs: a default, a canonical form
	Made  string          `json:"made,omitempty"`  // topmost map or list that was missing and had to be made
	Had   bool            `json:"had,omitempty"`   // the list had the element already: there is nothing to undo
}

// do makes the edit on a draft and returns it with what its undo needs.
func (e Edit) do(d *draft) (Edit, error) {
	e.Prior, e.Made, e.Had = nil, "", false
	if e.Element != nil {
		return e.doElement(d)
	}
	value, found := d.at(e.Pointer)
	if found {
		prior, err := json.Marshal(value)
		if err != nil {
			return e, fmt.Errorf("remember %s: %w", e.Pointer, err)
		}
		e.Prior = prior
	}
	var err error
	switch {
	case e.To == nil:
		err = d.remove(e.Pointer)
	case !found || !same(value, e.To):
		e.Made, err = d.set(e.Pointer, e.To)
	}
	return e, err
}

func (e Edit) doElement(d *draft) (Edit, error) {
	list, err := d.list(e.Pointer)
	if err != nil {
		return e, err
	}
	if e.Had = indexOf(list, e.Element) >= 0; e.Had {
		return e, nil
	}
	e.Made, err = d.insert(e.Pointer, len(list), e.Element)
	return e, err
}

// undo takes the edit back on a draft. What somebody else has changed meanwhile is
// theirs and stays.
func (e Edit) undo(d *draft) error {
	if e.Element != nil {
		_, _, err := e.cutElement(d)
		return err
	}
	value, found := d.at(e.Pointer)
	if !e.ours(value, found) || e.barred(d) {
		return nil
	}
	return e.restore(d)
}

// barred reports whether the prior value would stand beside one that excludes it. What this
// fault has put there is taken off before.
func (e Edit) barred(d *draft) bool {
	if e.Unless == "" || len(e.Prior) == 0 {
		return false
	}
	_, found := d.at(e.Unless)
	return found
}

// restore puts the prior value back, whatever is there now.
func (e Edit) restore(d *draft) error {
	if len(e.Prior) == 0 {
		if err := d.remove(e.Pointer); err != nil {
			return err
		}
		return d.prune(e.Pointer, e.Made)
	}
	prior, err := decode(e.Prior)
	if err != nil {
		return fmt.Errorf("the prior value of %s: %w", e.Pointer, err)
	}
	if value, found := d.at(e.Pointer); found && same(value, prior) {
		return nil
	}
	_, err = d.set(e.Pointer, prior)
	return err
}

// cutElement removes the edit's element, and says where it was and what the server
// had made of it.
func (e Edit) cutElement(d *draft) (at int, was any, err error) {
	list, err := d.list(e.Pointer)
	if err != nil || e.Had {
		return -1, nil, err
	}
	at = indexOf(list, e.Element)
	if at < 0 {
		return -1, nil, nil
	}
	was = list[at]
	if err := d.cut(e.Pointer, at); err != nil {
		return -1, nil, err
	}
	return at, was, d.prune(e.Pointer, e.Made)
}

// ours reports whether the value is the one that the edit put there. Servers leave
// out what is empty.
func (e Edit) ours(value any, found bool) bool {
	to := normal(e.To)
	if len(e.Is) > 0 {
		to, _ = decode(e.Is)
	}
	if to == nil || isEmpty(to) {
		return !found || isEmpty(value) && isEmpty(to)
	}
	return found && same(value, to)
}
