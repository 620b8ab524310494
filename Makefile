# The commands of everyday work. CONTRIBUTING.md says more about each.

TOOL = GOWORK=off go tool -modfile=tools/go.mod

.PHONY: demo test build lint generate

demo: ## start everything with simulated vendors and carry out sample requests
	@echo "Building Lethe with Temporal inside; the first time takes about five minutes…"
	@go run ./standalone demo

test: ## run every test; the race detector watches all that is ours
	go test -race ./...
	go test -timeout 20m ./standalone/...

build: ## build the two programs into bin/
	CGO_ENABLED=0 go build -trimpath -o bin/lethe ./cmd/lethe
	CGO_ENABLED=0 go build -trimpath -o bin/lethe-standalone ./standalone

lint: ## formatting, vet, linters and the determinism of workflows
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$unformatted" || { echo "not formatted:"; echo "$$unformatted"; exit 1; }
	go vet ./... ./standalone/...
	$(TOOL) golangci-lint run ./...
	cd standalone && GOWORK=off go tool -modfile=../tools/go.mod golangci-lint run --config ../.golangci.yml ./...
	$(TOOL) workflowcheck ./workflows/...

generate: ## rewrite the generated pages and golden files
	go test ./connectors/catalogue ./cmd/lethe ./dsr/identity ./report ./report/overview ./report/render ./report/schema -update
