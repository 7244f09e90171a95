#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""gen.py refuses what is wrong, says where, and sees drift."""

import os
import subprocess
import tempfile
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GEN = os.path.join(TOP, "configfs-schema", "gen.py")

GOOD = """\
---
schema: 1
releases:
  "0.1": {date: November 2026}
configfs:
  root:
    path: /sys/kernel/config/kex
    attributes:
      - {name: features, type: text, access: ro, since: "0.1",
         meaning: what can be done here, words: {evict: mappings can be taken away}}
  pool:
    path: /sys/kernel/config/kex/carveouts/<carveout>/pools/<pool>
    attributes:
      - {name: size, type: size, access: rw, unit: bytes, min: 2M, multiple: 2M,
         default: 0, required: true, since: "0.1", meaning: length of the pool,
         option: {name: size, arg: SIZE}}
      - {name: fault_around, type: uint, access: rw, live: true, min: 1, max: 512,
         default: 64, since: "0.1", meaning: pages brought back at once}
      - {name: backing, type: enum, access: rw, default: system, since: "0.1",
         words: {carveout: memory set aside, system: ordinary memory},
         meaning: where the data lives}
      - {name: mode, type: octal, access: rw, max: "0777", default: "0600",
         since: "0.1", meaning: file mode of the node}
sysfs:
  path: /sys/class/kex/<name>
  attributes:
    - {name: used, type: size, mode: "0444", unit: bytes, kinds: [pool],
       since: "0.1", meaning: memory in use now}
    - {name: hold, type: range, mode: "0200", multiple: page, kinds: [pool],
       since: "0.1", meaning: keeps the memory away}
"""


