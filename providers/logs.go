package providers

import "context"

// WithLogs is implemented by environments whose logs would be gone with them.
type WithLogs interface {
	Environment

	// KeepLogs puts what the environment has logged into the run's folder. It is called
	// before Down when an experiment in the environment did not pass. Progress reports a
	// step in one short phrase; it is never nil.
	KeepLogs(ctx context.Context, handle EnvironmentHandle, progress func(step string)) error
}
