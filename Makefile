# The commands of everyday work. CONTRIBUTING.md says more about each.

# Fetch the Go release that go.mod names if the installed one is older, whatever this machine's default is.
export GOTOOLCHAIN := auto

# How long the tests of one package may take before they count as hanging; far more than a busy machine needs.
HANGS = 60m

TOOL = GOWORK=off go tool -modfile=tools/go.mod

.PHONY: setup demo test formatted check build lint fuzz audit generate

setup: ## install what demo and tests need on Debian, after asking (YES=1 does not ask)
	@tools/setup.sh

demo: ## start everything with simulated vendors and carry out sample requests
	@tools/setup.sh demo
	@echo "Building Lethe with Temporal inside; the first time takes five to ten minutes…"
	@go run ./standalone demo

test: ## run every test; the race detector watches all that is ours
	@tools/setup.sh test
	go test -race -timeout $(HANGS) ./...
	go test -timeout $(HANGS) ./standalone/...

formatted:
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$unformatted" || { echo "not formatted:"; echo "$$unformatted"; exit 1; }

check: formatted ## the quick check: vet, and the tests that need neither browser nor mail server nor Temporal server
	go vet ./...
	go test -short ./...

build: ## build the two programs into bin/
	CGO_ENABLED=0 go build -trimpath -o bin/lethe ./cmd/lethe
	CGO_ENABLED=0 go build -trimpath -o bin/lethe-standalone ./standalone

lint: formatted ## formatting, vet, linters and the determinism of workflows
	go vet ./... ./standalone/...
	$(TOOL) golangci-lint run ./...
	cd standalone && GOWORK=off go tool -modfile=../tools/go.mod golangci-lint run --config ../.golangci.yml ./...
	$(TOOL) workflowcheck ./workflows/...

fuzz: ## run every fuzz test beyond its seeds, FUZZTIME=1m each
	@tools/fuzz.sh

audit: ## list the direct dependencies that are behind, and those known to be vulnerable
	@tools/audit.sh

generate: ## rewrite the generated pages and golden files
	go test ./connectors/catalogue ./cmd/lethe ./dsr/identity ./report ./report/overview ./report/render ./report/schema -update
