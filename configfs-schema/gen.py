#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Write from kex.yaml everything that other parts know about attributes.

gen.py            writes the files that differ
gen.py --check    writes nothing; shows what differs and fails

Needs python3-yaml and python3-jsonschema.
"""

import argparse
import difflib
import os
import re
import sys
import textwrap

import jsonschema
import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
U64_MAX = 2**64 - 1
SUFFIX = {"K": 2**10, "M": 2**20, "G": 2**30}
# A multiple of every page size that a kernel can have.
ANY_PAGE = 64 * 1024
BY_HAND = "Written by configfs-schema/gen.py from kex.yaml; do not edit."

# The types whose values are numbers, with the range that the form itself gives.
NUMBERS = {
    "size": (0, U64_MAX),
    "offset": (0, U64_MAX),
    "uint": (0, U64_MAX),
    "octal": (0, 0o7777),
    "bool": (0, 1),
    "trigger": (1, 1),
}


class Bad(Exception):
    """kex.yaml is wrong; the message says where and why."""


class Loader(yaml.SafeLoader):
    """Safe, and refuses a key given twice, where YAML keeps the last."""

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key_node, _ in node.value:
            key = key_node.value
            if key in seen and key != "<<":
                line = key_node.start_mark.line + 1
                raise Bad(f"line {line}: key '{key}' is given twice")
            seen.add(key)
        return super().construct_mapping(node, deep)


def load(path):
    try:
        with open(path, encoding="utf-8") as stream:
            return yaml.load(stream, Loader)
    except Bad as error:
        raise Bad(f"{path}: {error}") from None
    except (OSError, yaml.YAMLError) as error:
        raise Bad(f"{path}: {error}") from None


def number(value, octal=False):
    """The number that a file of the attribute would be given."""
    if isinstance(value, int):
        return value
    if octal:
        return int(value, 8)
    scale = SUFFIX.get(value[-1])
    return int(value[:-1], 0) * scale if scale else int(value, 0)


class Attr:
    """One attribute of one object, with what follows from its entry filled in."""

    def __init__(self, where, raw, words_of):
        self.where = where
        self.name = raw["name"]
        self.type = raw["type"]
        self.access = raw.get("access") or {
            "0200": "wo"}.get(raw["mode"], "ro")
        self.file_mode = raw.get("mode")
        self.live = raw.get("live", False)
        self.acts = raw.get("acts", False)
        self.required = raw.get("required", False)
        self.counter = raw.get("counter", False)
        self.unit = raw.get("unit")
        self.meaning = raw["meaning"]
        self.text = raw.get("text", "")
        self.errors = raw.get("errors", [])
        self.option = raw.get("option")
        self.since = raw["since"]
        self.multiple = raw.get("multiple")
        self.not_above = raw.get("not_above")
        self.words = raw.get("words") or words_of(raw.get("words_of"), where)
        self.optional = raw.get("optional", [])
        for word in self.optional:
            if word not in (self.words or {}):
                raise Bad(f"{where}: optional '{word}' is not one of its words")
        self.default = None
        self.min, self.max = NUMBERS.get(self.type, (0, 0))
        if self.type == "enum" and self.words:
            self.max = len(self.words) - 1
        octal = self.type == "octal"
        try:
            if "min" in raw:
                self.min = number(raw["min"], octal)
            if "max" in raw:
                self.max = number(raw["max"], octal)
            if self.min > self.max:
                raise Bad(f"{where}: min {self.min} is above max {self.max}")
            if self.multiple not in (None, "page") and number(self.multiple).bit_count() != 1:
                raise Bad(f"{where}: multiple {self.multiple} is no power of two")
            if "default" in raw:
                self.default = self.check_default(raw["default"])
        except ValueError as error:
            raise Bad(f"{where}: {error}") from None

    def check_default(self, value):
        """The default as the file reads it."""
        if self.type == "enum":
            if value not in self.words:
                raise Bad(f"{self.where}: default '{value}' is not one of its words")
            return value
        if self.type == "offset" and value == "auto":
            return value
        if self.type in ("text", "word"):
            return str(value)
        n = number(value, self.type == "octal")
        # A required attribute starts unset, and unset reads 0.
        if not (self.min <= n <= self.max or (self.required and n == 0)):
            raise Bad(f"{self.where}: default {value} is outside {self.range()}")
        return f"{n:04o}" if self.type == "octal" else str(n)

    def default_number(self):
        """The default as the driver keeps it."""
        if self.default is None or self.type == "word":
            return "0"
        if self.type == "enum":
            return str(list(self.words).index(self.default))
        if self.default == "auto":
            return "U64_MAX"
        return self.default

    def c_number(self, n):
        if n == U64_MAX:
            return "U64_MAX"
        return f"{n:04o}" if self.type == "octal" else str(n)

    def range(self):
        if self.type == "octal":
            return f"{self.min:04o}..{self.max:04o}"
        top = "2^64-1" if self.max == U64_MAX else self.max
        return f"{self.min}..{top}"


class Schema:
    def __init__(self, raw):
        self.raw = raw
        self.releases = raw["releases"]
        self.objects = {}
        for obj, desc in raw["configfs"].items():
            self.objects[obj] = [
                Attr(f"configfs/{obj}/{a['name']}", a, self.words_of)
                for a in desc["attributes"]]
            self.unique(f"configfs/{obj}", self.objects[obj])
        self.facts = []
        self.kinds = {}
        for a in raw["sysfs"]["attributes"]:
            fact = Attr(f"sysfs/{a['name']}", a, self.words_of)
            fact.kinds = a["kinds"]
            self.facts.append(fact)
            for kind in a["kinds"]:
                if kind not in self.objects:
                    raise Bad(f"{fact.where}: there is no kind '{kind}'")
                self.kinds.setdefault(kind, []).append(fact)
        # The same name may be described twice, for different kinds.
        for kind, facts in self.kinds.items():
            self.unique(f"sysfs, kind {kind}", facts)
        for fact in self.facts:
            for other in self.facts:
                if fact.name == other.name and fact.file_mode != other.file_mode:
                    raise Bad(f"{fact.where}: mode is {fact.file_mode} and {other.file_mode}")
        for attr in [a for o in self.objects.values() for a in o] + self.facts:
            if attr.since not in self.releases:
                raise Bad(f"{attr.where}: since '{attr.since}' is not under releases")

    def words_of(self, ref, where):
        if not ref:
            return None
        obj, name = ref.split("/")
        for attr in self.raw["configfs"].get(obj, {}).get("attributes", []):
            if attr["name"] == name and "words" in attr:
                return attr["words"]
        raise Bad(f"{where}: words_of '{ref}' has no words")

    @staticmethod
    def unique(where, attrs):
        for what, names in (
                ("name", [a.name for a in attrs]),
                ("option", [a.option["name"] for a in attrs if a.option])):
            for name in names:
                if names.count(name) > 1:
                    raise Bad(f"{where}: {what} '{name}' is given twice")


def read_schema(path):
    raw = load(path)
    meta = load(os.path.join(HERE, "meta.yaml"))
    validator = jsonschema.Draft7Validator(meta)
    errors = sorted(validator.iter_errors(raw), key=lambda e: list(map(str, e.absolute_path)))
    if errors:
        lines = []
        for error in errors:
            at = place(raw, error.absolute_path)
            lines.append(f"{path}: {at}: {explain(error)}")
        raise Bad("\n".join(lines))
    try:
        return Schema(raw)
    except Bad as error:
        raise Bad(f"{path}: {error}") from None


def place(raw, path):
    """A path into the file, with names in place of indices."""
    parts = []
    for step in path:
        raw = raw[step]
        if isinstance(step, int) and isinstance(raw, dict):
            step = raw.get("name", step)
        parts.append(str(step))
    return "/".join(p for p in parts if p != "attributes") or "top level"


def explain(error):
    """A rule's own words are no help where the rule is 'not' or 'oneOf'."""
    if error.validator == "not":
        keys = [k for rule in error.validator_value.get("anyOf", [error.validator_value])
                for k in rule.get("required", []) if k in error.instance]
        if keys:
            return f"{', '.join(keys)} makes no sense here"
    if error.validator == "oneOf":
        keys = [k for rule in error.validator_value for k in rule.get("required", [])]
        if keys:
            return f"needs exactly one of {', '.join(keys)}"
        return f"{error.instance!r} is not understood"
    return error.message


