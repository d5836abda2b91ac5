package pages

import (
	"testing"

	"regulars/internal/loyalty"
	"regulars/views/rewards"
	"regulars/views/till"
)

// The till and the guest's card show the picture that the editor showed.
func TestRewardsLookTheSameEverywhere(t *testing.T) {
	t.Parallel()
	for _, kind := range loyalty.RewardTypes() {
		if editor, card := rewards.Icon(string(kind), ""), till.Icon(string(kind), ""); editor != card {
			t.Errorf("%s is %s in the editor and %s on the card", kind, editor, card)
		}
	}
}
