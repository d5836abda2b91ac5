package service_test

import (
	"testing"
	"time"

	"regulars/internal/anomaly"
	"regulars/internal/loyalty"
	"regulars/internal/service"
)

// Findings that wait, or come while an organization rests, are kept in few
// transactions, and one that can't be kept does not take the others along.
func TestFindingsAreKeptTogether(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name         string
		apart        time.Duration // between two awards; 0 has all wait for the last
		broken       int64         // points of the award whose finding can't be kept
		kept, most   int64
		transactions string
	}{
		{"all are good", 0, 0, 20, 3, "few"},
		{"as they come", 15 * time.Millisecond, 0, 20, 8, "few"},
		{"one can't be kept", 0, 7, 19, 19, "one each"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			posted := make(chan struct{})
			if test.apart > 0 {
				close(posted)
			}
			s.Ledger.DetectWith(func(_ anomaly.Settings, e anomaly.Event, _ anomaly.Recent) ([]anomaly.Signal, error) {
				<-posted
				sig := anomaly.Signal{
					Kind: anomaly.RapidEarning, Key: anomaly.Key{Of: anomaly.OfCustomer, ID: e.Customer}, At: e.At, Score: 6,
					Severity: anomaly.SeverityOf(6, false), Description: "x",
				}
				sig.Evidence.Transactions = []anomaly.ID{e.ID}
				if e.Points == test.broken {
					sig.Description = "\x00"
				}
				return []anomaly.Signal{sig}, nil
			})
			for n := range 20 {
				time.Sleep(test.apart)
				if _, err := s.Ledger.Award(t.Context(), owner, service.AwardPoints{Customer: service.CustomerRef{ID: ada}, Points: loyalty.Points(1 + n), Reason: "x"}); err != nil {
					t.Fatal(err)
				}
			}
			if test.apart == 0 {
				close(posted)
			}
			list := s.cases("rapid_earning")
			if len(list) != 1 || int64(list[0].TransactionCount) != test.kept {
				t.Errorf("cases %+v, want one of %d awards", list, test.kept)
			}
			if n := number(t, s.db, `SELECT count(DISTINCT xmin::text) FROM anomaly_signals`); n > test.most {
				t.Errorf("kept in %d transactions, want %s", n, test.transactions)
			}
		})
	}
}

// Claims of one receipt count those before, also when they are examined in one
// go.
func TestClaimsThatWaitCountEachOther(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	posted := make(chan struct{})
	s.Ledger.DetectWith(func(o anomaly.Settings, e anomaly.Event, r anomaly.Recent) ([]anomaly.Signal, error) {
		<-posted
		return anomaly.Examine(o, e, r)
	})
	receipt := s.order(lucia, "1", ada, 3000)
	for n := range byte(4) {
		other := id(80 + n)
		guest(t, s.db, other, "Guest")
		s.at(noon.Add(time.Duration(n) * time.Second))
		change := service.ChangeOrder{StoreID: store, OrderID: receipt.ID, Customer: service.CustomerRef{ID: other}}
		if _, err := s.Ledger.Change(t.Context(), lucia, change); loyalty.CodeOf(err) != loyalty.CodeConflict {
			t.Fatalf("claimed: %v", err)
		}
	}
	close(posted)
	if n := len(s.cases("duplicate_claim")); n != 2 {
		t.Errorf("%d cases, want those of the third and the fourth who asked", n)
	}
	if n := number(t, s.db, `SELECT count(DISTINCT score) FROM anomaly_signals WHERE type = 'duplicate_claim'`); n != 4 {
		t.Errorf("%d weights, want each claim to weigh more than the one before", n)
	}
}
