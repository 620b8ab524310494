package report

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"ite.digital/lethe/storage"
)

const (
	chainPrefix = "chain/"
	// maxEntry bounds the size of an entry, in bytes.
	maxEntry = 16 << 10
	// maxEntries is how many entries the chain's names have room for.
	maxEntries = 99_999_999
	// maxAppends bounds how often an entry is tried at the chain's end. It fails
	// only where somebody else has added one.
	maxAppends = 10_000
)

// An Event is what an entry of the chain says of a report.
type Event string

const (
	// Archived: the report was stored.
	Archived Event = "archived"
	// Removed: the report was kept for as long as the company keeps reports, and
	// then removed.
	Removed Event = "removed"
)

// An Entry is a link of the chain over all reports of an archive. It is stored
// under "chain/<sequence>.json", sealed as reports are.
type Entry struct {
	Sequence int `json:"sequence"`
	// Previous is the SHA-256 of the entry before as it is stored, in
	// hexadecimal; 64 zeros for the first one.
	Previous string `json:"previous"`
	Event    Event  `json:"event"`
	// Report is the report's key in the archive.
	Report string `json:"report"`
	// SHA256 is that of the report as it is stored, in hexadecimal.
	SHA256 string    `json:"sha256"`
	At     time.Time `json:"at"`
}

// noEntry is the hash before the first entry.
var noEntry = strings.Repeat("0", 64)

func entryKey(sequence int) string { return fmt.Sprintf("%s%08d.json", chainPrefix, sequence) }

var entryName = regexp.MustCompile(`^chain/(\d{8})\.json$`)

// sequenceOf reads the number in an entry's name; 0 if it is none.
func sequenceOf(name string) int {
	match := entryName.FindStringSubmatch(name)
	if match == nil {
		return 0
	}
	number, err := strconv.Atoi(match[1])
	if err != nil {
		return 0
	}
	return number
}

// A Head is the end of a chain: who has noted it elsewhere can tell when the end
// is cut off.
type Head struct {
	// Sequence is that of the last entry; 0 for an empty chain.
	Sequence int `json:"sequence"`
	// SHA256 is that of the last entry as it is stored, in hexadecimal.
	SHA256 string `json:"sha256"`
}

// String writes the head as [ParseHead] reads it.
func (h Head) String() string { return fmt.Sprintf("%d:%s", h.Sequence, h.SHA256) }

var headForm = regexp.MustCompile(`^(\d{1,8}):([0-9a-f]{64})$`)

// ParseHead reads a head that 'lethe archive verify' has printed.
func ParseHead(text string) (Head, error) {
	match := headForm.FindStringSubmatch(text)
	if match == nil {
		return Head{}, errors.New("is not the head of a chain; write it as 'lethe archive verify' has printed it, such as 42:9f86d0…")
	}
	sequence, err := strconv.Atoi(match[1])
	if err != nil {
		return Head{}, err
	}
	return Head{Sequence: sequence, SHA256: match[2]}, nil
}

// chain adds entries. Any number of processes may do so at once: an entry is
// created under the next number, and who comes second takes the one after.
type chain struct {
	bucket *storage.Bucket
	// last is a number that has an entry; 0 if none is known.
	last atomic.Int64
}

// append adds an entry; its number and what it follows are filled in. The chain ends as
// it is said to unless somebody has added to it since. before, if any, is called with
// each number that is tried.
func (c *chain) append(ctx context.Context, s Signer, e Entry, end Head, before func(sequence int) error) error {
	for range maxAppends {
		e.Sequence, e.Previous = end.Sequence+1, end.SHA256
		content, err := seal(ctx, s, e)
		if err != nil {
			return err
		}
		if before != nil {
			if err := before(e.Sequence); err != nil {
				return fmt.Errorf("add to the chain of reports: %w", err)
			}
		}
		err = c.bucket.Create(ctx, entryKey(e.Sequence), content)
		if err == nil {
			c.last.Store(int64(e.Sequence))
			return nil
		}
		if !errors.Is(err, storage.ErrExists) {
			return fmt.Errorf("add to the chain of reports: %w", err)
		}
		if end, err = c.head(ctx); err != nil {
			return err
		}
	}
	return errors.New("add to the chain of reports: others add to it faster than this process can")
}

// head finds the chain's end: numbers have no gaps, so that it takes few looks
// however long the chain is.
func (c *chain) head(ctx context.Context) (Head, error) {
	head, err := c.headFrom(ctx)
	if errors.Is(err, storage.ErrNotFound) { // the entry that was the last is gone
		c.last.Store(0)
		head, err = c.headFrom(ctx)
	}
	return head, err
}

func (c *chain) headFrom(ctx context.Context) (Head, error) {
	low := int(c.last.Load())
	high, step := low+1, 1
	for { // low has an entry or is 0
		there, err := c.exists(ctx, high)
		if err != nil {
			return Head{}, err
		}
		if !there {
			break
		}
		low, step = high, step*2
		high = min(low+step, maxEntries)
	}
	for low+1 < high {
		middle := (low + high) / 2
		there, err := c.exists(ctx, middle)
		if err != nil {
			return Head{}, err
		}
		if there {
			low = middle
		} else {
			high = middle
		}
	}
	if low == 0 {
		return Head{SHA256: noEntry}, nil
	}
	content, err := c.bucket.Read(ctx, entryKey(low), maxEntry)
	if err != nil {
		return Head{}, fmt.Errorf("read the chain of reports: %w", err)
	}
	c.last.Store(int64(low))
	return Head{Sequence: low, SHA256: digest(content)}, nil
}

