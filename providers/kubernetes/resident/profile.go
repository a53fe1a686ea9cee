package resident

import (
	corev1 "k8s.io/api/core/v1"
)

// Profile is what an agent may do in its pod: just what its faults need. Faults of
// one profile share an agent.
type Profile string

// The profiles.
const (
	// Network is for faults on packets, streams and names: root with NET_ADMIN, and
	// NET_RAW for packets that are sent twice.
	Network Profile = "network"
	// Stress is for what anybody may do: nothing but run.
	Stress Profile = "stress"
	// Process is for faults on the processes and files of one container, whose PID
	// namespace the agent shares: root with KILL, SYS_PTRACE and DAC_OVERRIDE.
	Process Profile = "process"
)

// Level is the strictest Pod Security level that admits the profile.
// https://kubernetes.io/docs/concepts/security/pod-security-standards/
func (p Profile) Level() string {
	if p == Stress {
		return "restricted"
	}
	return "privileged"
}

func (p Profile) capabilities() []corev1.Capability {
	switch p {
	case Network:
		return []corev1.Capability{"NET_ADMIN", "NET_RAW"}
	case Process:
		return []corev1.Capability{"KILL", "SYS_PTRACE", "DAC_OVERRIDE"}
	default:
		return nil
	}
}

// security is a container's context for the profile.
func (p Profile) security() *corev1.SecurityContext {
	context := &corev1.SecurityContext{
		AllowPrivilegeEscalation: new(bool), ReadOnlyRootFilesystem: pointer(true),
		Capabilities:   &corev1.Capabilities{Drop: []corev1.Capability{"ALL"}, Add: p.capabilities()},
		SeccompProfile: &corev1.SeccompProfile{Type: corev1.SeccompProfileTypeRuntimeDefault},
	}
	if p == Stress {
		context.RunAsNonRoot, context.RunAsUser, context.RunAsGroup = pointer(true), pointer(nobody), pointer(nobody)
		return context
	}
	context.RunAsNonRoot, context.RunAsUser, context.RunAsGroup = new(bool), new(int64), new(int64)
	return context
}

// nobody is the user of an agent that needs no rights.
const nobody int64 = 65532

func pointer[T any](v T) *T { return &v }
