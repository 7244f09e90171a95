#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Writes docs/seeds.md: for each experiment that kex grew out of, the tests that
show it, and the kernels on which they passed when `make seeds` last ran them.

usage: gen.py [--check | --tests]
--check writes nothing: it fails when docs/seeds.md is not what would be written,
when a test names a row that there is not, or when a row has no test though
page-*.bats are there, which have the last of them. --tests lists the tests: file,
name, with a tab between.
"""

import os
import re
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
ROWS = os.path.join(HERE, "rows")
PASSED = os.path.join(HERE, "passed")
OUT = os.path.join(TOP, "docs", "seeds.md")

HEAD = """<!-- written by tests/seeds/gen.py ("make seeds"): do not edit -->
# What kex grew out of, and the tests that show it

kex began as notes on experiments with the kernel's memory management. Each of
them is something that kex can do, and has a test. The kernels are those on which
the test passed when `make seeds` last ran it; a test that skips, as those of pools
do without CONFIG_DEVICE_PRIVATE, has not passed.

| seed | what has to be shown | test | passed on |
|---|---|---|---|
"""


class Wrong(Exception):
    """What is said on stderr, without a trace."""


def lines(path):
    with open(path, encoding="utf-8") as f:
        return f.read().splitlines()


def read_rows():
    """The rows by number, in order."""
    rows = {}
    for line in lines(ROWS):
        if line and not line.startswith("#"):
            number, text = line.split(" ", 1)
            rows[number] = text
    return rows


def bats_files(top):
    for folder in ("tests/bats", "tests/bats/host"):
        for name in sorted(os.listdir(os.path.join(top, folder))):
            if name.endswith(".bats"):
                yield f"{folder}/{name}"


def seeds_of(mark, name):
    """Numbers in the line above a test, and in its name."""
    numbers = re.findall(r"\d+\.\d+", mark)
    named = re.match(r"seed (\d+\.\d+): ", name)
    if named and named[1] not in numbers:
        numbers.append(named[1])
    return numbers


def read_tests(top):
    """(numbers, file, name) of each test that shows a row."""
    tests = []
    for path in bats_files(top):
        mark = ""
        for line in lines(os.path.join(top, path)):
            test = re.match(r'@test "(.*)" \{$', line)
            if test:
                numbers = seeds_of(mark, test[1])
                if numbers:
                    tests.append((numbers, path, test[1]))
                mark = ""
            elif line.startswith("# seed: "):
                mark = line
            elif not line.startswith("#"):
                if mark:
                    raise Wrong(f"{path}: '{mark}' stands above no test")
    return tests


def read_passed():
    """Kernels by (file, name); releases by kernel."""
    passed, releases = {}, {}
    if os.path.exists(PASSED):
        for line in lines(PASSED):
            if line.startswith("#") or not line:
                continue
            kernel, release, path, name = line.split("\t")
            passed.setdefault((path, name), []).append(kernel)
            releases[kernel] = release
    return passed, releases


def cell(text):
    return text.replace("|", "\\|")


def table(rows, tests, passed):
    out = []
    for number, text in rows.items():
        shown = [(path, name) for numbers, path, name in tests if number in numbers]
        if not shown:
            out.append(f"| {number} | {cell(text)} | none yet | |\n")
        for i, (path, name) in enumerate(shown):
            first = f"{number} | {cell(text)}" if not i else " | "
            kernels = ", ".join(passed.get((path, name), [])) or "not run yet"
            out.append(f"| {first} | [{os.path.basename(path)}](../{path}): {cell(name)} | {kernels} |\n")
    return "".join(out)


def write(rows, tests):
    passed, releases = read_passed()
    text = HEAD + table(rows, tests, passed)
    if releases:
        text += "\nKernels: " + ", ".join(f"{k} is {r}" for k, r in releases.items()) + ".\n"
    return text


def check_numbers(rows, tests):
    for numbers, path, name in tests:
        for number in numbers:
            if number not in rows:
                raise Wrong(f"{path}: '{name}': there is no row {number}")


def check_names(tests, top):
    """What has passed is known by its name alone, in whichever file it stands."""
    files = {}
    for path in bats_files(top):
        for line in lines(os.path.join(top, path)):
            test = re.match(r'@test "(.*)" \{$', line)
            if test:
                files.setdefault(test[1], []).append(path)
    for _, _, name in tests:
        if len(files[name]) > 1:
            raise Wrong(f"two tests are called '{name}': {', '.join(files[name])}")


def check_rows(rows, tests, top):
    """Tests of notes 1 and 4 come with page-*.bats; until then their rows wait."""
    if not any(os.path.basename(path).startswith("page-") for path in bats_files(top)):
        return
    shown = {number for numbers, _, _ in tests for number in numbers}
    missing = [number for number in rows if number not in shown]
    if missing:
        raise Wrong("no test shows " + ", ".join(missing))


def main(args):
    top = os.environ.get("SEEDS_TOP", TOP)
    rows, tests = read_rows(), read_tests(top)
    check_numbers(rows, tests)
    check_names(tests, top)
    if args == ["--tests"]:
        for _, path, name in tests:
            print(f"{path}\t{name}")
        return
    text = write(rows, tests)
    if args == ["--check"]:
        check_rows(rows, tests, top)
        if not os.path.exists(OUT) or text != "\n".join(lines(OUT)) + "\n":
            raise Wrong("docs/seeds.md is not what gen.py writes: run tests/seeds/gen.py")
        return
    if args:
        raise Wrong(__doc__.strip())
    with open(OUT, "w", encoding="utf-8") as f:
        f.write(text)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Wrong as wrong:
        sys.exit(f"gen.py: {wrong}")