func (c *chain) exists(ctx context.Context, sequence int) (bool, error) {
	if sequence >= maxEntries {
		return false, errors.New("the chain of reports is full; begin another archive")
	}
	there, err := c.bucket.Exists(ctx, entryKey(sequence))
	if err != nil {
		return false, fmt.Errorf("read the chain of reports: %w", err)
	}
	return there, nil
}

// entry reads an entry without making sure who wrote it.
func (c *chain) entry(ctx context.Context, sequence int) (Entry, error) {
	content, err := c.bucket.Read(ctx, entryKey(sequence), maxEntry)
	if err != nil {
		return Entry{}, err
	}
	p, err := part(content)
	if err != nil {
		return Entry{}, err
	}
	return readEntry(p.body)
}

func readEntry(body []byte) (Entry, error) {
	var e Entry
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if decoder.Decode(&e) != nil || e.Sequence == 0 || e.Report == "" {
		return Entry{}, errors.New("it is not an entry of the chain")
	}
	return e, nil
}

// holds reports whether the entry of that number says that the report of that hash was
// archived.
func (c *chain) holds(ctx context.Context, sequence int, n reportName, sha256 string) (bool, error) {
	if sequence < 1 || sequence > maxEntries {
		return false, nil
	}
	e, err := c.entry(ctx, sequence)
	if err != nil {
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		return false, nil // what is wrong there is for a verification to say
	}
	return e.Event == Archived && e.Report == n.String() && e.SHA256 == sha256, nil
}

const (
	// maxAhead is how many entries are read at once by whoever follows the chain back,
	// and entryReaders how many of them at the same time.
	maxAhead     = 128
	entryReaders = 16
)

// back gives the entries to each from the chain's end to its beginning, until each has
// seen enough. Every entry names the hash of the one before, so that the signature of the
// last one vouches for all; it is checked if there are keys.
func (c *chain) back(ctx context.Context, keys Keyring, each func(Entry) (enough bool)) error {
	end, err := c.head(ctx)
	if err != nil {
		return err
	}
	last, hash := end.Sequence, end.SHA256
	for some := 1; last > 0; some = min(some*2, maxAhead) {
		contents, err := c.readBack(ctx, last, min(some, last))
		if err != nil {
			return err
		}
		for _, content := range contents {
			e, err := linked(content, last, hash)
			if err != nil {
				return err
			}
			if last == end.Sequence && len(keys) > 0 {
				if _, _, err := unseal(content, keys); err != nil {
					return fmt.Errorf("entry %d of the chain: %w", last, err)
				}
			}
			if each(e) {
				return nil
			}
			last, hash = last-1, e.Previous
		}
	}
	return nil
}

// on returns what the chain says last of the report, nil if nothing; a report on the
// same request that is newer, if the chain knows one that was not removed; and, of a report
// that the chain does not know, the other one under whose name its content was archived.
func (c *chain) on(ctx context.Context, n reportName, sha256 string, keys Keyring) (word *fate, newer, copied reportName, err error) {
	removed := map[reportName]bool{}
	err = c.back(ctx, keys, func(e Entry) bool {
		other, ok := parseName(e.Report)
		if ok && other != n && e.SHA256 == sha256 {
			copied = other
		}
		switch {
		case !ok || other.request() != n.request():
			return false
		case other == n:
			word = fateOf(e)
		case e.Event == Removed:
			removed[other] = true
		case other.number > n.number && !removed[other]:
			newer = other
		}
		return word != nil || newer != reportName{}
	})
	return word, newer, copied, err
}

// readBack reads some entries, the last one first.
func (c *chain) readBack(ctx context.Context, last, some int) ([][]byte, error) {
	contents := make([][]byte, some)
	reading, ctx := errgroup.WithContext(ctx)
	reading.SetLimit(entryReaders)
	for i := range contents {
		reading.Go(func() (err error) {
			if contents[i], err = c.bucket.Read(ctx, entryKey(last-i), maxEntry); err != nil {
				return fmt.Errorf("entry %d of the chain: %w", last-i, err)
			}
			return nil
		})
	}
	return contents, reading.Wait()
}

// linked reads an entry that must have the number and the hash.
func linked(content []byte, sequence int, hash string) (Entry, error) {
	p, err := part(content)
	if err != nil {
		return Entry{}, fmt.Errorf("entry %d of the chain: %w", sequence, err)
	}
	e, err := numbered(p.body, sequence)
	if err == nil && digest(content) != hash {
		err = fmt.Errorf("entry %d of the chain is not the one that entry %d follows: one of both was replaced", sequence, sequence+1)
	}
	return e, err
}

// numbered reads the body of an entry that must have the number.
func numbered(body []byte, sequence int) (Entry, error) {
	e, err := readEntry(body)
	if err != nil {
		return Entry{}, fmt.Errorf("entry %d of the chain: %w", sequence, err)
	}
	if e.Sequence != sequence {
		return Entry{}, fmt.Errorf("entry %d of the chain holds entry %d: entries were swapped", sequence, e.Sequence)
	}
	return e, nil
}