# --- driver/attrs.gen.h ----------------------------------------------------

def write_driver(schema):
    out = ["/* SPDX-License-Identifier: GPL-2.0-only */",
           f"/* {BY_HAND} */",
           "#ifndef KEX_ATTRS_GEN_H", "#define KEX_ATTRS_GEN_H"]
    for obj, attrs in schema.objects.items():
        up = f"KEX_{obj.upper()}"
        out += ["", f"enum kex_{obj}_attr {{"]
        out += [f"\t{up}_ATTR_{a.name.upper()}," for a in attrs]
        out += [f"\t{up}_NR_ATTRS", "};"]
        for a in attrs:
            if a.words and a.type in ("enum", "text"):
                out += ["", f"static const char * const kex_{obj}_{a.name}_words[]"
                        " __maybe_unused = {"]
                out += [f"\t\"{w}\"," for w in a.words]
                out += ["\tNULL", "};"]
        out += ["", f"static const struct kex_attr_desc kex_{obj}_attrs[{up}_NR_ATTRS]"
                " __maybe_unused = {"]
        for a in attrs:
            out += [f"\t[{up}_ATTR_{a.name.upper()}] = {{",
                    f"\t\t.name = \"{a.name}\",",
                    f"\t\t.type = KEX_ATTR_{a.type.upper()},",
                    f"\t\t.access = KEX_ATTR_{a.access.upper()},",
                    f"\t\t.min = {a.c_number(a.min)},",
                    f"\t\t.max = {a.c_number(a.max)},",
                    f"\t\t.def = {a.default_number()},"]
            if a.multiple == "page":
                out.append("\t\t.page_multiple = true,")
            elif a.multiple:
                out.append(f"\t\t.multiple = {number(a.multiple)},")
            if a.live:
                out.append("\t\t.live = true,")
            if a.type == "enum":
                out.append(f"\t\t.words = kex_{obj}_{a.name}_words,")
            out.append("\t},")
        out += ["};", "", "/* X(name, index suffix, access), in declared order */"]
        out += xmacro(f"{up}_CONFIGFS_ATTRS",
                      [f"X({a.name}, {a.name.upper()}, {a.access.upper()})" for a in attrs
                       if a.type != "table"])
        if any(a.type == "table" for a in attrs):
            out += ["", "/* X(name): binary ones, of any length */"]
            out += xmacro(f"{up}_CONFIGFS_TABLES",
                          [f"X({a.name})" for a in attrs if a.type == "table"])
    lists = {"": list({a.name: a for a in schema.facts}.values())}
    lists.update((f"{kind.upper()}_", facts) for kind, facts in schema.kinds.items())
    for kind, facts in lists.items():
        which = "an object of this kind" if kind else "objects of all kinds"
        out += ["", f"/* X(name, file mode): what /sys/class/kex/<name>/ has of {which} */"]
        out += xmacro(f"KEX_{kind}SYSFS_ATTRS",
                      [f"X({a.name}, {a.file_mode})" for a in facts if a.type != "table"])
        out += ["", "/* the same, of any length */"]
        out += xmacro(f"KEX_{kind}SYSFS_TABLES",
                      [f"X({a.name}, {a.file_mode})" for a in facts if a.type == "table"])
    return out + ["", "#endif /* KEX_ATTRS_GEN_H */"]


