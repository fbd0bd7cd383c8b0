"""Judges the formats of `importtrace check` by their own schemas, parsers and grammars.

    check_formats.py FORMAT FILE JSON [SCHEMA]     JSON: the same check as --format json
"""

import json
import re
import sys
import urllib.parse


def printable(text):
    """No control character but line ends, no bidirectional override: nothing a terminal obeys."""
    for c in text:
        assert c == "\n" or (ord(c) >= 0x20 and not 0x7F <= ord(c) < 0xA0), hex(ord(c))
        assert not 0x202A <= ord(c) <= 0x202E and not 0x2066 <= ord(c) <= 0x2069, hex(ord(c))


def read_json(path):
    r = json.load(open(path, encoding="utf-8"))
    assert r["schema"] == "importtrace/check" and r["version"] == 1
    return r


def shown(r):
    return [f for f in r["findings"] if not f["accepted"]]


def check_json(text, r, _):
    assert json.loads(text) == r
    for f in r["findings"]:
        assert f["severity"] in ("error", "warning", "note") and f["text"] and f["todo"]
        assert re.fullmatch("[0-9a-f]{64}", f["fingerprint"])
        printable(f["text"])
    counts = {s: sum(f["severity"] == s for f in shown(r)) for s in ("error", "warning", "note")}
    assert all(r["counts"][s] == n for s, n in counts.items())


def check_text(text, r, _):
    printable(text)
    assert text.splitlines()[-1].startswith("FAILED" if r["result"] == "fail" else "passed")


def check_sarif(text, r, schema):
    import jsonschema

    log = json.loads(text)
    schema = json.load(open(schema, encoding="utf-8"))
    assert schema["id"].endswith("sarif-schema-2.1.0.json")
    jsonschema.Draft4Validator.check_schema(schema)
    jsonschema.Draft4Validator(schema).validate(log)
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert len(run["results"]) == len(r["findings"])
    for result, f in zip(run["results"], r["findings"]):
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"] == f["id"]
        assert result["partialFingerprints"]["importtrace/v1"] == f["fingerprint"]
        assert ("suppressions" in result) == f["accepted"]
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+", uri), uri
        if f.get("path"):
            assert urllib.parse.unquote(uri) == f["path"]


def check_junit(text, r, _):
    import junitparser

    suites = junitparser.JUnitXml.fromstring(text.encode())
    (suite,) = suites
    cases = list(suite)
    failures = [c for c in cases if any(isinstance(x, junitparser.Failure) for x in c.result)]
    skipped = [c for c in cases if any(isinstance(x, junitparser.Skipped) for x in c.result)]
    assert (suite.tests, suite.failures, suite.skipped) == (len(cases), len(failures), len(skipped))
    assert suites.tests == len(cases) and suites.failures == len(failures)
    wanted = [f for f in shown(r) if f["severity"] != "note"]
    assert len(failures) == len(wanted)
    for c, f in zip(failures, wanted):
        assert c.classname == "importtrace.check." + f["id"]
        assert c.result[0].message == f["text"] and c.result[0].type == f["severity"]


def unescape(s):
    for code, c in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        s = s.replace(code, c)
    return s


def check_github(text, r, _):
    # docs.github.com, "Workflow commands": ::LEVEL name=value,name=value::message on one line.
    printable(text)
    lines = text.splitlines()
    assert len(lines) == len(shown(r))
    levels = {"error": "error", "warning": "warning", "note": "notice"}
    for line, f in zip(lines, shown(r)):
        m = re.fullmatch(r"::(error|warning|notice) file=([^,:]+),title=([^,:]+)::(.*)", line)
        assert m, line
        assert m[1] == levels[f["severity"]] and unescape(m[3]) == "importtrace " + f["id"]
        assert not re.search("%(?!25|0A|0D|3A|2C)", m[2] + m[4]), line
        assert unescape(m[4]) == f["text"] + " " + f["todo"]


def check_gitlab(text, r, _):
    # docs.gitlab.com, "Code quality report format".
    issues = json.loads(text)
    assert len(issues) == len(shown(r))
    assert len({i["fingerprint"] for i in issues}) == len(issues)
    for i, f in zip(issues, shown(r)):
        assert i["description"] == f["text"] and i["check_name"] == f["id"]
        assert i["fingerprint"] == f["fingerprint"]
        assert i["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert i["location"]["path"] and not i["location"]["path"].startswith(("./", "/"))
        assert i["location"]["lines"]["begin"] == 1


def check_markdown(text, r, _):
    import html.parser
    import subprocess

    assert len(text) <= 65536
    printable(text)
    out = subprocess.run(
        ["cmark-gfm", "--unsafe", "-e", "table", "-e", "autolink", "-e", "strikethrough"],
        input=text.encode(), stdout=subprocess.PIPE, check=True).stdout.decode()

    class Page(html.parser.HTMLParser):
        tags, rows, cells, text = set(), [], 0, ""

        def handle_starttag(self, tag, attrs):
            self.tags.add(tag)
            self.cells = 0 if tag == "tr" else self.cells + (tag in ("td", "th"))

        def handle_endtag(self, tag):
            if tag == "tr":
                self.rows.append(self.cells)

        def handle_data(self, data):
            self.text += data

    page = Page()
    page.feed(out)
    assert not re.search("[@#][A-Za-z0-9]", page.text), "a mention, a reference or an address"
    page.text = page.text.replace("\u200b", "")
    # Nothing of a name is markup: only what the report itself is made of.
    assert page.tags <= {"h3", "p", "table", "thead", "tbody", "tr", "th", "td", "details",
                         "summary"}, page.tags
    assert text.count("<details>") == text.count("</details>")
    assert all(n in (4, 5) for n in page.rows), page.rows
    assert "importtrace check" in page.text
    rows = sum(line.startswith("| error |") for line in text.splitlines())
    for f in [f for f in shown(r) if f["severity"] == "error"][:rows]:
        assert f["text"][:60] in page.text, f["text"]


def main():
    name, path, wanted = sys.argv[1:4]
    text = open(path, encoding="utf-8", newline="").read()
    globals()["check_" + name](text, read_json(wanted), *(sys.argv[4:] or [None]))


main()
