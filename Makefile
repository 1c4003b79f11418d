# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Everything is built below .build/. PYTHON chooses the interpreter of the virtual environment, UPSTART_BOOT the
# daemon that demo, integration and molecule use instead of the emulator (a command with {conf}, {log}, {address}),
# PYTHONS (folders, with colons between them) where make matrix looks for interpreters before PATH.

SHELL := /bin/bash
BUILD := $(CURDIR)/.build
VENV := $(BUILD)/venv
MIRROR := $(BUILD)/ansible_collections/sysinit/upstart
PYTHON3 := $(or $(PYTHON),$(wildcard /usr/bin/python3),python3)
RUN := $(PYTHON3) tests/tools/run_tests.py $(BUILD)

.PHONY: help demo test unit conformance chaos integration molecule package lint docs matrix corpus coverage mutation mirror prepare-demo prepare-test clean

help:
	@echo "make demo         deploy real jobs on an Upstart of its own, twice, and show what happens"
	@echo "make test         all tests and checks"
	@echo "make unit | conformance | chaos | integration | molecule | package | lint   one part of them"
	@echo "make docs         the documentation as a site, in .build/docs/html"
	@echo "make coverage     which lines and branches of plugins/ unit and integration tests run, and which not"
	@echo "make mutation     change the code in hundreds of small ways, and see that the unit tests notice (root)"
	@echo "make matrix [CELLS=\"--kinds smoke --cores 2.16\"]   the tests on every ansible-core, target Python and Upstart"
	@echo "make corpus CASES=FILE   the job file parser against more of the real one's verdicts"
	@echo "make clean        remove .build/"

prepare-demo:
	@$(PYTHON3) tests/tools/prepare.py demo $(BUILD)

prepare-test:
	@$(PYTHON3) tests/tools/prepare.py test $(BUILD)

mirror:
	@$(PYTHON3) tests/tools/mirror.py $(BUILD)

demo: prepare-demo mirror
	@$(VENV)/bin/python $(MIRROR)/tests/tools/with_daemon.py $(VENV)/bin/python $(MIRROR)/tests/tools/demo.py $(BUILD)
	@echo "  ok  The daemon and all its processes have ended, and its scratch folder is removed."

test: prepare-test mirror
	@$(RUN)

unit conformance chaos integration molecule package lint: prepare-test mirror
	@$(RUN) $@

docs: mirror
	@$(PYTHON3) tests/tools/build_docs.py $(BUILD)

matrix: prepare-test mirror
	@$(VENV)/bin/python tests/tools/matrix.py $(BUILD) $(CELLS)

corpus: prepare-test mirror
	@$(VENV)/bin/python tests/tools/with_daemon.py $(VENV)/bin/python $(MIRROR)/tests/tools/check_corpus.py $(BUILD) $(CASES)

# Each has a virtual environment of its own, with what the other tests need and its own tool.
coverage mutation:
	@$(PYTHON3) tests/tools/prepare.py $@ $(BUILD)/$@
	@$(PYTHON3) tests/tools/mirror.py $(BUILD)/$@
	@$(BUILD)/$@/venv/bin/python tests/tools/$(if $(filter coverage,$@),coverage_run,mutate).py $(BUILD)/$@ $(ARGS)

clean:
	rm -rf $(BUILD)
