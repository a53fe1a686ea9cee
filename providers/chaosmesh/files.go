package chaosmesh

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
	corev1 "k8s.io/api/core/v1"

	"github.com/gameday-dev/gameday/providers/kubernetes"
	"github.com/gameday-dev/gameday/providers/schema"
)

// fileFaults are IOChaos.
func fileFaults() []kubernetes.Operated {
	return []kubernetes.Operated{
		file("io_delay", "latency", "Delays operations on files of a volume.",
			[]schema.Attribute{{Name: "latency", Type: duration(), Required: true, Example: `"100ms"`, Min: schema.Number(0), Description: "How much longer an operation takes."}},
			func(v schema.Values) object { return object{"delay": whole(v.Duration("latency"))} },
			func(v schema.Values) string { return fmt.Sprintf("delays %s by %s", hit(v), v.Duration("latency")) }),
		file("io_error", "fault", "Makes operations on files of a volume fail.",
			[]schema.Attribute{{Name: "errno", Type: text(), Required: true, Example: `"EIO"`, OneOf: slices.Sorted(maps.Keys(errnos())), Description: "The error that they fail with."}},
			func(v schema.Values) object { return object{"errno": errnos()[v.String("errno")]} },
			func(v schema.Values) string { return fmt.Sprintf("makes %s fail with %s", hit(v), v.String("errno")) }),
		file("io_mistake", "mistake", "Makes reads and writes of files of a volume give and take wrong bytes.",
			[]schema.Attribute{
				{Name: "filling", Type: text(), Default: cty.StringVal("zero"), OneOf: []string{"zero", "random"}, Description: "What the wrong bytes are."},
				{Name: "max_occurrences", Type: integer(), Default: cty.NumberIntVal(1), Min: schema.Number(1), Description: "At how many places of one operation there are at most wrong bytes."},
				{Name: "max_length", Type: integer(), Default: cty.NumberIntVal(1), Min: schema.Number(1), Description: "How many bytes are wrong at one place at most."},
			},
			func(v schema.Values) object {
				return object{"mistake": object{"filling": v.String("filling"), "maxOccurrences": v.Int("max_occurrences"), "maxLength": v.Int("max_length")}}
			},
			func(v schema.Values) string {
				return fmt.Sprintf("puts wrong bytes (%s) into %s", v.String("filling"), hit(v))
			}),
	}
}

func file(name, action, doc string, attributes []schema.Attribute, parameters func(schema.Values) object, effect func(schema.Values) string) kubernetes.Operated {
	return kubernetes.Operated{
		Type: "chaosmesh_" + name, Description: doc, Resource: resource("IOChaos", "iochaos"), Container: true, Evidence: kubernetes.EvidenceByCommand,
		Attributes: append(attributes,
			schema.Attribute{Name: "volume_path", Type: text(), Required: true, Example: `"/var/lib/app"`, Description: "Where the volume is mounted in the container."},
			schema.Attribute{Name: "path", Type: text(), Example: `"/var/lib/app/**"`, Description: "Only files that match: * within a segment, ** across segments. Without it, all of the volume."},
			schema.Attribute{Name: "methods", Type: texts(), OneOf: methods(), Example: `["read", "write"]`, Description: "Only these operations. Without it, all."},
			schema.Attribute{Name: "percent", Type: percent(), Default: cty.NumberIntVal(100), Min: schema.Number(1), Description: "Share of the operations that is hit, in whole percent."},
		),
		Validate: wholePercent("percent"), Needs: mounted, Effect: effect,
		Spec: func(r kubernetes.OperatedRequest) map[string]any {
			spec := base(r, object{"action": action, "volumePath": r.Config.String("volume_path"), "percent": r.Config.Int("percent")})
			maps.Copy(spec, parameters(r.Config))
			set(spec, "path", r.Config, "path", r.Config.String)
			set(spec, "methods", r.Config, "methods", r.Config.Strings)
			return spec
		},
	}
}

// hit is what a fault on files acts on.
func hit(v schema.Values) string {
	where := v.String("volume_path")
	if v.Known("path") {
		where = v.String("path")
	}
	return fmt.Sprintf("%g %% of the operations on %s", v.Float("percent"), where)
}

// errnos are those that programs meet on files, by their numbers on Linux.
func errnos() map[string]int {
	return map[string]int{
		"EPERM": 1, "ENOENT": 2, "EINTR": 4, "EIO": 5, "EAGAIN": 11, "ENOMEM": 12, "EACCES": 13, "EBUSY": 16, "EEXIST": 17, "ENOTDIR": 20,
		"EISDIR": 21, "EINVAL": 22, "ENFILE": 23, "EMFILE": 24, "EFBIG": 27, "ENOSPC": 28, "EROFS": 30, "EDQUOT": 122, "ESTALE": 116,
	}
}

// methods are the operations of FUSE, by which Chaos Mesh comes between.
func methods() []string {
	return []string{
		"lookup", "forget", "getattr", "setattr", "readlink", "mknod", "mkdir", "unlink", "rmdir", "symlink", "rename", "link", "open", "read", "write",
		"flush", "release", "fsync", "opendir", "readdir", "releasedir", "fsyncdir", "statfs", "setxattr", "getxattr", "listxattr", "removexattr",
		"access", "create", "getlk", "setlk", "bmap",
	}
}

// mounted wants a volume at the path: Chaos Mesh puts itself between a mount and the container.
func mounted(v schema.Values, pod *corev1.Pod) error {
	at := path.Clean(v.String("volume_path"))
	var mounts []string
	for i := range pod.Spec.Containers {
		c := &pod.Spec.Containers[i]
		if name := v.String("container"); name != "" && name != c.Name {
			continue
		}
		for _, m := range c.VolumeMounts {
			if mounts = append(mounts, m.MountPath); path.Clean(m.MountPath) == at {
				return nil
			}
		}
	}
	return fmt.Errorf("the pod %s/%s has no volume at %s, and Chaos Mesh acts on volumes only: its mounts are %s", pod.Namespace, pod.Name, at, strings.Join(mounts, ", "))
}
