package loyalty

import "context"

type withinKey struct{}

// Within has everything done under the returned context see the organization's
// data alone, whatever it asks for. It stands behind the filters of the
// repository as a second wall, and decides nothing by itself.
func Within(ctx context.Context, orgID ID) context.Context {
	return context.WithValue(ctx, withinKey{}, orgID)
}

// WithinOf is the organization that ctx was confined to; zero for none.
func WithinOf(ctx context.Context) ID {
	id, _ := ctx.Value(withinKey{}).(ID) //nolint:errcheck // the zero ID is the answer
	return id
}
