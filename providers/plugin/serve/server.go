package serve

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/gameday-dev/gameday/providers"
	"github.com/gameday-dev/gameday/providers/plugin/convert"
	"github.com/gameday-dev/gameday/providers/plugin/wire"
	"github.com/gameday-dev/gameday/providers/schema"
)

// Server answers for a provider. Its methods are called from many goroutines at once.
type Server struct {
	wire.UnimplementedProviderServer

	provider providers.Provider
	types    map[providers.TypeKey]offered
	log      *slog.Logger
	ledger   *ledger
	opened   handles
	ended    chan struct{} // closed when gameday is gone, and nothing is left of what it had injected
	attended attendance
}

// offered is a type with what it takes to read its configurations.
type offered struct {
	providers.Type

	block *schema.Block
}

// New makes a server. It fails when two types of a kind have one name, or a schema is wrong.
func New(provider providers.Provider, log *slog.Logger) (*Server, error) {
	s := &Server{provider: provider, log: log, types: map[providers.TypeKey]offered{}, ended: make(chan struct{})}
	s.ledger = newLedger(s.revert, s.down, log)
	if _, err := providers.NewSet(provider); err != nil {
		return nil, err
	}
	for key, t := range typesOf(provider.Types()) {
		block := t.Schema()
		if err := block.Verify(); err != nil {
			return nil, fmt.Errorf("%s %q: schema: %w", key.Kind, key.Name, err)
		}
		s.types[key] = offered{t, block}
	}
	return s, nil
}

// Name is the provider's.
func (s *Server) Name() string { return s.provider.Metadata().Name }

// Ended is closed when gameday is gone, and everything that it had injected is undone.
func (s *Server) Ended() <-chan struct{} { return s.ended }

func typesOf(all providers.Types) map[providers.TypeKey]providers.Type {
	types := map[providers.TypeKey]providers.Type{}
	collect(types, providers.KindEnvironment, all.Environments)
	collect(types, providers.KindFault, all.Faults)
	collect(types, providers.KindProbe, all.Probes)
	collect(types, providers.KindLoad, all.Loads)
	collect(types, providers.KindAction, all.Actions)
	return types
}

func collect[T providers.Type](into map[providers.TypeKey]providers.Type, kind providers.Kind, types []T) {
	for _, t := range types {
		into[providers.TypeKey{Kind: kind, Name: t.TypeName()}] = t
	}
}

// find gives a type as what its kind is.
func find[T any](s *Server, kind providers.Kind, name string) (T, offered, error) {
	found, ok := s.types[providers.TypeKey{Kind: kind, Name: name}]
	typed, is := providers.As[T](found.Type)
	if !ok || !is {
		var none T
		return none, offered{}, status.Errorf(codes.NotFound, "the provider %s has no %s %q, but %s",
			s.provider.Metadata().Name, kind, name, strings.Join(s.names(kind), ", "))
	}
	return typed, found, nil
}

func (s *Server) names(kind providers.Kind) []string {
	var names []string
	for _, key := range slices.SortedFunc(maps.Keys(s.types), func(a, b providers.TypeKey) int { return strings.Compare(a.Name, b.Name) }) {
		if key.Kind == kind {
			names = append(names, key.Name)
		}
	}
	if len(names) == 0 {
		return []string{"none at all"}
	}
	return names
}

// values reads a configuration of a type.
func (o offered) values(data []byte) (schema.Values, error) {
	values, err := convert.Values(o.block, data)
	if err != nil {
		return values, invalid(err)
	}
	return values, nil
}

// invalid is for what the peer sent and should not have.
func invalid(err error) error { return status.Error(codes.InvalidArgument, err.Error()) }

// failed is for what the provider says went wrong.
func failed(err error) error {
	if err == nil {
		return nil
	}
	return status.Error(codes.Unknown, err.Error())
}
