package engine

import (
	"context"
	databasesql "database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/server/api/persistence/v1"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/metrics"
	"go.temporal.io/server/common/persistence/serialization"
	"go.temporal.io/server/common/persistence/sql"
	"go.temporal.io/server/common/persistence/sql/sqlplugin"
	"go.temporal.io/server/common/resolver"
	"go.temporal.io/server/common/searchattribute/sadefs"
	schema "go.temporal.io/server/schema/sqlite"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
)

// ensureNamespace creates the namespace or brings an existing one up to what o asks for. It writes the tables before
// the server starts: through the server's API it would take seconds until all its caches know.
func (s *store) ensureNamespace(ctx context.Context, o Options) error {
	db, err := sql.NewSQLDB(sqlplugin.DbKindMain, s.sql, resolver.NewNoopResolver(), log.NewNoopLogger(),
		metrics.NoopMetricsHandler)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()

	rows, err := db.SelectFromNamespace(ctx, sqlplugin.NamespaceFilter{Name: &o.Namespace})
	switch {
	case errors.Is(err, databasesql.ErrNoRows):
		return s.createNamespace(o)
	case err != nil:
		return err
	}
	return updateNamespace(ctx, db, rows[0], o)
}

func (s *store) createNamespace(o Options) error {
	namespace, err := schema.NewNamespaceConfig(clusterName, o.Namespace, false, nil)
	if err != nil {
		return err
	}
	if o.Retention == 0 {
		o.Retention = defaultRetention
	}
	if err := configure(namespace.Detail.Config, o); err != nil {
		return err
	}
	return schema.CreateNamespaces(s.sql, namespace)
}

func updateNamespace(ctx context.Context, db sqlplugin.DB, row sqlplugin.NamespaceRow, o Options) error {
	serializer := serialization.NewSerializer()
	encoding, err := enums.EncodingTypeFromString(row.DataEncoding)
	if err != nil {
		return err
	}
	detail, err := serializer.NamespaceDetailFromBlob(&commonpb.DataBlob{Data: row.Data, EncodingType: encoding})
	if err != nil {
		return err
	}
	before := proto.Clone(detail.Config)
	if err := configure(detail.Config, o); err != nil || proto.Equal(before, detail.Config) {
		return err
	}
	detail.ConfigVersion++
	blob, err := serializer.NamespaceDetailToBlob(detail)
	if err != nil {
		return err
	}
	row.Data, row.DataEncoding = blob.GetData(), blob.GetEncodingType().String()
	_, err = db.UpdateNamespace(ctx, &row)
	return err
}

// configure sets what o asks for and leaves the rest as it is.
func configure(c *persistence.NamespaceConfig, o Options) error {
	if o.Retention != 0 {
		c.Retention = durationpb.New(o.Retention)
	}
	aliases, err := addSearchAttributes(c.CustomSearchAttributeAliases, o.SearchAttributes)
	if err != nil {
		return err
	}
	c.CustomSearchAttributeAliases = aliases
	return nil
}

// addSearchAttributes returns the column → name map of a namespace with what is missing of wanted added. The database
// has a fixed set of columns of each type, and a search attribute is a name for one of them.
func addSearchAttributes(
	columns map[string]string, wanted map[string]enums.IndexedValueType,
) (map[string]string, error) {
	types := sadefs.GetDBIndexSearchAttributes(nil).GetCustomSearchAttributes()
	candidates := slices.Sorted(maps.Keys(types))
	all := make(map[string]string, len(columns)+len(wanted))
	existing := make(map[string]enums.IndexedValueType, len(columns))
	for column, name := range columns {
		all[column] = name
		existing[name] = types[column]
	}
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		if have, ok := existing[name]; ok {
			if have != wanted[name] {
				return nil, fmt.Errorf("search attribute %s exists as %s, not as %s", name, have, wanted[name])
			}
			continue
		}
		i := slices.IndexFunc(candidates, func(column string) bool {
			_, taken := all[column]
			return !taken && types[column] == wanted[name]
		})
		if i < 0 {
			return nil, fmt.Errorf("no room for search attribute %s: SQLite has no further column of type %s", name,
				wanted[name])
		}
		all[candidates[i]] = name
	}
	return all, nil
}
