"""Reads the log of `swift test` and prints what failed, what was skipped, and one total."""

import re
import sys

log = open(sys.argv[1], errors="replace").read()
passed = len(re.findall(r"^[✔􁁛] Test (?!run|case).* passed after ", log, re.M))
failed = len(re.findall(r"^[✘􀢄] Test (?!run|case).* failed after ", log, re.M))
skipped = len(re.findall(r"^[➜􀙟] Test .*(?:skipped|cancelled)", log, re.M))
whole = re.search(r"Test run with (\d+) tests?", log)
if not whole or passed + failed == 0:
    sys.exit("no test ran")
for line in re.findall(r"^[➜􀙟] Test .*(?:skipped|cancelled).*$", log, re.M):
    print(line)
# Again at the end, where the log of a run is cut: what failed, and what was expected.
for line in re.findall(r"^[✘􀢄] Test .*(?: recorded an issue |failed after ).*$", log, re.M):
    print(line[:1000])
print(f"{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(1 if failed else 0)
