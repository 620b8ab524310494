package vault

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// numbered lists the names of the keys that begin with prefix and end with a
// number, oldest first. The highest number is in use.
func (v *Vault) numbered(ctx context.Context, prefix string) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	var numbers []int
	for object, err := range v.store.List(ctx, keyObjectPrefix+prefix) {
		if err != nil {
			return nil, unavailable("list the keys", err)
		}
		number, err := strconv.Atoi(strings.TrimSuffix(strings.TrimPrefix(object, keyObjectPrefix+prefix), ".json"))
		if err == nil {
			numbers = append(numbers, number)
		}
	}
	slices.Sort(numbers)
	names := make([]string, len(numbers))
	for i, number := range numbers {
		names[i] = prefix + strconv.Itoa(number)
	}
	return names, nil
}

// rotate makes the next of the keys that begin with prefix, and returns its name.
func (v *Vault) rotate(ctx context.Context, prefix string) (string, error) {
	names, err := v.numbered(ctx, prefix)
	if err != nil {
		return "", err
	}
	next := 1
	if len(names) > 0 {
		last, err := strconv.Atoi(strings.TrimPrefix(names[len(names)-1], prefix))
		if err != nil {
			return "", errors.New("the newest key has no number")
		}
		next = last + 1
	}
	name := prefix + strconv.Itoa(next)
	if err := v.Ensure(ctx, name); err != nil {
		return "", fmt.Errorf("make the key %s: %w", name, err)
	}
	return name, nil
}
