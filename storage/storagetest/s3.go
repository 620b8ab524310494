// Package storagetest simulates object storage for tests: a server that speaks as much
// of Amazon S3's protocol as package storage uses, counts what it is asked for, and can
// lack what S3-compatible stores lack.
package storagetest

import (
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// A Lack is what a store lacks of S3.
type Lack int

const (
	// Nothing is lacking.
	Nothing Lack = iota
	// Conditions: If-None-Match is ignored.
	Conditions
	// Atomicity: writers that arrive while another one has looked and not yet
	// written all succeed; one that comes later does not.
	Atomicity
	// Implementation: a request with If-None-Match is answered with 501.
	Implementation
	// Decision: the first conditional write of each object is answered with 409
	// and asked for again.
	Decision
	// Consistency: an object that was just written cannot be read yet.
	Consistency
)

// maxBody bounds the size of an object, in bytes.
const maxBody = 16 << 20

// stores numbers the buckets, so that no two tests share one.
var stores atomic.Int64

// A Store is a bucket that a server on the loopback interface keeps in memory.
type Store struct {
	server *httptest.Server
	bucket string
	lack   Lack

	mu      sync.Mutex
	objects map[string][]byte
	asked   map[string]bool
	counts  map[string]int
	// crowd is closed once all writers have looked that [Atomicity] waits for.
	crowd   chan struct{}
	looking int
	down    bool
	before  func(method, name string)
}

// crowded is how many writers look before one of them writes, where a store lacks
// [Atomicity].
const crowded = 2

// New starts a store that lacks what it is said to lack; the test's end stops it.
func New(t testing.TB, lack Lack) *Store {
	t.Helper()
	s := &Store{
		bucket: fmt.Sprintf("bucket-%d", stores.Add(1)), lack: lack,
		objects: map[string][]byte{}, asked: map[string]bool{}, counts: map[string]int{}, crowd: make(chan struct{}),
	}
	s.server = httptest.NewServer(s)
	t.Cleanup(s.server.Close)
	return s
}

// URL is what package storage opens the store by.
func (s *Store) URL() string {
	query := url.Values{
		"endpoint": {s.server.URL}, "region": {"eu-west-3"}, "anonymous": {"true"}, "use_path_style": {"true"},
		"hostname_immutable": {"true"}, "request_checksum_calculation": {"when_required"}, "response_checksum_validation": {"when_required"},
	}
	return "s3://" + s.bucket + "?" + query.Encode()
}

// Put stores an object without a request.
func (s *Store) Put(name string, content []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects[name] = content
}

// Get returns an object without a request; nil if there is none.
func (s *Store) Get(name string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.objects[name]
}

// Delete removes an object without a request.
func (s *Store) Delete(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.objects, name)
}

// Names lists all objects, in order.
func (s *Store) Names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.objects))
}

// TakeDown makes the store answer every request with 403 until it is taken up again.
func (s *Store) TakeDown(down bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = down
}

// Before has a function called before each request is answered, with its method and the
// name of its object. For lists, that is "LIST" and the prefix.
func (s *Store) Before(do func(method, name string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before = do
}

// Count returns how many requests of the method there were since the last [Store.Reset].
// Lists count as "LIST".
func (s *Store) Count(method string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts[method]
}

// Reset forgets the requests that were counted.
func (s *Store) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.counts)
}

// ServeHTTP implements [http.Handler].
func (s *Store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, found := strings.CutPrefix(r.URL.Path, "/"+s.bucket)
	name = strings.TrimPrefix(name, "/")
	method := r.Method
	if name == "" && method == http.MethodGet {
		method, name = "LIST", r.URL.Query().Get("prefix")
	}
	s.mu.Lock()
	s.counts[method]++
	down, before := s.down, s.before
	s.mu.Unlock()
	if before != nil {
		before(method, name)
	}
	switch {
	case !found:
		refuse(w, http.StatusNotFound, "NoSuchBucket")
	case down:
		refuse(w, http.StatusForbidden, "AccessDenied")
	case method == "LIST":
		s.list(w, r.URL.Query())
	case method == http.MethodPut:
		s.put(w, r, name)
	case method == http.MethodGet || method == http.MethodHead:
		s.get(w, method, name)
	case method == http.MethodDelete:
		s.Delete(name)
		w.WriteHeader(http.StatusNoContent)
	default:
		refuse(w, http.StatusMethodNotAllowed, "MethodNotAllowed")
	}
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<Error><Code>%s</Code><Message>refused</Message></Error>", code)
}

