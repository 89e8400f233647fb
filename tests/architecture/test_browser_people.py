"""Browser tests share one server and run in any order: each file writes with numbers of its own."""

import re
from collections import defaultdict

from tests.architecture._source import ROOT

NUMBER = re.compile(r"\+?\b1206555\d{3,4}")


def test_a_number_writes_in_one_file_of_the_browser_tests():
    files_of: defaultdict[str, set[str]] = defaultdict(set)
    for path in sorted((ROOT / "tests" / "browser").glob("test_*.py")):
        for number in NUMBER.findall(path.read_text()):
            files_of[number.removeprefix("+")].add(path.name)
    assert len(files_of) > 20
    shared = {
        number: sorted(files | others)
        for number, files in files_of.items()
        for begun, others in files_of.items()
        if number.startswith(begun) and len(files | others) > 1
    }
    assert not shared, f"give each file numbers of its own: {shared}"
