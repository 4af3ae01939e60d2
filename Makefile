# make run    installs what is missing, builds, trains the quickstart, says where the pictures are
# make test   installs what is missing, builds, runs all tests
# make help   the rest

SHELL := /bin/bash
SWIFT_FLAGS ?=
BUILD := swift build -c release $(SWIFT_FLAGS)
# What `gan-exp version` says of where it comes from.
ifndef GAN_EXP_COMMIT
GAN_EXP_COMMIT := $(shell .ci/commit)
endif
export GAN_EXP_COMMIT
PACKAGES := libyaml-dev libdnnl-dev libsleef-dev libpng-dev libjpeg-dev libwebp-dev zlib1g-dev nettle-dev pkg-config \
  $(if $(filter x86_64,$(shell uname -m)),libxbyak-dev)

.PHONY: help run test setup build install uninstall lint soak soak-kills docs second-order check-gpu-compiler device-losses device-check slurm-check slurm-scale watch-check dist benchmark benchmark-recording replay check-schema same-bytes clean

help:
	@sed -n 's/^# make/make/p' Makefile
	@echo "make setup  installs the system libraries only: $(PACKAGES)"
	@echo "make build  builds .build/release/gan-exp"
	@echo "make install PREFIX=~/.local     program, libraries, manual page, completions, gallery; make uninstall"
	@echo "make lint   formatting, warnings as errors, and who may import whom"
	@echo "make soak   the fuzz tests with a million inputs a format (an hour or so), and soak-kills"
	@echo "make soak-kills   kills a training process 200 times and compares what it leaves"
	@echo "make benchmark PYTHON=...   rounds against PyTorch, in alternation; ONLY=dcgan:128, SCALING=1"
	@echo "make benchmark-recording    what recording costs; ls, compare and watch over 5,000 trials"
	@echo "make replay PYTHON=...      every experiment here traced and replayed in PyTorch; ONLY=dcgan, WRITE=1"
	@echo "make second-order   measures gradients of gradients and writes docs/second-order.md"
	@echo "make check-schema PYTHON=...   experiments/schema.json against every experiment and lines that are wrong"
	@echo "make same-bytes OLD=...     whether another build comes to the same traces, losses and checkpoints"
	@echo "make device-losses   the first rounds of every experiment on xla-cpu against cpu; ONLY=dcgan"
	@echo "make check-gpu-compiler   whether NVIDIA's compiler takes every experiment, without a card (230 MB); ONLY=dcgan"
	@echo "make device-check DEVICE=gpu PYTHON=...   operations, replays and rounds against PyTorch and JAX, in ten minutes"
	@echo "make slurm-check   what a cluster does to trials, on a Slurm of two nodes that it starts here (needs root; ONLY=twice)"
	@echo "make slurm-scale   trials a second there, beside a bare array; ten thousand submitted"
	@echo "make watch-check   a sweep that trains, watched: what the page is told, how soon, and what it looks like"
	@echo "make dist   an archive of what install installs, for a Linux with nothing installed: .build/dist"
	@echo "make docs   writes the schema and the reference anew from the declarations"

run: build
	@.build/release/gan-exp run experiments/quickstart.yaml

test: setup
	swift test $(SWIFT_FLAGS)

setup:
	@command -v swift >/dev/null || { echo "setup: Swift 6.2 or newer is needed: https://www.swift.org/install"; exit 1; }
	@.ci/setup $(PACKAGES)

build: setup
	@$(BUILD) --product gan-exp

# What is installed wants neither Swift nor this folder.
PREFIX ?= $(if $(filter 0,$(shell id -u)),/usr/local,$(HOME)/.local)
install: setup
	@folder=$$(.ci/dist --folder) && "$$folder/install" --prefix "$(PREFIX)"

uninstall:
	@.ci/install --uninstall --prefix "$(PREFIX)"

lint: setup
	swift format lint --strict --recursive Sources Tests Package.swift
	GAN_EXP_STRICT=1 swift build --explicit-target-dependency-import-check error

soak: setup soak-kills
	GAN_EXP_SOAK=1 swift test -c release -Xswiftc -enable-testing $(SWIFT_FLAGS) --filter "Fuzz|mutated|ExtremeNumber"

# On the build of `make test`.
soak-kills: setup
	GAN_EXP_KILLS=200 swift test $(SWIFT_FLAGS) --filter KillTests/killedAtAnyInstant

docs: build
	.build/release/gan-exp schema > experiments/schema.json
	rm -rf docs/reference
	.build/release/gan-exp reference --into docs

# How exact gradients of gradients are, layer by layer: docs/second-order.md.
second-order: setup
	GAN_EXP_WRITE_DOCS=1 swift test $(SWIFT_FLAGS) --filter SecondOrderTests

# PYTHON is one that has torch (and for files whose pictures are not there pyyaml); nothing else here needs it.
PYTHON ?= python3
benchmark: build
	$(PYTHON) Benchmarks/compare.py --python $(PYTHON) $(ONLY) $(if $(SCALING),--scaling)

# What recording costs, and how fast 5,000 results are read.
benchmark-recording: build
	python3 Benchmarks/recording.py

# Traces of every experiment that is checked in, replayed in PyTorch. ONLY="dcgan games/" takes those
# with such names; WRITE=1 writes docs/replay.md.
replay: build
	$(PYTHON) Tests/PyTorch/replay_gallery.py $(if $(ONLY),--only $(ONLY)) $(if $(WRITE),--write)

device-losses: build
	GAN_EXP_PJRT_PLUGIN=$${GAN_EXP_PJRT_PLUGIN:-$$(.ci/plugin)} python3 Tests/device_losses.py $(if $(ONLY),--only $(ONLY))

# A table of what was done to trials and what was seen. `.ci/slurm stop --purge` removes what is left by force.
slurm-check: build
	@.ci/slurm start
	@. $${TMPDIR:-/tmp}/gan-exp-slurm/env.sh; python3 Tests/slurm_check.py $(if $(ONLY),--only $(ONLY)); code=$$?; \
	  .ci/slurm stop; exit $$code

# How many trials a second, beside a bare array, and how long ten thousand take to be submitted.
slurm-scale: build
	@.ci/slurm start
	@. $${TMPDIR:-/tmp}/gan-exp-slurm/env.sh; python3 Tests/slurm_scale.py; code=$$?; .ci/slurm stop; exit $$code

# Pictures of the page go to .build/watch, where there is Chromium.
watch-check: build
	python3 Tests/watch_check.py

# PYTHON is one that has torch and jax. On a machine without Swift: python3 Tests/device_check.py --program …/bin/gan-exp
DEVICE ?= gpu
device-check: build
	$(PYTHON) Tests/device_check.py --device $(DEVICE)

dist: setup
	@.ci/dist

check-gpu-compiler: build
	python3 Tests/GPUCompiler/check.py $(if $(ONLY),--only $(ONLY))

# PYTHON is one that has jsonschema and PyYAML.
check-schema:
	$(PYTHON) Tests/Schema/check_schema.py

# OLD is the program that this build is compared with; ONLY=..., ROUNDS=100.
same-bytes: build
	python3 Tests/same_bytes.py $(OLD) .build/release/gan-exp $(if $(ONLY),--only $(ONLY)) $(if $(ROUNDS),--rounds $(ROUNDS))

clean:
	rm -rf .build
