package undo

import (
	"maps"
	"slices"
)

// manager is what the API server knows every write of gameday by, whoever of it writes: runner,
// sweep or reaper.
const manager = "gameday"

// ownership tells the entries of metadata.managedFields apart, as the API server does.
type ownership struct{ manager, operation, version, subresource string }

func ownershipOf(owner object) ownership {
	out := ownership{owner.text("/manager"), owner.text("/operation"), owner.text("/apiVersion"), owner.text("/subresource")}
	if out.operation == "Apply" { // who applies is the same in every version
		out.version = ""
	}
	return out
}

// byGameday reports whether an entry is gameday's as it changes objects. What gameday has applied,
// as manifests of an environment, is another's.
func byGameday(owner object) bool {
	of := ownershipOf(owner)
	return of.manager == manager && of.operation == "Update" && of.subresource == ""
}

// owners are the entries of metadata.managedFields: who has set which fields last.
func (o object) owners() []object {
	value, _ := o.at("/metadata/managedFields")
	list, _ := value.([]any)
	var out []object
	for _, item := range list {
		if owner, is := item.(map[string]any); is {
			out = append(out, owner)
		}
	}
	return out
}

// remembered are the owners that the object is to have when all that is changed now has been
// undone, for the next layer to keep. What is written to a status is written by nobody here.
func (o object) remembered() []object {
	now, before := o.owners(), o.record()
	var out []object
	for _, owner := range givenBack(now, before, ungiven(now, before)) {
		if owner.text("/subresource") != "status" {
			out = append(out, owner)
		}
	}
	return out
}

// ungiven are the fields of before that nobody else has now: gameday has changed them, or they
// are gone, and those that gameday has removed are among them.
func ungiven(now, before []object) fields {
	out, others := fieldsOfAll(before), slices.DeleteFunc(slices.Clone(now), byGameday)
	for path := range fieldsOfAll(others) {
		delete(out, path)
	}
	out.add(gamedays(now))
	return out
}

// gamedays are the fields that gameday has changed and nobody has taken from it since.
func gamedays(now []object) fields {
	return fieldsOfAll(slices.DeleteFunc(slices.Clone(now), func(o object) bool { return !byGameday(o) }))
}

func fieldsOfAll(owners []object) fields {
	out := fields{}
	for _, owner := range owners {
		out.add(fieldsOf(owner["fieldsV1"]))
	}
	return out
}

// record is what the latest of the layers keeps of the owners: it has looked at those before it.
func (o object) record() []object {
	var out []object
	for _, l := range o.above(0) {
		if len(l.Owners) > 0 {
			out = l.Owners
		}
	}
	return out
}

// givenBack makes of the owners that there are those without gameday. A write takes each field
// that it changes away from all others, also one that puts back what was there. So each of those
// before gets what it had of what is taken: what somebody else has taken since is theirs.
// What is gameday's and was nobody's is nobody's again.
func givenBack(now, before []object, taken fields) []object {
	if len(before) == 0 {
		return now
	}
	had := map[ownership]object{}
	for _, owner := range before {
		had[ownershipOf(owner)] = owner
	}
	var out []object
	for _, owner := range now {
		key := ownershipOf(owner)
		out = appendOwner(out, owner, owner.with(had[key], taken))
		delete(had, key)
	}
	for _, owner := range before {
		if _, gone := had[ownershipOf(owner)]; gone {
			out = appendOwner(out, owner, fieldsOf(owner["fieldsV1"]).and(taken))
		}
	}
	return out
}

// with are the fields of an owner with those that it had before and that are taken now. Of another
// version they may have other names, and it keeps what it has.
func (o object) with(before object, taken fields) fields {
	out := fields{}
	if !byGameday(o) {
		out = fieldsOf(o["fieldsV1"])
	}
	if before.text("/apiVersion") == o.text("/apiVersion") {
		out.add(fieldsOf(before["fieldsV1"]).and(taken))
	}
	return out
}

// appendOwner leaves out who has nothing: to the API server, that is no owner.
func appendOwner(all []object, owner object, has fields) []object {
	if len(has) == 0 {
		return all
	}
	out := maps.Clone(owner)
	out["fieldsV1"] = has.tree()
	return append(all, out)
}

// giveBack sets the owners that the object is to have, from those before.
func (d *draft) giveBack(before []object) error {
	now := d.owners()
	after := givenBack(now, before, gamedays(now))
	if same(now, after) {
		return nil
	}
	_, err := d.set("/metadata/managedFields", after)
	return err
}

// bequeath has the latest of the layers that are left keep the record of the owners.
func (d *draft) bequeath(record []object) {
	left := d.above(0)
	if len(left) == 0 || len(record) == 0 {
		return
	}
	heir := left[len(left)-1]
	if same(heir.Owners, record) {
		return
	}
	heir.Owners = record
	_ = heir.note(d) // where there is no room for it: values go before owners
}
