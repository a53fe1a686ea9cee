package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/zclconf/go-cty/cty"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/kubernetes/undo"
)

func (f operated) plan(ctx context.Context, p planning) providers.Diagnostics {
	name := f.Operator.Name
	p.plan.Effect = phrase(f.Description)
	if p.config.WhollyKnown() {
		p.plan.Effect = f.Effect(p.config) + ", by " + name
	}
	p.plan.Undo = fmt.Sprintf("deletes the %s and waits until %s lets it go, which it does once it has undone it", f.Resource.Kind, name)
	p.plan.Guard = f.guard(p.plan.Guard)
	diags := f.unproven(p)
	if f.Caution != "" {
		diags = append(diags, providers.Warningf(nil, "What "+f.Operator.Name+" makes of it", "%s", f.Caution)...)
	}
	if p.world == nil || diags.HasErrors() {
		return diags
	}
	if diags = append(diags, f.installed(ctx, p)...); diags.HasErrors() {
		return diags
	}
	return append(diags, f.planObjects(ctx, p)...)
}

// guard says what ends it when gameday is killed. The operator's own timer is the first line, gameday's the second,
// and both need the operator.
func (f operated) guard(reaper string) string {
	if f.Evidence == EvidencePodsGone {
		return "their controllers"
	}
	if f.OneShot {
		return "the kubelet"
	}
	return fmt.Sprintf("%s, by the duration in the object, which ends at the deadline; %s, which deletes the object. While %s is down, nothing can undo it",
		f.Operator.Name, reaper, f.Operator.Name)
}

// unproven warns of a fault of which there would be no evidence.
func (f operated) unproven(p planning) providers.Diagnostics {
	if f.Evidence != EvidenceByCommand || p.config.Attr("evidence").IsKnown() && p.config.Has("evidence") {
		return nil
	}
	return providers.Warningf(nil, "No evidence of the fault",
		"Nothing but %s's own word will say that the fault has an effect, and that is no evidence: the verdict will be inconclusive. "+
			"Add an evidence block with a command that succeeds in a target while the fault is there, and fails otherwise.", f.Operator.Name)
}

// installed refuses clusters that do not know the object.
func (f operated) installed(ctx context.Context, p planning) providers.Diagnostics {
	var list metav1.APIResourceList
	version := f.Resource.Group + "/" + f.Resource.Version
	err := p.session.into(ctx, "/apis/"+version, &list)
	switch {
	case undo.IsNotFound(err):
		return providers.Errorf(nil, f.Operator.Name+" is not installed", "The cluster has no %s. Install %s (%s), or choose a fault of gameday's own.", version, f.Operator.Name, f.Operator.Install)
	case err != nil:
		return providers.Warningf(nil, f.Operator.Name+" was not looked for", "The cluster did not say whether it has %s: %s.", version, err)
	}
	for i := range list.APIResources {
		if list.APIResources[i].Name == f.Resource.Plural {
			return nil
		}
	}
	return providers.Errorf(nil, f.Operator.Name+" cannot do this", "The %s of the cluster has no %s: it is older or newer than what gameday knows, or was installed in part.", f.Operator.Name, f.Resource.Kind)
}

// planObjects shows what will be added, and lets the cluster judge it by a dry run: its schema, and what admits objects there,
// the operator's own checks among them.
func (f operated) planObjects(ctx context.Context, p planning) providers.Diagnostics {
	diags := f.fit(p)
	if diags.HasErrors() {
		return diags
	}
	others, err := f.others(p.site(), p.world)
	var asked []OperatedRequest
	if err == nil {
		asked, err = f.ask(ctx, p.site(), p.choice.Targets, others.Targets, max(p.duration, time.Millisecond))
	}
	if err != nil {
		return append(diags, providers.Errorf(nil, "Cannot ask "+f.Operator.Name+" for it", "%s.", capital(err))...)
	}
	for _, request := range asked {
		shown, err := f.shown(request)
		if err != nil {
			return append(diags, providers.Errorf(nil, "Cannot show the object", "%s.", err)...)
		}
		p.plan.Adds = append(p.plan.Adds, shown)
		diags = append(diags, f.tried(ctx, p.session, request.Namespace, f.object(request))...)
	}
	f.reach(p, others)
	f.tellReach(p, asked[0].Ends)
	return diags
}

// shown is an object as a plan shows it.
func (f operated) shown(request OperatedRequest) (string, error) {
	object := f.object(request)
	if spec, is := object["spec"].(map[string]any); is && f.Conceal != nil {
		f.Conceal(spec)
	}
	text, err := yaml.Marshal(object)
	return strings.TrimSpace(string(text)), err
}

// fit says which pods it can't be done to.
func (f operated) fit(p planning) providers.Diagnostics {
	if f.Evidence == EvidencePodsGone {
		return p.bare("so that killing it could not be undone")
	}
	var diags providers.Diagnostics
	for _, pod := range podsNamed(p.world, uidsOf(p.choice.Targets)) {
		if err := f.unfit(p.site(), pod); err != nil {
			diags = append(diags, providers.Errorf(cty.GetAttrPath("target"), "Pod does not fit", "%s.", capital(err))...)
		}
	}
	return diags
}

// tried is what the cluster says of an object by a dry run. That this user may not create it stands among the permissions.
func (f operated) tried(ctx context.Context, s *session, namespace string, object map[string]any) providers.Diagnostics {
	object["metadata"] = map[string]any{"namespace": namespace, "generateName": "gameday-"}
	_, err := s.API.Post(ctx, f.collection(namespace)+"?dryRun=All&"+strictly, object)
	var status *undo.StatusError
	switch {
	case err == nil, errors.As(err, &status) && status.Code == http.StatusForbidden && status.Reason == string(metav1.StatusReasonForbidden) && !f.judged(status):
		return nil
	case errors.As(err, &status) && status.Code < http.StatusInternalServerError:
		return providers.Errorf(nil, f.Operator.Name+" refuses the fault", "In a dry run the cluster did not take the %s: %s.", f.Resource.Kind, strings.TrimSpace(status.Message))
	default:
		return providers.Warningf(nil, "The object was not tried", "A dry run of the %s failed: %s.", f.Resource.Kind, err)
	}
}

// strictly has the server refuse what it does not know, instead of leaving it out: the plan would show what is not done.
const strictly = "fieldValidation=Strict"

// judged reports whether an admission webhook has refused an object, and not the authorization: both are 403.
func (operated) judged(status *undo.StatusError) bool {
	return strings.Contains(status.Message, "admission webhook")
}
