package engine

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"

	"github.com/gofrs/flock"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/metrics"
	"go.temporal.io/server/common/persistence/sql"
	"go.temporal.io/server/common/persistence/sql/sqlplugin"
	"go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	"go.temporal.io/server/common/resolver"
	schema "go.temporal.io/server/schema/sqlite"
)

// A store is the SQLite database of an engine.
type store struct {
	sql  *config.SQL
	lock *flock.Flock // nil in memory
}

// opened numbers the databases that this process has opened. Temporal's SQLite plugin never closes a connection and
// hands it out again for the same data source name; the number makes the name differ, so that an engine started again
// on a file that was replaced meanwhile does not write into the old one.
var opened atomic.Int64

// openStore opens or makes the database and sees to it that it holds the namespace of o.
func openStore(ctx context.Context, o Options) (*store, error) {
	s := &store{sql: inMemory()}
	if o.File != "" {
		var err error
		if s, err = inFile(o.File); err != nil {
			return nil, err
		}
	}
	if err := s.prepare(ctx, o); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func inMemory() *config.SQL {
	return &config.SQL{
		PluginName:        sqlite.PluginName,
		DatabaseName:      fmt.Sprintf("engine%d", opened.Add(1)),
		ConnectAttributes: map[string]string{"mode": "memory", "cache": "shared"},
	}
}

// inFile makes the file when it is missing, readable by its owner only, and locks it against a second engine.
func inFile(file string) (*store, error) {
	file, err := filepath.Abs(file)
	if err != nil {
		return nil, fmt.Errorf("find the engine's file: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the engine's file: %w", err)
	}
	lock := flock.New(file+".lock", flock.SetPermissions(0o600))
	switch locked, err := lock.TryLock(); {
	case err != nil:
		return nil, fmt.Errorf("lock the engine's file: %w", err)
	case !locked:
		return nil, fmt.Errorf("%s is in use by another engine", file)
	}
	s := &store{lock: lock}
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the operator names the file
	if err != nil {
		s.close()
		return nil, fmt.Errorf("open the engine's file: %w", err)
	}
	if err := f.Close(); err != nil {
		s.close()
		return nil, fmt.Errorf("open the engine's file: %w", err)
	}
	s.sql = &config.SQL{
		PluginName: sqlite.PluginName,
		// It becomes the path of a URI.
		DatabaseName: (&url.URL{Path: filepath.ToSlash(file)}).EscapedPath(),
		ConnectAttributes: map[string]string{
			"mode":         "rw",
			"journal_mode": "wal",
			// A commit returns when it is on the disk, not when the operating system has promised to write it.
			"synchronous": "full",
			"fullfsync":   "on",
			// Somebody may be taking a backup.
			"busy_timeout": "10000",
			// SQLite ignores it, see opened.
			"setup": strconv.FormatInt(opened.Add(1), 10),
		},
	}
	return s, nil
}

func (s *store) prepare(ctx context.Context, o Options) error {
	if err := s.createTables(); err != nil {
		return fmt.Errorf("set up the engine's tables: %w", err)
	}
	if err := s.ensureNamespace(ctx, o); err != nil {
		return fmt.Errorf("set up namespace %s: %w", o.Namespace, err)
	}
	return nil
}

// createTables fills an empty database with Temporal's tables, all or none. The plugin does so itself in memory.
func (s *store) createTables() error {
	db, err := s.admin()
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	tables, err := db.ListTables("")
	if err != nil || len(tables) > 0 {
		return err
	}
	// The database has one connection, which makes this a transaction.
	if err := db.Exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if err := schema.SetupSchemaOnDB(db); err != nil {
		_ = db.Exec("ROLLBACK")
		return err
	}
	return db.Exec("COMMIT")
}

// close puts everything into the one file, so that it can be copied, and unlocks it.
func (s *store) close() {
	if s.lock == nil {
		return
	}
	if s.sql != nil {
		// What fails here costs nothing but tidiness: the next start reads the write-ahead log.
		if db, err := s.admin(); err == nil {
			_ = db.Exec("PRAGMA wal_checkpoint(TRUNCATE)")
			_ = db.Close()
		}
	}
	_ = s.lock.Unlock()
}

func (s *store) admin() (sqlplugin.AdminDB, error) {
	return sql.NewSQLAdminDB(sqlplugin.DbKindMain, s.sql, resolver.NewNoopResolver(), log.NewNoopLogger(),
		metrics.NoopMetricsHandler)
}
