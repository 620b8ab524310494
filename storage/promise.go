package storage

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gocloud.dev/gcerrors"
)

// ErrOverwrites says that a storage does not keep the promise of [Bucket.Create], on
// which keys, tombstones, ids and the chain of reports rest.
var ErrOverwrites = errors.New(`the storage cannot be used: it does not support conditional writes (If-None-Match: "*"), without which ` +
	"processes overwrite each other's keys and reports; use a folder, or object storage that supports them, such as Amazon S3, " +
	"Google Cloud Storage or Azure Blob Storage")

const (
	// probePrefix is where probes lie. [Bucket.List] passes over them.
	probePrefix = "probe/"
	// probeWriters create the probe at once: a store that looks first and writes
	// then keeps the promise while nobody else writes.
	probeWriters = 4
	// probeTimeout bounds a probe, cleanUpTimeout the removal of what it leaves.
	probeTimeout   = 15 * time.Second
	cleanUpTimeout = 5 * time.Second
	// leftoverAfter is how old a probe is when its writer counts as dead, and
	// maxLeftovers how many of those one probe removes.
	leftoverAfter = time.Hour
	maxLeftovers  = 100
	// maxConflicts bounds how often a write is tried again that the store did not
	// decide.
	maxConflicts = 5
)

// probeName matches the names of probes: the second in which it was made, and a
// random word, so that processes that probe at the same time do not meet.
var probeName = regexp.MustCompile(`^probe/(\d{10})-[A-Z2-7]{26}$`)

// A promise is what this process knows of a store.
type promise struct {
	// turn is held by whoever probes.
	turn chan struct{}
	// kept says that the store was probed and keeps it.
	kept atomic.Bool
}

// promises are those of all stores that this process has opened, by their URLs: a
// store is probed once.
var promises sync.Map

func promiseOf(url string) *promise {
	p, _ := promises.LoadOrStore(url, &promise{turn: make(chan struct{}, 1)})
	return p.(*promise) // nothing else is stored there
}

// ensurePromise probes the store unless this process has done so. The error matches
// [ErrOverwrites] if the store must not be used. Folders need no probe: the
// operating system makes one name once.
func (b *Bucket) ensurePromise(ctx context.Context) error {
	if b.folder != "" || b.promise.kept.Load() {
		return nil
	}
	select {
	case b.promise.turn <- struct{}{}:
		defer func() { <-b.promise.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	if b.promise.kept.Load() {
		return nil
	}
	err := b.probe(ctx)
	if err == nil {
		b.promise.kept.Store(true)
	}
	return err
}

// probe creates one object several times, at once and in a row, and makes sure that
// one creation succeeds and its content stays.
func (b *Bucket) probe(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	b.removeLeftovers(ctx)
	name := fmt.Sprintf("%s%010d-%s", probePrefix, time.Now().Unix(), rand.Text())
	defer b.removeProbe(ctx, name)
	var made [probeWriters]error
	var writing sync.WaitGroup
	for i := range made {
		writing.Go(func() { made[i] = b.create(ctx, name, []byte(strconv.Itoa(i))) })
	}
	writing.Wait()
	late := b.create(ctx, name, []byte("late"))
	winner, winners := "", 0
	var failed error
	for i, err := range made {
		switch {
		case err == nil:
			winner, winners = strconv.Itoa(i), winners+1
		case !errors.Is(err, ErrExists):
			failed = err
		}
	}
	if winners > 1 || late == nil && failed == nil {
		return ErrOverwrites
	}
	if failed == nil && !errors.Is(late, ErrExists) {
		failed = late
	}
	if unsupported(failed) {
		return ErrOverwrites
	}
	if failed != nil {
		return fmt.Errorf("probe the storage for conditional writes: %w", failed)
	}
	stored, err := b.Read(ctx, name, probeWriters)
	if errors.Is(err, ErrNotFound) || err == nil && winners == 1 && string(stored) != winner {
		return ErrOverwrites
	}
	if err != nil {
		return fmt.Errorf("probe the storage for conditional writes: %w", err)
	}
	return nil
}

// removeProbe removes the probe, also where ctx has ended. What cannot be removed is
// passed over by [Bucket.List] and removed by a later probe.
func (b *Bucket) removeProbe(ctx context.Context, name string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanUpTimeout)
	defer cancel()
	_ = b.blobs.Delete(ctx, name)
}

// removeLeftovers removes the probes of processes that were killed.
func (b *Bucket) removeLeftovers(ctx context.Context) {
	removed := 0
	for name, err := range b.listBlobs(ctx, probePrefix) {
		if err != nil || removed == maxLeftovers {
			return
		}
		match := probeName.FindStringSubmatch(name)
		if match == nil {
			continue
		}
		made, err := strconv.ParseInt(match[1], 10, 64)
		if err == nil && time.Since(time.Unix(made, 0)) > leftoverAfter {
			b.removeProbe(ctx, name)
			removed++
		}
	}
}

// isProbe reports whether the object is a probe of this process or of another one.
func isProbe(name string) bool {
	return strings.HasPrefix(name, probePrefix) && probeName.MatchString(name)
}

// create asks the store for a new object, whether or not it was probed.
func (b *Bucket) create(ctx context.Context, name string, content []byte) (err error) {
	for range maxConflicts {
		if err = b.createOnce(ctx, name, content); code(err) != conflict {
			return err
		}
	}
	return err
}

// The codes of S3's errors that matter here. S3 answers the first to one of several
// writers of the same name, and asks for the write again
// (docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html); stores that
// do not know the condition and say so answer the second.
const (
	conflict       = "ConditionalRequestConflict"
	notImplemented = "NotImplemented"
)

// code is the code of an S3 error, or empty.
func code(err error) string {
	var coded interface{ ErrorCode() string }
	if !errors.As(err, &coded) {
		return ""
	}
	return coded.ErrorCode()
}

// unsupported reports whether a store says that it does not know conditional writes.
func unsupported(err error) bool {
	return err != nil && (code(err) == notImplemented || gcerrors.Code(err) == gcerrors.Unimplemented)
}
