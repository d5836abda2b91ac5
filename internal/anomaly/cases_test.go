package anomaly

import (
	"testing"
	"time"
)

// about is a signal on a customer.
func about(customer byte, kind Kind, score float64, at time.Time) Signal {
	s := customerSignal(kind, Event{ID: id(1), Store: id(2), Customer: id(customer), At: at, Points: 100})
	s.Score = score
	return s.finish("%s", string(kind))
}

func TestCasesGrow(t *testing.T) {
	t.Parallel()
	b := NewBook(DefaultSettings().Cases)
	if c, _ := b.Add(about(3, SplitOrders, 2, noon)); c != nil {
		t.Error("a weak signal opened a case")
	}
	first, opened := b.Add(about(3, SplitOrders, 4, noon))
	if !opened {
		t.Fatal("a strong signal opened nothing")
	}
	steps := []struct {
		signal Signal
		score  float64
	}{
		{about(3, RapidEarning, 5, noon.Add(time.Hour)), 5},        // the same family: the best counts
		{about(3, SplitOrders, 3, noon.Add(2*time.Hour)), 5},       // weaker: nothing changes
		{about(3, UnusualAmount, 1, noon.Add(20*24*time.Hour)), 6}, // another family adds
	}
	for _, step := range steps {
		c, opened := b.Add(step.signal)
		if c != first || opened || c.Score() != step.score {
			t.Errorf("%s: got case %+v opened %v, want the first with score %v", step.signal.Kind, c, opened, step.score)
		}
	}
	if first.Points != 400 || first.Kind != RapidEarning || first.Severity() != High {
		t.Errorf("got %d points, %s, %s", first.Points, first.Kind, first.Severity())
	}
	if c, opened := b.Add(about(3, RapidEarning, 5, noon.Add(60*24*time.Hour))); !opened || c == first {
		t.Error("a story that had ended went on")
	}
}

func TestOneStoryOneCase(t *testing.T) {
	t.Parallel()
	b := NewBook(DefaultSettings().Cases)
	fed := about(3, RapidEarning, 5, noon)
	fed.Names = []ID{id(3), id(9)}
	first, _ := b.Add(fed)
	other := about(4, RapidEarning, 5, noon.Add(time.Hour))
	other.Names = []ID{id(4), id(9)}
	if c, opened := b.Add(other); opened || c != first {
		t.Error("the same cashier's next account opened another case")
	}
	if c, opened := b.Add(about(4, SplitOrders, 5, noon.Add(2*time.Hour))); opened || c != first {
		t.Error("an account of the story opened another case")
	}
	if c, opened := b.Add(about(5, SplitOrders, 5, noon.Add(2*time.Hour))); !opened || c == first {
		t.Error("a stranger was put into the story")
	}
	if !NamesPerson(first.Names, id(9), ID{}) || !NamesPerson(first.Names, id(77), id(4)) || NamesPerson(first.Names, id(77), id(78)) {
		t.Errorf("got names %v: the cashier and the owner of account 4 must not decide, a third must", first.Names)
	}
}

func TestBudget(t *testing.T) {
	t.Parallel()
	b := NewBook(DefaultSettings().Cases)
	for n := range byte(5) {
		c, _ := b.Add(about(10+n, SplitOrders, 4, noon))
		if want := n >= 3; c.BelowLine != want {
			t.Errorf("case %d of the week: below the line is %v, want %v", n+1, c.BelowLine, want)
		}
	}
	hard := about(30, DuplicateClaim, 0, noon)
	hard.Hard = true
	if c, _ := b.Add(hard); c.BelowLine {
		t.Error("a broken rule went below the line")
	}
	if c, _ := b.Add(about(40, SplitOrders, 4, noon.Add(7*24*time.Hour))); c.BelowLine {
		t.Error("last week's cases counted for this one")
	}
}
