package serve

import (
	"context"
	"log/slog"
	"runtime/debug"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// Options make a gRPC server survive a panic in a call: what else the process guards must not
// end with it. The stack goes to the log.
func Options(log *slog.Logger) []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.ChainUnaryInterceptor(func(ctx context.Context, request any, info *grpc.UnaryServerInfo, handle grpc.UnaryHandler) (answer any, err error) {
			defer func() { err = survived(log, info.FullMethod, recover(), err) }()
			return handle(ctx, request)
		}),
		grpc.ChainStreamInterceptor(func(server any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler) (err error) {
			defer func() { err = survived(log, info.FullMethod, recover(), err) }()
			return handle(server, stream)
		}),
	}
}

// survived is the error of a call that panicked, or its own.
func survived(log *slog.Logger, method string, broken any, err error) error {
	if broken == nil {
		return err
	}
	log.Error("the provider panicked", "method", method, "panic", broken, "stack", string(debug.Stack()))
	return status.Errorf(codes.Internal, "the provider panicked: %v", broken)
}
