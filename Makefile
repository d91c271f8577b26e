.DEFAULT_GOAL := help
SHELL := /bin/bash

help: ## Show this
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: ## Install what tests and demo need (Debian 12, root); quick when nothing is missing
	@eng/setup.sh

demo: setup ## Watch real Wake-on-LAN packets start virtual machines (KEEP=1 leaves it running)
	@eng/demo.sh $(if $(KEEP),--keep)

demo-down: ## End a demo that was left running
	@eng/demo.sh --down

build: setup ## Build everything
	dotnet build KubeWol.sln -c Release
	@eng/native.sh

native: ## Compile agent, operator and kubectl wol to native code, as they ship, into artifacts/publish
	@eng/native.sh

plugin: ## The same for kubectl wol alone: artifacts/publish/KubeWol.Cli/release/kubectl-wol
	@eng/native.sh KubeWol.Cli

test: setup ## Run all tests, unit to end-to-end
	@eng/test.sh

e2e: setup ## Run the end-to-end tests only; KUBEWOL_E2E_KUBECONFIG=file runs them against that cluster
	@eng/test.sh tests/KubeWol.EndToEnd

alerts-test: setup ## Run the tests of metrics, alerts and dashboard: promtool, and a real Prometheus and Alertmanager
	@eng/test.sh tests/KubeWol.Monitoring.Tests

page-test: setup ## Look at the operator's status page in a headless Chromium, after real frames; pictures in artifacts/page
	@eng/page.sh

chart-test: setup ## Run the tests of the chart, the manifests, the images and the workflows
	@eng/test.sh tests/KubeWol.Chart.Tests

bench: setup ## Measure latency, loss, memory and scale (a quarter of an hour; QUICK=1: three minutes), into artifacts/bench
	@eng/bench.sh $(if $(QUICK),--quick) $(if $(ONLY),--only $(ONLY))

bench-readme: ## Put the figures of the last run into README.md
	@artifacts/bin/KubeWol.Bench/release/KubeWol.Bench table README.md

torture: setup ## Send frames while everything breaks, and judge what became of them; DURATION=120 seconds, SEED=n repeats a run
	@eng/torture.sh $(if $(DURATION),--duration $(DURATION)) $(if $(SEED),--seed $(SEED))

soak: setup ## Send frames steadily and look for growth of memory, handles, threads and queues; DURATION=600 seconds
	@eng/torture.sh --soak --duration $(or $(DURATION),600) $(if $(SEED),--seed $(SEED))

fuzz: ## Fuzz the parser; SECONDS_=600 says how long
	@eng/fuzz.sh $(SECONDS_)

crds: ## Generate crds/ and docs/reference.md from the C# types
	dotnet run --project eng/KubeWol.CrdGen -c Release -- crds charts/kubewol/files/crds docs/reference.md

verbs-table: ## Generate docs/verbs.md from the code that decides
	KUBEWOL_WRITE_DOCS=1 dotnet run --project tests/KubeWol.Operator.Tests -c Release -- -noLogo -noColor -class '*.VerbsDocumentTests'

metrics-docs: setup ## Generate docs/metrics.md, and the dashboard's picture, from running programs
	dotnet build tests/KubeWol.Monitoring.Tests -c Release -v quiet --nologo
	KUBEWOL_WRITE_DOCS=1 artifacts/bin/KubeWol.Monitoring.Tests/release/KubeWol.Monitoring.Tests -noLogo -noColor -method '*.The_document_says*' -method '*.Every_query_gives_data*'

chart-docs: ## Write what is made of the chart: its table of values, golden renders, config/base; read the difference
	KUBEWOL_WRITE_DOCS=1 dotnet run --project tests/KubeWol.Chart.Tests -c Release -- -noLogo -noColor -trait Writes=Documents

.PHONY: help setup demo demo-down build native plugin test e2e bench bench-readme torture soak fuzz crds verbs-table metrics-docs alerts-test page-test chart-test chart-docs
