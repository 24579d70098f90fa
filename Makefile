# rustup's folder, for a shell opened before Rust was installed.
export PATH := $(PATH):$(HOME)/.cargo/bin
TARGET := $(or $(CARGO_TARGET_DIR),target)

# Set-up steps share folders, and only one progress bar at a time is readable.
.NOTPARALLEL:
.PHONY: help mirror mirror-gpu picture test fuzz soak test-ownership test-faults test-kills test-privacy test-schedules sanitize sanitize-threads memcheck miri reproducible deny sbom bench-edge bench-edit bench-tracking gpu-check gpu-pack gpu-check-rehearsal lint setup system onnxruntime onnx-tools tensorboard libtorch aarch64 jetson test-device \
	test-camera test-boot clean-third-party

help: ## show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

mirror: onnxruntime ## set up, build and start the mirror; options of `edge run` go into ARGS="..."
	cargo build --release --locked -p edge
	$(TARGET)/release/edge run $(ARGS)

# Both folders hold all that the loader needs but the driver.
mirror-gpu: system ## the same on an NVIDIA GPU: installs the CUDA build of ONNX Runtime (large); needs NVIDIA's driver
	@setup/onnxruntime-cuda.sh
	cargo build --release --locked -p edge
	LD_LIBRARY_PATH="$(CURDIR)/third_party/onnxruntime-cuda/x86_64" ORT_DYLIB_PATH="$(CURDIR)/third_party/onnxruntime-cuda/x86_64" \
		$(TARGET)/release/edge run --provider cuda $(ARGS)

picture: onnxruntime ## retake the README's picture
	cargo build --release --locked -p edge
	$(TARGET)/release/edge run --source demo --display none --frames 300 --contact-sheet docs/mirror.png

# The programs are built first because tests start them.
test: setup ## set up and run every test
	-setup/python-tools.sh onnx-tools
	-setup/python-tools.sh tensorboard
	setup/test.sh
	cross/test.sh
	cross/for-tests.sh
	cargo build --locked --workspace
	cargo test --locked --workspace
	cargo test --locked -p edge --features schedules --lib schedules

test-schedules: onnxruntime ## run the mirror's threads under SCHEDULES=2000 schedules each; SHUTTLE_RANDOM_SEED=N for other ones
	SCHEDULES=$(or $(SCHEDULES),2000) cargo test --locked -p edge --features schedules --lib schedules -- --nocapture

sanitize: onnxruntime ## run unit tests with AddressSanitizer in our crates
	setup/sanitize.sh address

sanitize-threads: onnxruntime ## run the unit tests of threads under ThreadSanitizer (needs a nightly toolchain with rust-src)
	setup/sanitize.sh thread

memcheck: ## run the tests of unsafe memory and of the file formats under valgrind
	setup/sanitize.sh memcheck

miri: ## run pure parts under Miri (needs a nightly toolchain with its parts miri and rust-src)
	setup/sanitize.sh miri

bench-edge: onnxruntime ## measure the mirror on this machine: edge bench, motion to photon, shutdown (needs Xvfb)
	cargo build --release --locked -p edge
	$(TARGET)/release/edge bench
	cargo bench --locked -p edge --bench photon
	cargo test --release --locked -p edge --test main how_long -- --ignored --nocapture

gpu-check: ## try trainer and mirror on this machine's NVIDIA GPU: LIBRARIES=DIR of a CUDA build of libtorch, PYTHON=python3 with torch
	cargo build --release --locked -p trainer -p edge
	LIBRARIES="$(LIBRARIES)" setup/gpu-check.sh

gpu-pack: setup ## pack that check, at most 64 MiB, for a machine with a GPU and without this tree
	cargo build --release --locked -p trainer -p edge
	PROGRAMS="$(TARGET)/release" setup/gpu-pack.sh "$(TARGET)/gpu-check.tar.gz"

gpu-check-rehearsal: gpu-pack ## run the packed check on the CPU, small, in an empty folder
	rm -rf "$(TARGET)/gpu-check-rehearsal"
	mkdir -p "$(TARGET)/gpu-check-rehearsal"
	tar -C "$(TARGET)/gpu-check-rehearsal" -xzf "$(TARGET)/gpu-check.tar.gz"
	cd "$(TARGET)/gpu-check-rehearsal" && ORT_DYLIB_PATH="$(CURDIR)/third_party/onnxruntime/$$(uname -m)" \
		gpu-check/setup/gpu-check.sh --cpu checked

bench-edit: setup ## judge a bundle's edits on labelled photographs: PHOTOS=DIR (neutral/, smiling/) DATA=DIR of faces for the judge
	cargo build --release --locked -p edge -p trainer
	TARGET="$(TARGET)" tests/bench-edit.sh

bench-tracking: onnxruntime ## track the photos in ../shared/data/photos, moved over a background, and print the errors
	cargo test --release --locked -p edge --test main photos -- --ignored --nocapture

