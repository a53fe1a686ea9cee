package feature

import (
	"sigs.k8s.io/e2e-framework/pkg/envconf"

	"github.com/gameday-dev/gameday/providers"
)

// settings is what the options say.
type settings struct {
	dir       string
	name      string
	variables []variable
	targets   []string
	set       *providers.Set // nil: the built-in providers
	runs      string         // directory below which .gameday/runs lies
	junit     string
	labels    [][2]string
}

// variable is a value that is known once the environment is.
type variable struct {
	name string
	from string // for messages
	file bool   // the name is that of a file of variables
	read func(*envconf.Config) string
}

// Option changes what Apply or Step does.
type Option func(*settings)

func newSettings(dir string, options []Option) *settings {
	s := &settings{dir: dir, runs: "."}
	for _, option := range options {
		option(s)
	}
	return s
}

// Name is the feature's name in the output of `go test` and for -run. Without
// it, it is that of the directory.
func Name(name string) Option { return func(s *settings) { s.name = name } }

// Label adds a label to the feature, by which the framework's -labels chooses.
func Label(key, value string) Option {
	return func(s *settings) { s.labels = append(s.labels, [2]string{key, value}) }
}

// Variable gives a variable a value, as -var does: the text itself for a string,
// an HCL expression for every other type. Later options win.
func Variable(name, value string) Option {
	return VariableFrom(name, func(*envconf.Config) string { return value })
}

// VariableFrom gives a variable a value that is read from the test's environment
// when the feature begins, when the cluster is there.
func VariableFrom(name string, read func(*envconf.Config) string) Option {
	return func(s *settings) {
		s.variables = append(s.variables, variable{name: name, from: "the option of the feature", read: read})
	}
}

// VariableFile reads variables from a file, as -var-file does.
func VariableFile(path string) Option {
	return func(s *settings) { s.variables = append(s.variables, variable{name: path, file: true}) }
}

// Kubeconfig gives a variable the path of the kubeconfig that the test's
// environment has by then.
func Kubeconfig(name string) Option {
	return VariableFrom(name, (*envconf.Config).KubeconfigFile)
}

// Namespace gives a variable the namespace of the test's environment.
func Namespace(name string) Option { return VariableFrom(name, (*envconf.Config).Namespace) }

// Target runs only these experiments, suites or modules, by address, as -target
// does.
func Target(addresses ...string) Option {
	return func(s *settings) { s.targets = append(s.targets, addresses...) }
}

// Providers replaces the built-in providers, for providers of one's own.
func Providers(set *providers.Set) Option { return func(s *settings) { s.set = set } }

// RunsIn is the directory in which .gameday/runs gets the run's folder: the
// working directory, which for `go test` is that of the package, without it.
func RunsIn(dir string) Option { return func(s *settings) { s.runs = dir } }

// JUnit writes a JUnit report to a file, beside the one in the run's folder.
func JUnit(path string) Option { return func(s *settings) { s.junit = path } }
