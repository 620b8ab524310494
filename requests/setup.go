package requests

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"go.temporal.io/api/enums/v1"
	namespacepb "go.temporal.io/api/namespace/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"google.golang.org/protobuf/types/known/durationpb"

	"ite.digital/lethe/activities"
	"ite.digital/lethe/workflows"
)

// AttributeSubject is the search attribute by which requests of one subject are
// found: a keyed hash of each identifier that the request was handed in with.
const AttributeSubject = activities.AttributeSubject

var (
	attributeSubject = temporal.NewSearchAttributeKeyKeywordList(AttributeSubject)
	attributeKind    = temporal.NewSearchAttributeKeyKeyword(workflows.AttributeKind)
)

// SearchAttributes are those that a namespace must have, with their types.
func SearchAttributes() map[string]enums.IndexedValueType {
	return map[string]enums.IndexedValueType{
		AttributeSubject:             enums.INDEXED_VALUE_TYPE_KEYWORD_LIST,
		workflows.AttributeKind:      enums.INDEXED_VALUE_TYPE_KEYWORD,
		workflows.AttributeStatus:    enums.INDEXED_VALUE_TYPE_KEYWORD,
		workflows.AttributeDueAt:     enums.INDEXED_VALUE_TYPE_DATETIME,
		workflows.AttributeAttention: enums.INDEXED_VALUE_TYPE_KEYWORD_LIST,
	}
}

// SetUp gives the namespace what it lacks and returns the names of what was
// added. It can be run again at any time. A retention, if given, is how long
// Temporal keeps what has ended.
func SetUp(ctx context.Context, c client.Client, namespace string, retention time.Duration) (added []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, submitTimeout)
	defer cancel()
	if retention > 0 {
		_, err := c.WorkflowService().UpdateNamespace(ctx, &workflowservice.UpdateNamespaceRequest{
			Namespace: namespace, Config: &namespacepb.NamespaceConfig{WorkflowExecutionRetentionTtl: durationpb.New(retention)},
		})
		if err != nil {
			return nil, explain(err)
		}
	}
	operator := c.OperatorService()
	there, err := operator.ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: namespace})
	if err != nil {
		return nil, explain(err)
	}
	missing := map[string]enums.IndexedValueType{}
	for name, kind := range SearchAttributes() {
		found, ok := there.GetCustomAttributes()[name]
		switch {
		case !ok:
			missing[name] = kind
		case found != kind:
			return nil, fmt.Errorf("the search attribute %s exists as %s, not as %s; remove it or use another namespace", name, found, kind)
		}
	}
	if len(missing) == 0 {
		return nil, nil
	}
	_, err = operator.AddSearchAttributes(ctx, &operatorservice.AddSearchAttributesRequest{Namespace: namespace, SearchAttributes: missing})
	var exists *serviceerror.AlreadyExists
	if err != nil && !errors.As(err, &exists) { // another set-up may have been faster
		return nil, explain(err)
	}
	return slices.Sorted(maps.Keys(missing)), nil
}