class Gen(unittest.TestCase):
    def setUp(self):
        tmp = tempfile.TemporaryDirectory()
        self.addCleanup(tmp.cleanup)
        self.tmp = tmp.name
        self.schema = os.path.join(self.tmp, "kex.yaml")

    def gen(self, *args, text=GOOD):
        with open(self.schema, "w", encoding="utf-8") as stream:
            stream.write(text)
        return subprocess.run(
            ["/usr/bin/python3", GEN, "--schema", self.schema, "--out", self.tmp, *args],
            capture_output=True, text=True, check=False)

    def path(self, name):
        return os.path.join(self.tmp, name)

    def read(self, name):
        with open(self.path(name), encoding="utf-8") as stream:
            return stream.read()

    def refused(self, old, new, *said):
        """With OLD replaced by NEW, gen.py fails, says it, and writes nothing."""
        self.assertIn(old, GOOD)
        got = self.gen(text=GOOD.replace(old, new, 1))
        self.assertEqual(got.returncode, 1, got.stdout)
        self.assertNotIn("Traceback", got.stderr)
        for part in said:
            self.assertIn(part, got.stderr)
        self.assertEqual(os.listdir(self.tmp), ["kex.yaml"])

    def test_what_is_declared_is_written(self):
        got = self.gen()
        self.assertEqual((got.returncode, got.stderr), (0, ""))
        driver = self.read("driver/attrs.gen.h")
        self.assertIn("\tKEX_POOL_ATTR_FAULT_AROUND,\n", driver)
        self.assertIn("\tX(fault_around, FAULT_AROUND, RW) \\\n", driver)
        self.assertIn("\t\t.multiple = 2097152,\n", driver)
        self.assertIn("\t\t.def = 1,\n\t\t.words = kex_pool_backing_words,\n", driver)
        self.assertIn("\t\t.max = 0777,\n\t\t.def = 0600,\n", driver)
        self.assertIn("\tX(used, 0444) \\\n\tX(hold, 0200)\n", driver)
        self.assertIn("#define KEX_POOL_SYSFS_TABLES(X)\n", driver)
        self.assertIn('.option = "size"', self.read("tools/kexctl/schema.gen.h"))
        self.assertIn("/sys/class/kex/<name>/hold\n", self.read("docs/ABI/sysfs-class-kex"))

    def test_test_values_follow_from_the_range(self):
        self.gen()
        good, bad, size, live = self.shell(
            '"${KEX_ATTR_GOOD[pool/fault_around]}" --'
            ' "${KEX_ATTR_BAD[pool/fault_around]}" -- "${KEX_ATTR_BAD[pool/size]}" --'
            ' "${KEX_ATTR_LIVE[pool/fault_around]}" "${KEX_ATTR_LIVE[pool/size]}"')
        self.assertIn("512 512", good)
        self.assertIn("1 1", good)
        self.assertIn("ERANGE 0", bad)
        self.assertIn("ERANGE 513", bad)
        self.assertIn("EINVAL -1", bad)
        self.assertIn("EINVAL 2097153", size)
        self.assertIn("EINVAL 3145728", size, "half the multiple is a page multiple, too")
        self.assertIn("ERANGE 1", size, "a value below min is out of range first")
        self.assertIn("ERANGE 18446744073709551616", size)
        self.assertEqual(live[:2], ["1", "0"])

    def shell(self, words):
        """What bash makes of WORDS, with the generated list; parted by --."""
        script = (". " + self.path("tests/bats/lib/attrs.gen.bash") +
                  '; printf "%s\\n" ' + words)
        out = subprocess.run(["bash", "-c", script], capture_output=True, text=True,
                             check=True).stdout
        return [part.split("\n") for part in out.split("--\n")]

    def test_every_declared_property_reaches_the_tests(self):
        self.gen()
        path, required, option, good, bad = self.shell(
            '"${KEX_OBJECTS[@]}" "${KEX_OBJECT_PATH[pool]}" --'
            ' "${KEX_ATTR_REQUIRED[pool/size]}" "${KEX_ATTR_REQUIRED[pool/mode]}" --'
            ' "${KEX_ATTR_OPTION[pool/size]}" "${KEX_ATTR_OPTION[pool/mode]-none}" --'
            ' "${KEX_FACT_GOOD[pool/hold]}" -- "${KEX_FACT_BAD[pool/hold]}"')
        self.assertEqual(path[:3], ["root", "pool",
                                    "/sys/kernel/config/kex/carveouts/<carveout>/pools/<pool>"])
        self.assertEqual(required[:2], ["1", "0"])
        self.assertEqual(option[:2], ["size", "none"])
        self.assertIn("- 0 65536", good)
        self.assertIn("EINVAL 0 100", bad)
        self.assertIn("ERANGE 0 2G", bad)

    def test_a_second_run_writes_nothing(self):
        self.gen()
        before = os.stat(self.path("driver/attrs.gen.h")).st_mtime_ns
        got = self.gen()
        self.assertEqual((got.returncode, got.stdout, got.stderr), (0, "", ""))
        self.assertEqual(os.stat(self.path("driver/attrs.gen.h")).st_mtime_ns, before)

    def test_drift_is_shown_and_fails(self):
        self.gen()
        self.assertEqual(self.gen("--check").returncode, 0)
        got = self.gen("--check", text=GOOD.replace("max: 512", "max: 256"))
        self.assertEqual(got.returncode, 1)
        self.assertIn("-\t\t.max = 512,\n+\t\t.max = 256,\n", got.stdout)
        self.assertIn("make schema", got.stderr)
        self.assertIn(".max = 512", self.read("driver/attrs.gen.h"), "--check has written")

    def test_a_hand_edit_and_a_lost_file_are_drift(self):
        self.gen()
        with open(self.path("docs/ABI/configfs-kex"), "a", encoding="utf-8") as stream:
            stream.write("by hand\n")
        os.remove(self.path("tools/kexctl/schema.gen.h"))
        got = self.gen("--check")
        self.assertEqual(got.returncode, 1)
        self.assertIn("-by hand", got.stdout)
        self.assertIn("--- /dev/null\n+++ tools/kexctl/schema.gen.h", got.stdout)
        self.assertIn("2 generated file(s)", got.stderr)

    def test_an_unknown_key_is_refused(self):
        self.refused("multiple: 2M", "multple: 2M", "configfs/pool/size", "multple")

    def test_an_unknown_type_is_refused(self):
        self.refused("type: uint", "type: int", "configfs/pool/fault_around/type", "'int'")

    def test_a_missing_key_is_refused(self):
        self.refused("      - {name: mode, type: octal, access: rw, max: \"0777\",",
                     "      - {name: mode, type: octal, max: \"0777\",",
                     "configfs/pool/mode", "'access'")

    def test_a_key_given_twice_is_refused(self):
        self.refused("min: 1, max: 512", "min: 1, min: 2, max: 512", "'min' is given twice",
                     "line ")

    def test_an_attribute_given_twice_is_refused(self):
        self.refused("name: fault_around", "name: size", "configfs/pool",
                     "name 'size' is given twice")

    def test_an_option_given_twice_is_refused(self):
        self.refused("meaning: file mode of the node}",
                     "meaning: file mode of the node, option: {name: size, arg: M}}",
                     "option 'size' is given twice")

    def test_a_default_outside_the_range_is_refused(self):
        self.refused("default: 64", "default: 513", "configfs/pool/fault_around", "1..512")

    def test_a_default_that_is_no_word_is_refused(self):
        self.refused("default: system", "default: disk", "configfs/pool/backing", "'disk'")

    def test_a_default_that_is_not_octal_is_refused(self):
        self.refused('default: "0600"', 'default: "0680"', "configfs/pool/mode", "0680")

    def test_an_odd_multiple_is_refused(self):
        self.refused("min: 2M, multiple: 2M", "min: 2M, multiple: 3M", "configfs/pool/size",
                     "no power of two")

    def test_an_empty_range_is_refused(self):
        self.refused("min: 1, max: 512", "min: 8, max: 2", "min 8 is above max 2")

    def test_an_enum_without_words_is_refused(self):
        self.refused("words: {carveout: memory set aside, system: ordinary memory},", "",
                     "configfs/pool/backing", "words")

    def test_a_writable_attribute_without_default_is_refused(self):
        self.refused("default: 64, ", "", "configfs/pool/fault_around", "'default'")

    def test_a_default_of_what_cannot_be_written_is_refused(self):
        self.refused("access: ro, since", "access: ro, default: x, since", "root/features",
                     "default makes no sense")

    def test_a_readable_action_is_refused(self):
        self.refused('type: range, mode: "0200"', 'type: range, mode: "0444"', "sysfs/hold/mode")

    def test_a_kind_that_there_is_not_is_refused(self):
        self.refused("kinds: [pool]", "kinds: [pond]", "sysfs/used", "'pond'")

    def test_words_of_nothing_are_refused(self):
        self.refused("words: {carveout: memory set aside, system: ordinary memory}",
                     "words_of: pool/mode", "words_of 'pool/mode'")

    def test_an_optional_word_that_there_is_not_is_refused(self):
        self.refused("words: {carveout: memory set aside, system: ordinary memory}",
                     "words: {carveout: memory set aside}, optional: [system]",
                     "configfs/pool/backing", "optional 'system'")

    def test_an_unknown_release_is_refused(self):
        self.refused('since: "0.1", meaning: pages', 'since: "0.7", meaning: pages',
                     "configfs/pool/fault_around", "0.7")

    def test_what_is_no_yaml_is_refused(self):
        self.refused("schema: 1", "schema: [1", "kex.yaml", "line")

    def test_a_missing_file_is_an_error(self):
        got = subprocess.run(["/usr/bin/python3", GEN, "--schema", self.path("none.yaml")],
                             capture_output=True, text=True, check=False)
        self.assertEqual(got.returncode, 1)
        self.assertIn("none.yaml", got.stderr)
        self.assertNotIn("Traceback", got.stderr)


if __name__ == "__main__":
    unittest.main()