lint: setup ## check formatting, and clippy with warnings denied
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	cargo clippy --locked -p edge --features schedules --all-targets -- -D warnings

setup: onnxruntime libtorch ## install everything that is missing, build nothing

onnxruntime: system ## install ONNX Runtime into third_party/
	@setup/onnxruntime.sh

# With these, a test opens the graphs in other programs; without them it is reported as skipped.
onnx-tools: system ## install Python's onnx and onnxruntime into third_party/ (70 MB to download)
	@setup/python-tools.sh onnx-tools

# Likewise for the trainer's event files.
tensorboard: system ## install Python's tensorboard into third_party/ (26 MB to download)
	@setup/python-tools.sh tensorboard

libtorch: system ## install libtorch into third_party/ (544 MB to download)
	@setup/libtorch.sh

system:
	@setup/rust.sh
	@setup/system-packages.sh

aarch64: system ## build `edge` for a Jetson or another aarch64 Linux, without Docker
	@setup/system-packages.sh aarch64
	@setup/zig.sh
	cross/build.sh

jetson: aarch64 ## build that, and package it as one .deb and one .tar
	@setup/system-packages.sh jetson
	@setup/onnxruntime.sh aarch64
	cross/jetson/package.sh "$(TARGET)/cross/aarch64-unknown-linux-gnu/release/edge"

test-device: jetson onnxruntime ## run the aarch64 program and its package on an emulated processor
	@setup/system-packages.sh emulation board
	@setup/onnxruntime-oldest.sh
	cargo build --locked -p edge
	EDGE_DEVICE_TESTS=all cargo test --locked -p edge --test main -- aarch64 --nocapture
	cross/jetson/test.sh "$(TARGET)"/jetson/*_arm64.deb

fuzz: setup ## search, guided by coverage, for files that make a reader panic, hang or take memory: CRATES="..." RUNS=10000000 SECONDS=3600 each
	fuzz/run.sh -runs=$(or $(RUNS),10000000) -max_total_time=$(or $(SECONDS),3600) $(CRATES)

soak: onnxruntime ## run the mirror for SOAK_FRAMES=1000000 with a restless visitor and a failing camera (needs Xvfb and xdotool)
	SOAK_FRAMES=$(or $(SOAK_FRAMES),1000000) cargo test --release --locked -p edge --test main soak -- --nocapture --test-threads=1

# The programs are built first because tests start them.
test-ownership: setup ## run every command with every target of every option in a folder of somebody else's files
	cargo build --locked --workspace
	OWNERSHIP=all cargo test --locked -p tests ownership -- --nocapture

test-faults: setup ## let every read, write, sync, rename, mapping and camera call fail once in turn; FAULT_SEED=N for other errors
	cargo build --locked --workspace
	FAULTS=all cargo test --locked -p tests -p edge faults -- --nocapture

test-kills: setup ## kill a training run KILLS=200 times, and compare its weights with those of an unbroken one
	KILLS=$(or $(KILLS),200) cargo test --locked -p trainer --test trainer kills_leave -- --nocapture

test-privacy: onnxruntime ## trace PRIVACY_SECONDS=600 of a session with faces (needs Xvfb, xdotool and strace)
	PRIVACY_SECONDS=$(or $(PRIVACY_SECONDS),600) cargo test --locked -p edge --test main privacy -- --nocapture

reproducible: onnxruntime ## build `edge` in two folders and compare the programs byte for byte
	setup/reproducible.sh

deny: ## check licences, advisories, sources and unwanted crates (needs cargo-deny)
	@cargo deny --version >/dev/null 2>&1 || { echo 'error: cargo-deny is missing: cargo install --locked cargo-deny' >&2; exit 1; }
	setup/deny.sh

sbom: ## write what each program is made of, as CycloneDX, into $(TARGET)/sbom (needs cargo-cyclonedx)
	@cargo cyclonedx --version >/dev/null 2>&1 || { echo 'error: cargo-cyclonedx is missing: cargo install --locked cargo-cyclonedx' >&2; exit 1; }
	setup/sbom.sh "$(TARGET)/sbom"

test-camera: onnxruntime ## run the mirror on real camera drivers, in a virtual machine
	@setup/system-packages.sh camera-vm
	cargo build --locked -p edge -p usb-camera
	cross/camera-vm/test.sh

test-boot: onnxruntime ## boot the package into the kiosk, in a virtual machine
	@setup/system-packages.sh camera-vm board
	cargo build --release --locked -p edge
	cargo build --locked -p usb-camera
	cross/jetson/package.sh $(TARGET)/release/edge amd64
	cross/boot-vm/test.sh "$(TARGET)"/jetson/*_amd64.deb $(TARGET)/debug/usb-camera

clean-third-party: ## remove what the set-up downloaded
	rm -rf third_party/onnxruntime third_party/onnxruntime-cuda third_party/onnxruntime-oldest third_party/libtorch third_party/zig third_party/camera-vm third_party/board third_party/boot-vm \
		third_party/onnx-tools third_party/tensorboard third_party/downloads