def xmacro(name, lines):
    if not lines:
        return [f"#define {name}(X)"]
    out = [f"#define {name}(X) \\"]
    return out + [f"\t{line} \\" for line in lines[:-1]] + [f"\t{lines[-1]}"]


# --- tools/kexctl/schema.gen.h ---------------------------------------------

TOOL_HEAD = """\
#ifndef KEXCTL_SCHEMA_GEN_H
#define KEXCTL_SCHEMA_GEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum schema_type {
	SCHEMA_SIZE,		/* bytes; written with or without K, M, G */
	SCHEMA_OFFSET,		/* bytes, or auto */
	SCHEMA_UINT,
	SCHEMA_BOOL,		/* 0 | 1 */
	SCHEMA_OCTAL,
	SCHEMA_ENUM,		/* one of words */
	SCHEMA_TEXT,		/* any lines */
	SCHEMA_TRIGGER,		/* write-only: 1 */
	SCHEMA_WORD,		/* a name */
	SCHEMA_ADDRESS,		/* 0x... */
	SCHEMA_TABLE,		/* one line per thing, any length */
	SCHEMA_RANGE,		/* write-only: OFF LEN, or 1 in sysfs */
	SCHEMA_PIECES,		/* write-only: WOFF REGION ROFF LEN[; ...] */
};

enum schema_access {
	SCHEMA_RO,
	SCHEMA_RW,
	SCHEMA_WO,
};

/* A word of an enum or of a word list */
struct schema_word {
	const char *word;
	const char *meaning;
};

/*
 * An attribute: a wish in configfs, or a fact or action in sysfs. A pointer is
 * NULL where there is nothing to say.
 */
struct schema_attr {
	const char *name;
	enum schema_type type;
	enum schema_access access;
	unsigned int mode;		/* sysfs: file mode; configfs: 0 */
	bool integer;			/* JSON writes the value as a number */
	bool live;			/* may be written while live */
	bool required;			/* live=1 fails without it */
	bool page_multiple;
	uint64_t multiple;		/* other multiple in bytes, or 0 */
	uint64_t min;
	uint64_t max;
	const char *def;		/* default, as read back */
	const char *unit;
	const struct schema_word *words;	/* ends with .word == NULL */
	const char *option;		/* create: --option */
	const char *option_arg;		/* its argument; NULL: takes none, */
	const char *option_value;	/* and writes this */
	const char *meaning;
};

/* Each list ends with .name == NULL. */
struct schema_object {
	const char *name;
	const struct schema_attr *wishes;	/* configfs */
	const struct schema_attr *facts;	/* sysfs, or NULL */
};
"""


