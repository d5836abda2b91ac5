package main

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"regulars/internal/jobs"
	"regulars/internal/postgres/pgtest"
	"regulars/internal/service"
	"regulars/web"
)

const ops = "../../ops"

// The dashboard asks for what the server shows, by its exact name.
func TestDashboardAsksForMetricsThereAre(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	if err := db.Migrate(t.Context(), jobs.Migrate); err != nil {
		t.Fatal(err)
	}
	registry, err := newRegistry(db.DB)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	app := web.New(web.Deps{Log: log, Services: service.New(db, time.Now, log), Metrics: registry, SessionKey: make([]byte, 32)})
	for _, path := range []string{"/healthz", "/none"} {
		if _, err := app.Test(httptest.NewRequest(http.MethodGet, path, nil), -1); err != nil {
			t.Fatal(err)
		}
	}
	there := map[string]bool{}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		there[f.GetName()] = true
		there[f.GetName()+"_bucket"], there[f.GetName()+"_count"] = true, true
	}
	for _, own := range []string{"regulars_queue_jobs", "regulars_detector_lag_seconds", "regulars_audit_unsealed_rows", "regulars_pool_wait_seconds_total"} {
		if !there[own] {
			t.Errorf("%s isn't shown", own)
		}
	}
	content, err := os.ReadFile(filepath.Join(ops, "grafana", "regulars.json"))
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(content, &dashboard); err != nil {
		t.Fatal(err)
	}
	asked := 0
	for _, p := range dashboard.Panels {
		for _, target := range p.Targets {
			for _, name := range regexp.MustCompile(`(regulars|process|go)_[a-z_]+`).FindAllString(target.Expr, -1) {
				if asked++; !there[name] {
					t.Errorf("%s asks for %s", p.Title, name)
				}
			}
		}
	}
	if asked < 10 {
		t.Errorf("it asks for %d metrics only", asked)
	}
}

// The scripts are at least shell; what they do, the fault suite tries.
func TestScriptsAreShell(t *testing.T) {
	t.Parallel()
	scripts, err := filepath.Glob(filepath.Join(ops, "*.sh"))
	if err != nil || len(scripts) < 3 {
		t.Fatalf("%v, %v", scripts, err)
	}
	for _, s := range scripts {
		if out, err := exec.Command("sh", "-n", s).CombinedOutput(); err != nil {
			t.Errorf("%s: %s", s, out)
		}
	}
}

// The script for a distributed database says of every table where it lives, in
// an order that its foreign keys allow. Citus itself isn't there: what the
// script calls is stood in for, and refuses what Citus refuses.
func TestEveryTableIsDistributed(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	if err := db.Migrate(t.Context(), jobs.Migrate); err != nil {
		t.Fatal(err)
	}
	script, err := os.ReadFile(filepath.Join(ops, "citus.sql"))
	if err != nil {
		t.Fatal(err)
	}
	db.Exec(t, `
		CREATE SCHEMA stand_in;
		CREATE TABLE stand_in.pg_dist_partition (logicalrelid regclass, how text);
		CREATE FUNCTION stand_in.lay(p regclass, how text) RETURNS void LANGUAGE plpgsql AS $$
		BEGIN
			IF EXISTS (SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conrelid = p AND f.confrelid <> p
				AND NOT EXISTS (SELECT FROM stand_in.pg_dist_partition d WHERE d.logicalrelid = f.confrelid)) THEN
				RAISE EXCEPTION '% comes before what it points at', p;
			END IF;
			IF how = 'distributed' AND EXISTS (SELECT FROM pg_index i WHERE i.indrelid = p AND i.indisunique AND NOT EXISTS (
				SELECT FROM pg_attribute a WHERE a.attrelid = p AND a.attname = 'organization_id' AND a.attnum = ANY (i.indkey::int2[]))
				AND pg_get_indexdef(i.indexrelid) NOT LIKE '%hash)') THEN
				RAISE EXCEPTION '% has a key without the organization', p;
			END IF;
			INSERT INTO stand_in.pg_dist_partition VALUES (p, how);
		END $$;
		CREATE FUNCTION stand_in.create_reference_table(p regclass) RETURNS void LANGUAGE sql AS $$ SELECT stand_in.lay(p, 'reference') $$;
		CREATE FUNCTION stand_in.create_distributed_table(p regclass, k text, colocate_with text) RETURNS void LANGUAGE sql AS $$ SELECT stand_in.lay(p, 'distributed') $$;
		CREATE FUNCTION stand_in.create_distributed_function(p regprocedure, k text, colocate_with text) RETURNS void LANGUAGE sql AS $$ SELECT $$;`)
	text := strings.Replace(string(script), "CREATE EXTENSION IF NOT EXISTS citus;", "SET search_path = public, stand_in;", 1)
	for range 2 { // once more changes nothing
		db.Exec(t, text+"; RESET search_path")
	}
	var laid, tenants int
	const q = `SELECT (SELECT count(*) FROM stand_in.pg_dist_partition), (SELECT count(*) FROM information_schema.columns
		WHERE table_schema = 'public' AND column_name = 'organization_id' AND is_nullable = 'NO') + 1`
	if err := db.SQL.QueryRowContext(t.Context(), q).Scan(&laid, &tenants); err != nil || laid != tenants {
		t.Errorf("%d of %d tables have a place, %v", laid, tenants, err)
	}
}
