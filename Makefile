# One line a target; the work is in scripts/ or in the binary.
.PHONY: run dev test check e2e bench faults conformance storm clean
.DEFAULT_GOAL := run

run: ; @scripts/run.sh
dev: ; @scripts/dev.sh
test: ; @scripts/test.sh
check: ; @scripts/check.sh
e2e: ; @scripts/e2e.sh
bench: ; @scripts/bench.sh
faults: ; @scripts/faults.sh
conformance: ; @scripts/conformance.sh
storm: ; @scripts/storm.sh
clean: ; @scripts/clean.sh
