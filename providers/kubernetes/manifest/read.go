package manifest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// Object is one object of a manifest.
type Object struct {
	*unstructured.Unstructured

	File string // path of the file that it stands in
}

// Manifests are what files and folders hold at one moment.
type Manifests struct {
	Objects []Object          // in the order of Sort
	Digests map[string]string // by the paths that were asked for: sha256, in hex, of the names and texts below each
}

// Read reads files, and folders with all of their .yaml, .yml and .json files, but
// not those of the folders below.
func Read(paths []string) (Manifests, error) {
	all := Manifests{Digests: map[string]string{}}
	for _, path := range paths {
		if err := all.read(path); err != nil {
			return Manifests{}, fmt.Errorf("read manifests: %w", err)
		}
	}
	Sort(all.Objects)
	return all, nil
}

// read adds one path. The digest is of the same bytes as the objects, so that it vouches for what is applied.
func (m *Manifests) read(path string) error {
	files, err := filesIn(path)
	if err != nil {
		return err
	}
	digest := sha256.New()
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		fmt.Fprintf(digest, "%q %d\n", filepath.Base(file), len(text))
		digest.Write(text)
		objects, err := objectsOf(file, text)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		m.Objects = append(m.Objects, objects...)
	}
	m.Digests[path] = hex.EncodeToString(digest.Sum(nil))
	return nil
}

func filesIn(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, entry := range entries {
		if slices.Contains([]string{".yaml", ".yml", ".json"}, filepath.Ext(entry.Name())) && !entry.IsDir() {
			files = append(files, filepath.Join(path, entry.Name()))
		}
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: expected .yaml, .yml or .json files, found none", path)
	}
	return files, nil
}

func objectsOf(path string, text []byte) ([]Object, error) {
	objects, err := decode(text)
	if err != nil {
		return nil, err
	}
	for i := range objects {
		objects[i].File = path
	}
	return objects, nil
}

// decode takes a text of several documents apart, and lists in them.
func decode(text []byte) ([]Object, error) {
	var all []Object
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(text), 4096)
	for n := 1; ; n++ {
		var content map[string]any
		err := decoder.Decode(&content)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, fmt.Errorf("document %d: %w", n, err)
		}
		if len(content) == 0 {
			continue // nothing but comments
		}
		objects, err := objectsIn(&unstructured.Unstructured{Object: content})
		if err != nil {
			return nil, fmt.Errorf("document %d: %w", n, err)
		}
		all = append(all, objects...)
	}
}

func objectsIn(o *unstructured.Unstructured) ([]Object, error) {
	if o.IsList() {
		var all []Object
		err := o.EachListItem(func(item runtimeObject) error {
			inner, ok := item.(*unstructured.Unstructured)
			if !ok {
				return fmt.Errorf("expected an object in the list, found %T", item)
			}
			objects, err := objectsIn(inner)
			all = append(all, objects...)
			return err
		})
		return all, err
	}
	switch {
	case o.GetAPIVersion() == "" || o.GetKind() == "":
		return nil, errors.New("expected an object with apiVersion and kind")
	case o.GetName() == "":
		return nil, fmt.Errorf("expected a %s with metadata.name; names made by the server can't be applied again", o.GetKind())
	}
	return []Object{{Unstructured: o}}, nil
}
