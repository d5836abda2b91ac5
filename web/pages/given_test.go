package pages

import (
	"testing"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// An undoing that broke off can be asked for again, so that it comes to its
// end, also where nothing is left to be taken.
func TestTakingTheRestBackIsNeverHidden(t *testing.T) {
	t.Parallel()
	b := loyalty.BulkAward{ID: loyalty.ID{1}, State: loyalty.BulkCompleted, Points: 200, Awarded: 3}
	v := service.BulkUndoPreview{Known: true, Currency: "USD", BulkLeft: loyalty.BulkLeft{Spent: 600}}
	if p := takeBackProps(t.Context(), b, v); !p.Nothing {
		t.Errorf("%+v", p)
	}
	b.State, b.Undo.ID = loyalty.BulkFailed, loyalty.ID{2}
	if p := takeBackProps(t.Context(), b, v); p.Nothing || p.Submit != "Take the rest back" {
		t.Errorf("%+v", p)
	}
}
