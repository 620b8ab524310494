package worker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	sdkworker "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"ite.digital/lethe/config"
)

// errNoBuildID says that the binary was built in a way that tells nobody from what.
var errNoBuildID = errors.New("this program does not know from which revision it was built, which worker versioning needs; " +
	"build it with 'make build' from a clone, or name the release with --build-id")

// BuildID names the release that the program is, as Go has noted it: the module's
// version, which for a build from a clone holds the revision. It is empty if Go has
// noted nothing.
func BuildID() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "(devel)" {
		return ""
	}
	return info.Main.Version
}

// deployment turns the configuration into the SDK's options.
func deployment(w config.Worker, buildID string) (sdkworker.DeploymentOptions, error) {
	behavior := workflow.VersioningBehaviorAutoUpgrade
	switch w.Versioning {
	case config.VersioningNone:
		return sdkworker.DeploymentOptions{}, nil
	case config.VersioningPinned:
		behavior = workflow.VersioningBehaviorPinned
	case config.VersioningAutoUpgrade:
	}
	buildID = cmp.Or(buildID, BuildID())
	if buildID == "" {
		return sdkworker.DeploymentOptions{}, errNoBuildID
	}
	return sdkworker.DeploymentOptions{
		UseVersioning: true, DefaultVersioningBehavior: behavior,
		Version: sdkworker.WorkerDeploymentVersion{DeploymentName: w.Deployment, BuildID: buildID},
	}, nil
}

// ErrNotVersioned says that there is nothing to promote.
var ErrNotVersioned = errors.New("worker versioning is off; set worker.versioning in lethe.yaml to pinned or auto-upgrade first")

// Promote makes a release the one on which new requests begin, and to which those
// that upgrade go over. Workers of it must run already. It returns the release.
func Promote(ctx context.Context, c client.Client, w config.Worker, buildID string) (string, error) {
	options, err := deployment(w, buildID)
	if err != nil {
		return "", err
	}
	if !options.UseVersioning {
		return "", ErrNotVersioned
	}
	_, err = c.WorkerDeploymentClient().GetHandle(w.Deployment).SetCurrentVersion(ctx, client.WorkerDeploymentSetCurrentVersionOptions{
		BuildID: options.Version.BuildID,
	})
	var notFound *serviceerror.NotFound
	var refused *serviceerror.FailedPrecondition
	switch {
	case errors.As(err, &notFound):
		return "", fmt.Errorf("no worker of release %s in deployment %s has reported to Temporal; start one, then try again", options.Version.BuildID, w.Deployment)
	case errors.As(err, &refused):
		return "", fmt.Errorf("release %s cannot be promoted yet: its workers do not serve all task queues of the release before it; "+
			"start them with the same systems, then try again", options.Version.BuildID)
	case err != nil:
		return "", fmt.Errorf("promote release %s: %w", options.Version.BuildID, err)
	}
	return options.Version.BuildID, nil
}
