package service_test

import (
	"reflect"
	"testing"
	"time"

	"regulars/internal/loyalty"
	"regulars/internal/service"
)

func fixedEvent(points int64) service.EventTypeFields {
	return service.EventTypeFields{Name: service.Given("Left a review"), Mode: service.Given("fixed"), Points: service.Given(points)}
}

func TestEventTypes(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	f := fixedEvent(50)
	f.MaxPerDay, f.CooldownSeconds = service.Given(int64(1)), service.Given(int64(60))
	made, err := c.events.Create(t.Context(), owner, service.CreateEventType{Key: "review", Fields: f})
	if err != nil || !made.Active || made.MaxPerDay != 1 || made.Cooldown != time.Minute {
		t.Fatalf("%+v, %v", made, err)
	}
	if _, err := c.events.Create(t.Context(), owner, service.CreateEventType{Key: "review", Fields: f}); loyalty.CodeOf(err) != loyalty.CodeConflict {
		t.Errorf("the same key again: %v", err)
	}
	changed, err := c.events.Change(t.Context(), owner, service.ChangeEventType{Ref: made.ID.String(), Fields: service.EventTypeFields{
		Mode: service.Given("variable"), Rate: service.Given(loyalty.Rate(5000)), MaxPerDay: service.Cleared[int64](), CooldownSeconds: service.Cleared[int64](),
	}})
	if err != nil || changed.Points != 0 || changed.Rate != 5000 || changed.MaxPerDay != 0 || changed.Cooldown != 0 || changed.Name != made.Name {
		t.Errorf("changed: %+v, %v", changed, err)
	}
	got, err := c.events.Get(t.Context(), owner, "review")
	if err != nil || got.Rate != 5000 || got.Mode != loyalty.EventVariable {
		t.Errorf("kept: %+v, %v", got, err)
	}
	if list, err := c.events.List(t.Context(), owner); err != nil || len(list) != 1 {
		t.Errorf("list %+v, %v", list, err)
	}
	c.Exec(t, `INSERT INTO event_counts VALUES ($1, $2, $3, '2026-03-10', 1, now())`, org.String(), ada.String(), made.ID.String())
	if deleted, err := c.events.Delete(t.Context(), owner, "review"); err != nil || deleted {
		t.Errorf("one that was used: deleted %v, %v", deleted, err)
	}
	if got, err := c.events.Get(t.Context(), owner, "review"); err != nil || got.Active {
		t.Errorf("deactivated: %+v, %v", got, err)
	}
	c.Exec(t, `DELETE FROM event_counts`)
	if deleted, err := c.events.Delete(t.Context(), owner, "review"); err != nil || !deleted {
		t.Errorf("one that was not: deleted %v, %v", deleted, err)
	}
}

func TestEventTypeValidation(t *testing.T) {
	t.Parallel()
	c := newCatalog(t)
	for name, tt := range map[string]struct {
		key   string
		spoil func(f *service.EventTypeFields)
		want  []string
	}{
		"nothing":            {"", func(f *service.EventTypeFields) { *f = service.EventTypeFields{} }, []string{"key", "name", "mode"}},
		"a key in capitals":  {"Review", func(*service.EventTypeFields) {}, []string{"key"}},
		"a key of 65":        {long(65), func(*service.EventTypeFields) {}, []string{"key"}},
		"an unknown mode":    {"a", func(f *service.EventTypeFields) { f.Mode = service.Given("other") }, []string{"mode"}},
		"fixed at nothing":   {"a", func(f *service.EventTypeFields) { f.Points = service.Given(int64(0)) }, []string{"points"}},
		"fixed without any":  {"a", func(f *service.EventTypeFields) { f.Points = service.Field[int64]{} }, []string{"points"}},
		"fixed with a rate":  {"a", func(f *service.EventTypeFields) { f.Rate = service.Given(loyalty.Rate(1)) }, []string{"pointsPerUnit"}},
		"variable by points": {"a", func(f *service.EventTypeFields) { f.Mode = service.Given("variable") }, []string{"points", "pointsPerUnit"}},
		"limits of nothing": {"a", func(f *service.EventTypeFields) {
			f.MaxPerDay, f.CooldownSeconds = service.Given(int64(0)), service.Given(int64(-1))
		}, []string{"maxPerCustomerPerDay", "cooldownSeconds"}},
	} {
		f := fixedEvent(5)
		tt.spoil(&f)
		_, err := c.events.Create(t.Context(), owner, service.CreateEventType{Key: tt.key, Fields: f})
		if got := problems(err); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: problems with %v, want %v (%v)", name, got, tt.want, err)
		}
	}
}
