#!/usr/bin/env bash
# A Temporal worker whose key has lost its permission polls for ever and reports nothing.
#
# Versions: go.temporal.io/sdk v1.50.0, go.temporal.io/api v1.63.5, google.golang.org/grpc v1.85.0.
# Input: three workers, each with OnFatalError, of a frontend that answers every poll with one
#   error: an invalid argument, a namespace that does not exist, permission denied.
# Guess: an error that no retry mends reaches OnFatalError, so that the process can end and its
#   supervisor notices.
# Seen: after two minutes of retries the first two do. Permission denied is retried without an
#   end: OnFatalError is not called within three minutes, and the worker stays a living process
#   that carries nothing out. A check of health has to ask the server with the worker's own
#   permission, for instance by describing the task queue.
# Needs: bash, go; takes three minutes.
set -euo pipefail
work=$(mktemp -d)
trap '[ $? = 0 ] || cat "$work"/*.log >&2 || :; rm -rf "$work"' EXIT
cd "$work"
export GOWORK=off GOFLAGS=-mod=mod

cat >main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"google.golang.org/grpc"
)

type frontend struct {
	workflowservice.UnimplementedWorkflowServiceServer
	answer error
}

func (f frontend) GetSystemInfo(context.Context, *workflowservice.GetSystemInfoRequest) (*workflowservice.GetSystemInfoResponse, error) {
	return &workflowservice.GetSystemInfoResponse{Capabilities: &workflowservice.GetSystemInfoResponse_Capabilities{}}, nil
}

func (f frontend) DescribeNamespace(context.Context, *workflowservice.DescribeNamespaceRequest) (*workflowservice.DescribeNamespaceResponse, error) {
	return &workflowservice.DescribeNamespaceResponse{}, nil
}

func (f frontend) PollActivityTaskQueue(context.Context, *workflowservice.PollActivityTaskQueueRequest) (*workflowservice.PollActivityTaskQueueResponse, error) {
	return nil, serviceerror.ToStatus(f.answer).Err()
}

func run(answer error) (fatal <-chan struct{}) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	server := grpc.NewServer()
	workflowservice.RegisterWorkflowServiceServer(server, frontend{answer: answer})
	go func() { _ = server.Serve(listener) }()
	quiet := sdklog.NewStructuredLogger(slog.New(slog.NewTextHandler(io.Discard, nil)))
	c, err := client.Dial(client.Options{HostPort: listener.Addr().String(), Logger: quiet})
	if err != nil {
		panic(err)
	}
	called := make(chan struct{}, 100)
	w := worker.New(c, "steps", worker.Options{
		DisableWorkflowWorker: true, OnFatalError: func(error) { called <- struct{}{} },
	})
	w.RegisterActivity(func(context.Context) error { return nil })
	if err := w.Start(); err != nil {
		panic(err)
	}
	return called
}

func main() {
	names := []string{"invalid argument", "namespace not found", "permission denied"}
	workers := []<-chan struct{}{
		run(serviceerror.NewInvalidArgument("no")), run(serviceerror.NewNamespaceNotFound("default")),
		run(serviceerror.NewPermissionDenied("no", "")),
	}
	end := time.After(3 * time.Minute)
	<-end
	for i, called := range workers {
		select {
		case <-called:
			fmt.Println(names[i] + ": OnFatalError was called")
		default:
			fmt.Println(names[i] + ": OnFatalError was not called")
		}
	}
}
GO
go mod init check >go.log 2>&1
go get go.temporal.io/sdk@v1.50.0 go.temporal.io/api@v1.63.5 google.golang.org/grpc@v1.85.0 >>go.log 2>&1
go mod tidy >>go.log 2>&1

go run . >seen 2>run.log
diff -u - seen <<'SEEN'
invalid argument: OnFatalError was called
namespace not found: OnFatalError was called
permission denied: OnFatalError was not called
SEEN
echo "as described"
