# Copyright (c) 2026, the sysinit.upstart contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# All output goes to .build/. Variables:
#   PYTHON        the interpreter of the virtual environment
#   UPSTART_BOOT  the daemon for demo, integration and molecule in place of the emulator: a command with {conf}, {log}
#                 and {address}
#   PYTHONS       colon-separated folders that make matrix and make hosts search for interpreters before PATH
#   PINS          no: install the newest packages that the requirements allow, and not the tested versions
#   TEST          a test file or test for make unit: path::name, with the path relative to this folder

SHELL := /bin/bash
BUILD := $(CURDIR)/.build
VENV := $(BUILD)/venv
MIRROR := $(BUILD)/ansible_collections/sysinit/upstart
PYTHON3 := $(or $(PYTHON),$(wildcard /usr/bin/python3),python3)
RUN := $(PYTHON3) tests/tools/run_tests.py $(BUILD)

.PHONY: help demo test unit conformance chaos systemd integration molecule package lint docs format pages matrix hosts corpus coverage mutation mirror prepare-demo prepare-test release release-check release-address sbom raise-requirements clean

help:
	@echo "make demo         deploy real jobs on a private Upstart daemon, twice, and show the result"
	@echo "make test         run all tests and checks"
	@echo "make unit [TEST=path::name]   run the unit tests, or a single test"
	@echo "make conformance | chaos | systemd | integration | molecule | package | lint   run another suite"
	@echo "make docs         build the documentation site in .build/docs/html"
	@echo "make format       format the Python code and sort its imports"
	@echo "make pages        update the generated pages and the role's argument_specs.yml"
	@echo "make coverage     report lines and branches of plugins/ that unit and integration tests do not run"
	@echo "make mutation     change the code in hundreds of small ways and check that the unit tests detect it (root)"
	@echo "make matrix [CELLS=\"--kinds smoke --cores 2.16\"]   run the tests on every ansible-core, target Python and Upstart"
	@echo "make hosts [ROOTS=\"python27 no-proc\"]   run the modules in root file systems of managed hosts (root)"
	@echo "make corpus CASES=FILE   compare the job file parser with more recorded results of the real parser"
	@echo "make release-check   say what the commit here still needs before it can be released"
	@echo "make release [KEY=ID]   build the package of the tagged commit twice, compare, and sign it with a key of gpg"
	@echo "make release-address ADDRESS=https://HOST/OWNER/NAME   write the public address into galaxy.yml"
	@echo "make sbom         list the packages of the test environments in .build/sbom"
	@echo "make raise-requirements   raise the pinned versions of the test environments"
	@echo "make clean        delete .build/"

prepare-demo:
	@$(PYTHON3) tests/tools/prepare.py demo $(BUILD)

prepare-test:
	@$(PYTHON3) tests/tools/prepare.py test $(BUILD)

mirror:
	@$(PYTHON3) tests/tools/mirror.py $(BUILD)

demo: prepare-demo mirror
	@$(VENV)/bin/python $(MIRROR)/tests/tools/with_daemon.py $(VENV)/bin/python $(MIRROR)/tests/tools/demo.py $(BUILD)
	@echo "  ok  The daemon and all its processes have ended, and its scratch folder is deleted."

test: prepare-test mirror
	@$(RUN)

unit: prepare-test mirror
	@$(RUN) $(if $(TEST),'--test=$(TEST)',unit)

conformance chaos systemd integration molecule package lint: prepare-test mirror
	@$(RUN) $@

docs: mirror
	@$(PYTHON3) tests/tools/build_docs.py $(BUILD)

format: prepare-test
	@$(VENV)/bin/autopep8 --in-place .
	@$(VENV)/bin/ruff check --quiet --fix .

pages: prepare-test
	@set -e; for page in role_spec fault_page support_page systemd_page reference_pages; do $(VENV)/bin/python tests/tools/$$page.py; done

matrix: prepare-test mirror
	@$(VENV)/bin/python tests/tools/matrix.py $(BUILD) $(CELLS)

hosts: prepare-demo mirror
	@$(VENV)/bin/python tests/tools/host_roots.py $(BUILD) $(ROOTS)

corpus: prepare-test mirror
	@$(VENV)/bin/python tests/tools/with_daemon.py $(VENV)/bin/python $(MIRROR)/tests/tools/check_corpus.py $(BUILD) $(CASES)

# Each of these has its own virtual environment: the requirements of the tests and the tool's own.
coverage mutation:
	@$(PYTHON3) tests/tools/prepare.py $@ $(BUILD)/$@
	@$(PYTHON3) tests/tools/mirror.py $(BUILD)/$@
	@$(BUILD)/$@/venv/bin/python tests/tools/$(if $(filter coverage,$@),coverage_run,mutate).py $(BUILD)/$@ $(ARGS)

release-check: prepare-test
	@$(VENV)/bin/python tests/tools/release_check.py $(BUILD)

# The check needs the tag. The package, its checksums and its signature are in .build/release, and nothing is uploaded.
release: prepare-test
	@$(VENV)/bin/python tests/tools/release_check.py $(BUILD) --tagged
	@$(VENV)/bin/python tests/tools/build_release.py $(BUILD) $(if $(KEY),--key $(KEY))
	@$(VENV)/bin/python tests/tools/sbom.py $(BUILD)

release-address: prepare-test
	@$(VENV)/bin/python tests/tools/release_check.py --address '$(ADDRESS)'

sbom: prepare-test
	@$(VENV)/bin/python tests/tools/sbom.py $(BUILD)

raise-requirements: prepare-test
	@$(VENV)/bin/python tests/tools/raise_requirements.py $(BUILD)

clean:
	rm -rf $(BUILD)