def c_string(text):
    if text is None:
        return "NULL"
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def tool_attr(a, words):
    integer = a.type in ("size", "offset", "uint", "bool")
    top = "UINT64_MAX" if a.max == U64_MAX else a.c_number(a.max)
    out = ["\t{",
           f"\t\t.name = {c_string(a.name)},",
           f"\t\t.type = SCHEMA_{a.type.upper()},",
           f"\t\t.access = SCHEMA_{a.access.upper()},"]
    if a.file_mode:
        out.append(f"\t\t.mode = {a.file_mode},")
    for flag, on in (("integer", integer), ("live", a.live), ("required", a.required),
                     ("page_multiple", a.multiple == "page")):
        if on:
            out.append(f"\t\t.{flag} = true,")
    if a.multiple and a.multiple != "page":
        out.append(f"\t\t.multiple = {number(a.multiple)},")
    if a.min:
        out.append(f"\t\t.min = {a.c_number(a.min)},")
    out.append(f"\t\t.max = {top},")
    for field, text in (("def", a.default), ("unit", a.unit)):
        if text is not None:
            out.append(f"\t\t.{field} = {c_string(text)},")
    if a.words:
        out.append(f"\t\t.words = {words},")
    if a.option:
        out.append(f"\t\t.option = {c_string(a.option['name'])},")
        if "arg" in a.option:
            out.append(f"\t\t.option_arg = {c_string(a.option['arg'])},")
        else:
            out.append(f"\t\t.option_value = {c_string(a.option['value'])},")
    out += ["\t\t.meaning =", f"\t\t\t{c_string(ascii_only(a.meaning))},", "\t},"]
    return out


def ascii_only(text):
    """Help goes to terminals of any locale."""
    return text.replace("…", "...")


def tool_list(name, attrs):
    out = []
    for a in attrs:
        if a.words:
            out += ["", f"static const struct schema_word {name}_{a.name}[] = {{"]
            for word, meaning in a.words.items():
                out.append(f"\t{{ {c_string(word)},")
                out.append(f"\t  {c_string(ascii_only(meaning))} }},")
            out += ["\t{ NULL, NULL }", "};"]
    out += ["", f"static const struct schema_attr {name}[] = {{"]
    for a in attrs:
        out += tool_attr(a, f"{name}_{a.name}")
    return out + ["\t{ .name = NULL }", "};"]


def write_tool(schema):
    out = ["/* SPDX-License-Identifier: GPL-2.0-only */", f"/* {BY_HAND} */"]
    out += TOOL_HEAD.splitlines()
    for obj, attrs in schema.objects.items():
        out += tool_list(f"schema_{obj}_wishes", attrs)
        if obj in schema.kinds:
            out += tool_list(f"schema_{obj}_facts", schema.kinds[obj])
        facts = f"schema_{obj}_facts" if obj in schema.kinds else "NULL"
        out += ["", "__attribute__((unused))",
                f"static const struct schema_object schema_{obj} = {{",
                f"\t.name = {c_string(obj)},",
                f"\t.wishes = schema_{obj}_wishes,",
                f"\t.facts = {facts},", "};"]
    return out + ["", "#endif /* KEXCTL_SCHEMA_GEN_H */"]


