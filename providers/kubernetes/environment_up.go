package kubernetes

import (
	"context"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/gameday-dev/gameday/providers"
)

// Prepare says which cluster it is, as files tell: Down must find it from the
// handle alone, and no other one.
func (e *existing) Prepare(_ context.Context, req providers.EnvironmentPrepareRequest) (providers.EnvironmentHandle, providers.Diagnostics) {
	if !req.Config.WhollyKnown() {
		return providers.EnvironmentHandle{}, notKnown()
	}
	access, err := e.provider.pins.resolve(accessFrom(req.Config, req.Dir))
	if err != nil {
		return providers.EnvironmentHandle{}, providers.Errorf(nil, "Cannot reach the cluster", "%s.", capital(err))
	}
	return handle{Run: req.Run, Access: access}.encode(req.Address, typeKubernetes)
}

func notKnown() providers.Diagnostics {
	return providers.Errorf(nil, "Value not known before the environment is up",
		"An environment of this type has no values of its own that its body could refer to by self.")
}

// Up makes sure that the cluster and every namespace of the fence are there.
func (e *existing) Up(ctx context.Context, req providers.UpRequest) (providers.EnvironmentState, providers.Diagnostics) {
	h, err := readHandle(req.Handle, typeKubernetes)
	if err != nil {
		return providers.EnvironmentState{}, providers.Errorf(nil, "Invalid environment handle", "%s.", capital(err))
	}
	met, missing, err := e.provider.fenced(ctx, h.Access)
	if err != nil {
		return providers.EnvironmentState{}, providers.Errorf(nil, "Cannot reach the cluster", "%s.", capital(err))
	}
	if len(missing) > 0 {
		return providers.EnvironmentState{}, providers.Errorf(cty.GetAttrPath("namespaces"), "Namespace not found",
			"%s has no namespace %s. Create it, or correct the fence.", capitalText(met.name()), strings.Join(missing, ", "))
	}
	return providers.EnvironmentState{
		Address: req.Handle.Address, Type: typeKubernetes, Up: true, Handle: req.Handle, Outputs: outputs(met.Access),
	}, nil
}

// Down removes what the run itself added to the cluster.
func (e *existing) Down(ctx context.Context, from providers.EnvironmentHandle) error {
	h, err := readHandle(from, typeKubernetes)
	if err != nil {
		return err
	}
	return e.provider.clean(ctx, h)
}

// Leftovers lists what carries the run's label.
func (e *existing) Leftovers(ctx context.Context, from providers.EnvironmentHandle) ([]string, error) {
	h, err := readHandle(from, typeKubernetes)
	if err != nil {
		return nil, err
	}
	return e.provider.leftovers(ctx, h)
}
