package kubernetes

import "context"

const (
	admissionGroup        = "/apis/admissionregistration.k8s.io/v1/"
	admissionVersion      = "admissionregistration.k8s.io/v1"
	admissionPolicies     = admissionGroup + "validatingadmissionpolicies"
	admissionBindings     = admissionGroup + "validatingadmissionpolicybindings"
	webhookConfigurations = admissionGroup + "validatingwebhookconfigurations"
)

// rejectRequests adds a policy that no request fulfils. The API server evaluates
// it by itself: nothing is to be reached, and nothing can hang. Without its
// binding, which is undone first, it does nothing.
func (i injection) rejectRequests(ctx context.Context) error {
	name := addedName(i.record.ID)
	policy := map[string]any{
		"apiVersion": admissionVersion, "kind": "ValidatingAdmissionPolicy", "metadata": reviewMetadata(name, i.record.Targets),
		"spec": map[string]any{
			"failurePolicy": "Fail",
			"matchConstraints": map[string]any{
				"namespaceSelector": reviewNamespaces(i.record.Targets), "resourceRules": reviewRules(i.config),
			},
			"matchConditions": reviewConditions(i.config, i.record.ID),
			"validations": []any{map[string]any{
				"expression": "false", "message": "refused by the experiment of gameday run " + i.record.Run + ", until its fault is reverted",
			}},
		},
	}
	if err := i.add(ctx, i.steps[0], policy); err != nil {
		return err
	}
	return i.add(ctx, i.steps[1], map[string]any{
		"apiVersion": admissionVersion, "kind": "ValidatingAdmissionPolicyBinding", "metadata": reviewMetadata(name, i.record.Targets),
		"spec": map[string]any{"policyName": name, "validationActions": []string{"Deny"}},
	})
}
