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
			defer survive(log, info.FullMethod, &err)
			return handle(ctx, request)
		}),
		grpc.ChainStreamInterceptor(func(server any, stream grpc.ServerStream, info *grpc.StreamServerInfo, handle grpc.StreamHandler) (err error) {
			defer survive(log, info.FullMethod, &err)
			return handle(server, stream)
		}),
	}
}

func survive(log *slog.Logger, method string, err *error) {
	if broken := recover(); broken != nil {
		log.Error("the provider panicked", "method", method, "panic", broken, "stack", string(debug.Stack()))
		*err = status.Errorf(codes.Internal, "the provider panicked: %v", broken)
	}
}