# --- tests/bats/lib/attrs.gen.bash -----------------------------------------

NOT_NUMBERS = ["", "-1", "+1", "junk", "1 1", "1x", "0x", "1.5", "1e3"]


def size_values(a):
    """(good as (written, read back), bad as (errno, written)) for bytes."""
    step = number(a.multiple) if a.multiple not in (None, "page") else ANY_PAGE
    unit = max(step, ANY_PAGE) if a.multiple else 1
    good, bad = [], []
    for text in (str(unit), hex(unit), f"{unit // 1024}K", f"{unit // 1024}k",
                 "64M", "2g", str(-(-a.min // unit) * unit), str(a.max // unit * unit)):
        n = number(text.upper() if text[-1] in "kmg" else text)
        if a.min <= n <= a.max and n % unit == 0 and (text, str(n)) not in good:
            good.append((text, str(n)))
    bad += [("EINVAL", t) for t in NOT_NUMBERS + ["K", "4KK", "4T", "4 K", "0x4G0"]]
    for n in (a.min - 1, a.max + 1):
        if n >= 0:
            bad.append(("ERANGE", str(n)))
    if a.max == U64_MAX:
        bad += [("ERANGE", t) for t in (hex(U64_MAX + 1), "17179869184G",
                                        "99999999999999999999999")]
    if a.multiple:
        odd = [1, unit - 1, unit + 1, unit * 3 // 2 + 1]
        if a.multiple != "page":
            odd.append(-(-a.min // unit) * unit + step // 2)
        bad += [("EINVAL" if a.min <= n <= a.max else "ERANGE", str(n)) for n in odd]
    return good, bad


def range_values():
    """The same for ranges, of an object of any size up to 1 GiB."""
    good = [("1", ""), (f"0 {ANY_PAGE}", ""), (f"0x0 {ANY_PAGE // 1024}K", "")]
    bad = [("EINVAL", t) for t in [
        "", "0", "x", "-1", "1x", "2", "0 0", "0 100", f"100 {ANY_PAGE}", f"0 {ANY_PAGE} 1",
        f"0 {ANY_PAGE}x", f"0+{ANY_PAGE}", f"0 -{ANY_PAGE}", f"0,{ANY_PAGE}"]]
    bad += [("ERANGE", t) for t in [
        "0 2G", f"1G {ANY_PAGE}", f"{U64_MAX + 1 - ANY_PAGE} {2 * ANY_PAGE}", f"0 {U64_MAX + 1}"]]
    return good, bad


def values(a):
    """What a test may write to a configured item, and what it must not."""
    if a.type == "range":
        return range_values()
    if a.type in ("size", "offset"):
        good, bad = size_values(a)
        if a.type == "offset":
            good = [("auto", "auto")] + good
            bad += [("EINVAL", t) for t in ("AUTO", "auto1", "aut")]
    elif a.type == "uint":
        good = [(str(n), str(n)) for n in sorted({a.min, (a.min + a.max) // 2, a.max})]
        good.append((hex(a.max), str(a.max)))
        bad = [("EINVAL", t) for t in NOT_NUMBERS]
        bad += [("ERANGE", str(n)) for n in (a.min - 1, a.max + 1) if n >= 0]
        if a.not_above:
            # The other one, tried later, then may have any value.
            good = [(w, r) for w, r in good if int(r) == a.min] + [(hex(a.min), str(a.min))]
    elif a.type == "bool":
        good = [("0", "0"), ("1", "1")]
        bad = [("EINVAL", t) for t in NOT_NUMBERS + ["y", "on", "true"]]
        bad += [("ERANGE", "2"), ("ERANGE", "18446744073709551616")]
    elif a.type == "octal":
        good = [(f"{n:{form}}", f"{n:04o}") for n in sorted({a.min, 0o600, a.max})
                if a.min <= n <= a.max for form in ("04o", "o")]
        bad = [("EINVAL", t) for t in ["", "-1", "junk", "8", "0668", "0x1ff", "0o660",
                                       "660 ", "660x", "u=rw"]]
        bad += [("ERANGE", f"{n:o}") for n in (a.min - 1, a.max + 1) if n >= 0]
        bad.append(("ERANGE", "7777777777777777777777777"))
    elif a.type == "enum":
        good = [(w, w) for w in a.words]
        first = next(iter(a.words))
        bad = [("EINVAL", t) for t in ["", "none", "0", first.upper(), first[:-1],
                                       first + "x", f"{first} {first}", f" {first}"]
               if t not in a.words]
    elif a.type == "trigger":
        good = [("1", "")]
        bad = [("EINVAL", t) for t in ["0"] + NOT_NUMBERS]
        bad += [("ERANGE", "2"), ("ERANGE", "18446744073709551616")]
    elif a.type == "word":
        good = [(w, w) for w in a.words]
        bad = [("EINVAL", t) for t in ["", "-a", ".a", "A", "a b", "a" * 32, "a/b"]]
        bad += [("ENOENT", t) for t in ["none-such", "a" * 31]]
    elif a.type == "pieces":
        good = []
        bad = [("EINVAL", t) for t in NOT_NUMBERS + [
            "1", ";", "0 a 0", "0 a 0 0", "0 a 0 65536 0", "0 A 0 65536", "-1 a 0 65536",
            "0 a 0 65536; 65536 a 65536"]]
    else:
        return [], []
    if a.acts and a.default is not None:
        # Any other good value would do something.
        good = [(w, r) for w, r in good if r == a.default]
    return good, bad


BATS_HEAD = """\
# What the conformance test loops over. Associative arrays are keyed by
# object/name, as region/size; KEX_ATTRS gives the keys in declared order.
#   KEX_ATTR_TYPE     size offset uint bool octal enum text trigger range pieces
#                     table word
#   KEX_ATTR_ACCESS   ro rw wo; the other direction is EACCES at open
#   KEX_ATTR_DEFAULT  as a fresh item reads it back; unset where there is none
#   KEX_ATTR_LIVE     1: may be written while live; 0: that is EBUSY
#   KEX_ATTR_REQUIRED 1: live=1 fails without it
#   KEX_ATTR_ACTS     1: a write does something, beside what reads back
#   KEX_ATTR_OPTION   of kexctl's create: 'NAME' with an argument, 'NAME=VALUE'
#                     without one, which writes VALUE; unset where there is none
#   KEX_ATTR_GOOD     lines 'READBACK WRITTEN', for a configured item; - as
#                     READBACK: nothing to read. Writing has no effect but the
#                     value
#   KEX_ATTR_BAD      lines 'ERRNO WRITTEN'; WRITTEN may be empty or hold spaces
# WRITTEN is what follows the first space of the line, to its end; it is meant
# with one newline behind it. KEX_OBJECTS names the objects, KEX_OBJECT_PATH says
# where they are, with <carveout> and <the object> for names. Facts and actions
# in sysfs:
#   KEX_FACTS         keys kind/name, as region/phys
#   KEX_FACT_TYPE     size uint enum word address table trigger range
#   KEX_FACT_MODE     octal file mode, four digits
#   KEX_FACT_WORDS    enum: the words, separated by spaces
#   KEX_FACT_COUNTER  1: never goes backwards while live
#   KEX_FACT_GOOD     actions: as KEX_ATTR_GOOD, for an object of 64 KiB to 1 GiB
#   KEX_FACT_BAD      the same for KEX_ATTR_BAD
# KEX_FEATURES has every word that the features file may show, KEX_FEATURES_OPTIONAL
# those of them that only some kernels have.
# shellcheck shell=bash disable=SC2034 # the arrays are used by the tests
"""


def sh(text):
    if re.fullmatch(r"[A-Za-z0-9_./-]+", text):
        return text
    return "'" + text.replace("'", "'\\''") + "'"


def sh_map(name, pairs):
    return [f"declare -gA {name}=("] + [f"\t[{k}]={sh(v)}" for k, v in pairs] + [")"]


def sh_tried(what_, tried):
    return sh_map(f"KEX_{what_}_GOOD", [
        (k, "\n".join(f"{back or '-'} {put}" for put, back in good))
        for k, _, good, _ in tried]) + sh_map(f"KEX_{what_}_BAD", [
            (k, "\n".join(f"{errno} {put}" for errno, put in bad)) for k, _, _, bad in tried])


def write_bats(schema):
    out = ["# SPDX-License-Identifier: GPL-2.0-only", f"# {BY_HAND}", "#"]
    out += BATS_HEAD.splitlines()
    attrs = [(f"{obj}/{a.name}", a) for obj, list_ in schema.objects.items() for a in list_]
    tried = [(key, a, *values(a)) for key, a in attrs if a.access != "ro"]
    out += ["", f"declare -ga KEX_OBJECTS=({' '.join(schema.objects)})"]
    out += sh_map("KEX_OBJECT_PATH", [(obj, desc["path"])
                                      for obj, desc in schema.raw["configfs"].items()])
    out += ["", "declare -ga KEX_ATTRS=("] + [f"\t{key}" for key, _ in attrs] + [")"]
    out += sh_map("KEX_ATTR_TYPE", [(k, a.type) for k, a in attrs])
    out += sh_map("KEX_ATTR_ACCESS", [(k, a.access) for k, a in attrs])
    out += sh_map("KEX_ATTR_DEFAULT", [(k, a.default) for k, a in attrs
                                       if a.default is not None])
    out += sh_map("KEX_ATTR_LIVE", [(k, str(int(a.live))) for k, a in attrs
                                    if a.access != "ro"])
    out += sh_map("KEX_ATTR_REQUIRED", [(k, str(int(a.required))) for k, a in attrs])
    out += sh_map("KEX_ATTR_ACTS", [(k, str(int(a.acts))) for k, a in attrs])
    out += sh_map("KEX_ATTR_OPTION", [
        (k, a.option["name"] + (f"={a.option['value']}" if "value" in a.option else ""))
        for k, a in attrs if a.option])
    out += sh_tried("ATTR", tried)
    facts = [(f"{kind}/{a.name}", a) for kind, list_ in schema.kinds.items() for a in list_]
    out += ["", "declare -ga KEX_FACTS=("] + [f"\t{key}" for key, _ in facts] + [")"]
    out += sh_map("KEX_FACT_TYPE", [(k, a.type) for k, a in facts])
    out += sh_map("KEX_FACT_MODE", [(k, a.file_mode) for k, a in facts])
    out += sh_map("KEX_FACT_WORDS", [(k, " ".join(a.words)) for k, a in facts if a.words])
    out += sh_map("KEX_FACT_COUNTER", [(k, str(int(a.counter))) for k, a in facts])
    out += sh_tried("FACT", [(k, a, *values(a)) for k, a in facts if a.access == "wo"])
    features, = (a for a in schema.objects["root"] if a.name == "features")
    return out + ["", f"declare -ga KEX_FEATURES=({' '.join(features.words)})",
                  f"declare -ga KEX_FEATURES_OPTIONAL=({' '.join(features.optional)})"]


# --- docs/ABI --------------------------------------------------------------

FORMS = {
    "size": "Bytes. Accepts decimal or 0x, and the suffixes K, M and G; reads back in"
            " decimal.",
    "offset": "'auto', or bytes. Accepts decimal or 0x, and the suffixes K, M and G;"
              " reads back in decimal.",
    "uint": "A number, decimal or 0x; reads back in decimal.",
    "bool": "0 or 1.",
    "octal": "Octal; reads back as four digits.",
    "trigger": "Accepts 1.",
    "address": "Hexadecimal, with 0x.",
}


def wrap(text, first="\t\t"):
    return textwrap.wrap(" ".join(text.split()), 60, initial_indent=first,
                         subsequent_indent="\t\t", break_on_hyphens=False)


def what(schema, a, path, kinds=()):
    form = FORMS.get(a.type, "")
    if a.access == "ro" and a.type in ("size", "uint"):
        form = f"Decimal, in {a.unit}."
    if a.type == "range":
        form = ""
    out = [f"What:\t\t{path}/{a.name}",
           f"Date:\t\t{schema.releases[a.since]['date']}",
           f"KernelVersion:\tkex {a.since}",
           "Contact:\tkex developers",
           "Description:"]
    mode = f", {a.file_mode}" if a.file_mode else ""
    upper = a.meaning[0].upper() + a.meaning[1:]
    out += wrap(f"({a.access.upper()}{mode}) {upper}.")
    if kinds:
        out += wrap(f"Of: {', '.join(kinds)}.")
    for part in filter(None, (form, a.text)):
        out += [""] + wrap(part)
    if a.words:
        out.append("")
        width = max(map(len, a.words)) + 2
        for word, meaning in a.words.items():
            hang = "\t\t" + " " * width
            if word in a.optional:
                meaning += "; not on every kernel"
            out += textwrap.wrap(meaning, 60, initial_indent=f"\t\t{word:{width}}",
                                 subsequent_indent=hang)
    out += limits(a)
    errors = list(a.errors)
    if a.access != "ro":
        errors = form_errors(a) + errors
    if errors:
        out += ["", "\t\tErrors:"]
        width = max([8] + [len(error["errno"]) for error in errors]) + 1
        for error in errors:
            out += textwrap.wrap(error["when"], 60,
                                 initial_indent=f"\t\t{error['errno']:<{width}}",
                                 subsequent_indent="\t\t" + " " * width)
    return out


def limits(a):
    out = []
    if a.access != "ro" and a.type in ("size", "offset", "uint", "octal"):
        line = f"Range: {a.range()}"
        if a.multiple:
            line += f", a multiple of {'the page size' if a.multiple == 'page' else a.multiple}"
        out.append(line)
    if a.default is not None:
        out.append("Required." if a.required else f"Default: {a.default}")
    if a.access != "ro" and not a.file_mode:
        out.append("May be written while live." if a.live else
                   "Cannot be written while live.")
    if a.counter:
        out.append("Never goes backwards while the object is live.")
    return [""] + [f"\t\t{line}" for line in out] if out else []


def form_errors(a):
    out = []
    if a.type == "enum":
        out.append({"errno": "EINVAL", "when": "not one of the words"})
    elif a.type in ("range", "pieces"):
        out.append({"errno": "EINVAL", "when": "malformed, of length 0, or not a multiple"
                                               " of the page size"})
        if a.type == "range":
            out.append({"errno": "ERANGE", "when": "the range ends behind the object"})
    elif a.type == "word":
        out.append({"errno": "EINVAL", "when": "cannot be a name"})
    else:
        more = ""
        if a.multiple:
            more = f", or not a multiple of {'the page size' if a.multiple == 'page' else a.multiple}"
        out.append({"errno": "EINVAL", "when": "malformed" + more})
        out.append({"errno": "ERANGE", "when": "outside the range"})
    if not a.live and not a.file_mode:
        out.append({"errno": "EBUSY", "when": "the object is live"})
    return out


def doc_head():
    return [f".. {BY_HAND}", ""]


def write_doc_configfs(schema):
    out = doc_head()
    for obj, attrs in schema.objects.items():
        for a in attrs:
            out += what(schema, a, schema.raw["configfs"][obj]["path"]) + [""]
    return out[:-1]


def write_doc_sysfs(schema):
    out = doc_head()
    for a in schema.facts:
        out += what(schema, a, schema.raw["sysfs"]["path"], a.kinds) + [""]
    return out[:-1]


OUTPUTS = {
    "driver/attrs.gen.h": write_driver,
    "tools/kexctl/schema.gen.h": write_tool,
    "tests/bats/lib/attrs.gen.bash": write_bats,
    "docs/ABI/configfs-kex": write_doc_configfs,
    "docs/ABI/sysfs-class-kex": write_doc_sysfs,
}


def current(path):
    try:
        with open(path, encoding="utf-8") as stream:
            return stream.read()
    except FileNotFoundError:
        return None


def main():
    parser = argparse.ArgumentParser(description="Generate from kex.yaml.")
    parser.add_argument("--check", action="store_true",
                        help="write nothing; fail when a file differs")
    parser.add_argument("--schema", default=os.path.join(HERE, "kex.yaml"), metavar="FILE",
                        help="read FILE in place of kex.yaml")
    parser.add_argument("--out", default=os.path.dirname(HERE), metavar="DIR",
                        help="the tree to write to, or to compare with")
    args = parser.parse_args()
    try:
        schema = read_schema(args.schema)
    except Bad as error:
        print(f"gen.py: {error}", file=sys.stderr)
        return 1
    differ = 0
    for name, write in OUTPUTS.items():
        path = os.path.join(args.out, name)
        new = "\n".join(write(schema)) + "\n"
        old = current(path)
        if old == new:
            continue
        differ += 1
        if args.check:
            sys.stdout.writelines(difflib.unified_diff(
                (old or "").splitlines(True), new.splitlines(True),
                name if old is not None else "/dev/null", f"{name} (from kex.yaml)"))
        else:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as stream:
                stream.write(new)
            print(f"  GEN     {name}")
    if args.check and differ:
        print(f"gen.py: {differ} generated file(s) differ from kex.yaml; run 'make schema'",
              file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
