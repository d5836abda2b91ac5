.PHONY: detection-report run build generate generated test fuzz check lint bench fault previous lighthouse

# The race detector needs a C compiler; a machine without one runs the same
# tests without it.
RACE := $(shell command -v gcc >/dev/null 2>&1 && echo -race)
SOURCES := cmd internal migrations static views web

# A server with an invented chain of restaurants in it, on a database it
# brings along: http://127.0.0.1:8080
run: build
	bin/regulars serve --demo

build:
	go build -trimpath -o bin/regulars ./cmd/regulars

# What is derived and committed: templ's Go and, where there is npm, the
# stylesheet. Running and testing need neither.
generate:
	go tool templ generate
	@if [ -e node_modules ] || { command -v npm >/dev/null 2>&1 && npm install --no-save --no-audit --no-fund; }; then \
		npx @tailwindcss/cli -i static/src/app.css -o static/css/app.css --minify; \
	else echo "no npm here: static/css/app.css is left as it is"; fi

# Fails when what is committed isn't what would be generated.
generated: generate
	git diff --exit-code --stat -- '*_templ.go' static/css/app.css

# A browser's tests measure nothing, but they wait for what a person waits for:
# they share the machine with nobody.
BROWSED := regulars/cmd/regulars regulars/web/pages
test:
	go test $(RACE) -timeout 30m $(filter-out $(BROWSED),$(shell go list ./...))
	go test $(RACE) -timeout 30m -p 1 $(BROWSED)

# Every parser with whatever can be thought of, each for a while: make fuzz FUZZTIME=10m
FUZZTIME := 10s
fuzz:
	@grep -rn '^func Fuzz' --include='*_test.go' $(SOURCES) | sed 's|^\(.*\)/[^/]*:[0-9]*:func \(Fuzz[A-Za-z]*\).*|\1 \2|' | while read -r dir name; do \
		echo "$$dir $$name"; go test ./$$dir -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) </dev/null || exit 1; done

check: generated bin/staticcheck
	@unformatted=$$(gofmt -l $(SOURCES)); [ -z "$$unformatted" ] || { echo "gofmt: $$unformatted"; exit 1; }
	go tool templ fmt -fail views
	go vet ./...
	go test ./internal/archtest
	@if [ -x bin/staticcheck ]; then bin/staticcheck ./...; fi

# The linters have dependencies of their own, which must not mix with ours.
# Where the module proxy can't be reached, check does without.
bin/staticcheck: .ci/staticcheck.mod
	-go build -modfile=.ci/staticcheck.mod -o $@ honnef.co/go/tools/cmd/staticcheck

bin/golangci-lint: .ci/golangci-lint.mod
	go build -modfile=.ci/golangci-lint.mod -o $@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint

# More than check asks for; building the linter takes minutes the first time.
lint: bin/golangci-lint
	bin/golangci-lint run

# What the product does beside what PostgreSQL alone manages with the product's
# own statements, and the goals: make bench; for a short look make bench
# CUSTOMERS=10000 ROUNDS=1. The databases stay in BENCH_DIR for the next time.
# The raw results of a whole run are kept.
CUSTOMERS := 1000000
ROUNDS := 3
BENCH_DIR := $(or $(TMPDIR),/tmp)/regulars-bench
bench: build
	go run ./internal/bench -customers $(CUSTOMERS) -rounds $(ROUNDS) -dir $(BENCH_DIR) \
		$(if $(filter 1000000/3,$(CUSTOMERS)/$(ROUNDS)),-out internal/bench/results) $(BENCH_FLAGS)

# How well the anomaly detectors do on simulated years, beside simple rules:
# make detection-report SEEDS=51-100; with KEEP=directory an interrupted report
# goes on where it was.
SEEDS := 1-4
detection-report:
	go run ./cmd/regulars detection-report --seeds $(SEEDS) $(if $(KEEP),--keep $(KEEP))

# Breaks three servers and their database on purpose for about ten minutes,
# then proves that nothing was lost: make fault FAULT="-requests 20000"
FAULT :=
fault: build previous
	go run ./internal/fault $(FAULT)

# The release to upgrade from: the last one with a name, or else what there was
# before the newest migration. Without a history there is none.
PREVIOUS = $(shell git describe --tags --abbrev=0 2>/dev/null || git log -1 --diff-filter=A --format=%H^ -- migrations 2>/dev/null)
previous:
	@rm -rf bin/previous; commit=$$(git rev-parse -q --verify '$(PREVIOUS)^{commit}') || { echo "no earlier release in the history"; exit 0; }; \
	dir=$$(mktemp -d) && git archive $$commit | tar -x -C $$dir && (cd $$dir && go build -trimpath -o $(CURDIR)/bin/previous ./cmd/regulars); \
	status=$$?; rm -rf $$dir; exit $$status

# How Lighthouse rates the pages people see most; needs npm and Chromium. On a
# busy machine the performance scores are noise: make lighthouse RUNS=5
lighthouse: build
	RUNS=$(RUNS) node .ci/lighthouse.mjs
