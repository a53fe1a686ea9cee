package junit

import (
	"fmt"
	"path"
	"slices"
	"strconv"

	"github.com/gameday-dev/gameday/runner/event"
	"github.com/gameday-dev/gameday/runner/report"
	"github.com/gameday-dev/gameday/runner/verdict"
)

// builder gathers cases into suites, one for each file of the configuration.
type builder struct {
	run    *report.Run
	base   string
	cause  error // why the run could not begin; nil if it did
	suites []*suite
	files  map[string]*suite
	spent  map[string]float64 // seconds by file
	names  map[string]int     // classname and name: how often
}

// owner is what cases belong to: an experiment, an environment, a suite.
type owner struct {
	address    string
	source     event.Source
	properties []property
}

func newBuilder(run *report.Run, base string) *builder {
	return &builder{run: run, base: base, files: map[string]*suite{}, spent: map[string]float64{}, names: map[string]int{}}
}

func (b *builder) document() document {
	for _, x := range b.run.Experiments {
		b.experiment(x)
	}
	for _, env := range b.run.Environments {
		b.environment(env)
	}
	for _, gate := range b.run.Suites {
		b.add(owner{address: gate.Suite, source: gate.Source}, gateFinding(gate))
	}
	switch finished := b.run.Finished; {
	case b.cause != nil:
		b.add(owner{address: "run"}, refusedRun(b.cause))
	case finished == nil:
		b.add(owner{address: "run"}, interruptedRun(b.run))
	case finished.Verdict != verdict.Passed && !b.complains():
		b.add(owner{address: "run"}, stoppedRun(b.run))
	}
	doc := document{Name: "gameday " + clean(b.run.ID), Time: seconds(b.run.Seconds()), Timestamp: timestamp(b.run.Began)}
	for i, s := range b.suites {
		s.ID, s.Time, s.Properties = i, seconds(b.spent[s.Name]), b.properties()
		doc.add(s.counts)
		doc.Suites = append(doc.Suites, *s)
	}
	return doc
}

// complains reports whether any case failed: a run that was stopped before its
// first experiment, or after its last, has none.
func (b *builder) complains() bool {
	return slices.ContainsFunc(b.suites, func(s *suite) bool { return s.Failures+s.Errors > 0 })
}

func (b *builder) experiment(x *report.Experiment) {
	who := owner{address: x.Address, source: x.Source, properties: experimentProperties(x)}
	for _, f := range findings(b.run, x) {
		b.add(who, f)
	}
	b.spent[b.suiteName(x.Source)] += x.Seconds()
}

// add books a finding as a case, under a name that is unique: GitLab drops the
// second of two cases that share theirs.
func (b *builder) add(who owner, f finding) {
	source := f.source
	if source.File == "" {
		source = who.source
	}
	if source.File == "" {
		source = b.anySource()
	}
	s := b.suite(source)
	c := f.testcase()
	c.Classname = clean(b.classname(source, who.address))
	c.File, c.Line = clean(report.File(b.base, source.File)), source.Line
	key := c.Classname + "\x00" + c.Name
	if b.names[key]++; b.names[key] > 1 {
		c.Name += fmt.Sprintf(" (%d)", b.names[key])
	}
	if len(who.properties) > 0 {
		c.Properties = &propertyList{who.properties}
	}
	s.Cases = append(s.Cases, c)
	s.add(f.counts())
}

func (b *builder) suite(source event.Source) *suite {
	name := b.suiteName(source)
	if s, ok := b.files[name]; ok {
		return s
	}
	s := &suite{Name: name, File: clean(report.File(b.base, source.File)), Timestamp: timestamp(b.run.Began)}
	b.files[name] = s
	b.suites = append(b.suites, s)
	return s
}

// suiteName is the file, or the configuration's folder for what has none.
func (b *builder) suiteName(source event.Source) string {
	switch {
	case source.File != "":
		return clean(report.File(b.base, source.File))
	case b.run.Started != nil:
		return clean(report.File(b.base, b.run.Started.Dir))
	default:
		return "gameday"
	}
}

// classname is what GitLab shows as the suite and others group by: the folder
// of the file, then the full address, which tells instances of a module apart.
func (b *builder) classname(source event.Source, address string) string {
	folder := path.Dir(report.File(b.base, source.File))
	if source.File == "" || folder == "." {
		return address
	}
	return folder + "." + address
}

// anySource is a place for what has none, as annotations need one.
func (b *builder) anySource() event.Source {
	for _, x := range b.run.Experiments {
		if x.Source.File != "" {
			return event.Source{File: x.Source.File, Line: 1, EndLine: 1}
		}
	}
	return event.Source{}
}

// verdict is that of the run: one that could not begin has left nothing to recover.
func (b *builder) verdict() verdict.Verdict {
	if b.cause != nil {
		return verdict.Errored
	}
	return b.run.Verdict()
}

func (b *builder) properties() []property {
	list := []property{
		{"gameday.run", clean(b.run.ID)},
		{"gameday.verdict", string(b.verdict())},
		{"gameday.dirty", strconv.FormatBool(b.run.IsDirty())},
	}
	if started := b.run.Started; started != nil {
		list = append(list,
			property{"gameday.version", clean(started.Version)},
			property{"gameday.seed", strconv.FormatInt(started.Seed, 10)},
			property{"gameday.plan_digest", clean(started.PlanDigest)},
		)
	}
	return list
}

func experimentProperties(x *report.Experiment) []property {
	list := []property{{"gameday.experiment", clean(x.Address)}, {"gameday.verdict", string(x.Verdict())}}
	if x.Started != nil {
		list = append(list, property{"gameday.weight", strconv.FormatFloat(x.Started.Weight, 'g', -1, 64)})
	}
	return list
}

// gateFinding is a suite's gate as a case.
func gateFinding(gate event.SuiteFinished) finding {
	f := finding{
		name: "gate", source: gate.Source, verdict: verdict.Passed,
		out: []string{fmt.Sprintf("score %.4g (at least %.4g), %d inconclusive (at most %d)", gate.Score, gate.MinScore, gate.Inconclusive, gate.Max)},
	}
	if !gate.Passed {
		f.verdict, f.message = verdict.Failed, "The gate did not open: "+gate.Reason
	}
	return f
}