func (s *Store) get(w http.ResponseWriter, method, name string) {
	s.mu.Lock()
	content, found := s.objects[name]
	s.mu.Unlock()
	if !found || s.lack == Consistency && method == http.MethodGet {
		refuse(w, http.StatusNotFound, "NoSuchKey")
		return
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(content)))
	w.Header().Set("Last-Modified", "Mon, 02 Mar 2026 09:30:00 GMT")
	_, _ = w.Write(content)
}

func (s *Store) put(w http.ResponseWriter, r *http.Request, name string) {
	content, err := body(r)
	if err != nil {
		refuse(w, http.StatusBadRequest, "IncompleteBody")
		return
	}
	conditional := r.Header.Get("If-None-Match") == "*"
	switch {
	case conditional && s.lack == Implementation:
		refuse(w, http.StatusNotImplemented, "NotImplemented")
		return
	case conditional && s.lack == Decision && s.first(name):
		refuse(w, http.StatusConflict, "ConditionalRequestConflict")
		return
	case conditional && s.lack == Atomicity && s.Get(name) == nil:
		s.waitForOthers()
		conditional = false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, there := s.objects[name]; there && conditional && s.lack != Conditions {
		refuse(w, http.StatusPreconditionFailed, "PreconditionFailed")
		return
	}
	s.objects[name] = content
	w.WriteHeader(http.StatusOK)
}

// first reports whether nobody has asked for the object before.
func (s *Store) first(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := !s.asked[name]
	s.asked[name] = true
	return first
}

// waitForOthers returns once several writers have looked.
func (s *Store) waitForOthers() {
	s.mu.Lock()
	if s.looking++; s.looking == crowded {
		close(s.crowd)
	}
	s.mu.Unlock()
	<-s.crowd
}

// body reads an object, which may come in signed chunks.
func body(r *http.Request) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil || len(content) > maxBody {
		return nil, errors.Join(err, errors.New("the object is too large"))
	}
	if !strings.Contains(r.Header.Get("Content-Encoding"), "aws-chunked") {
		return content, nil
	}
	var whole []byte
	for lines := bufio.NewReader(bytes.NewReader(content)); ; {
		line, err := lines.ReadString('\n')
		if err != nil {
			return nil, err
		}
		size, _, _ := strings.Cut(strings.TrimSpace(line), ";")
		length, err := strconv.ParseInt(size, 16, 32)
		if err != nil || length > maxBody {
			return nil, errors.New("a chunk has no length")
		}
		if length == 0 {
			return whole, nil
		}
		chunk := make([]byte, length+2) // with the end of the line
		if _, err := io.ReadFull(lines, chunk); err != nil {
			return nil, err
		}
		whole = append(whole, chunk[:length]...)
	}
}

// A listed is an answer of ListObjectsV2.
type listed struct {
	XMLName     xml.Name `xml:"ListBucketResult"`
	IsTruncated bool
	NextToken   string `xml:"NextContinuationToken,omitempty"`
	Contents    []object
}

type object struct {
	Key          string
	Size         int
	LastModified string
}

func (s *Store) list(w http.ResponseWriter, query url.Values) {
	most, err := strconv.Atoi(query.Get("max-keys"))
	if err != nil {
		most = 1000
	}
	var answer listed
	for _, name := range s.Names() {
		if !strings.HasPrefix(name, query.Get("prefix")) || name <= query.Get("continuation-token") {
			continue
		}
		if len(answer.Contents) == most {
			answer.IsTruncated, answer.NextToken = true, answer.Contents[most-1].Key
			break
		}
		answer.Contents = append(answer.Contents, object{Key: name, Size: len(s.Get(name)), LastModified: "2026-03-02T09:30:00Z"})
	}
	w.Header().Set("Content-Type", "application/xml")
	_ = xml.NewEncoder(w).Encode(answer)
}
