"""docs/safety.md of what suite.py saved.

    python3 probes/safety/document.py FIRST.json SECOND.json -o docs/safety.md

unseen.json beside this file is what the second suite gave when it was first run, with the code as it
was before anybody had looked at a result; it stays as it is.
"""
import argparse
import json
import os

import suite
from suite import Result

INTRODUCTION = """# What is safe at which level

<!-- Made by `make safety`; do not edit. -->

{n} pairs of small programs over {p} packages from PyPI: the first is recorded, the tree is pruned
with that trace, and the second runs on the layer alone, which takes the tree's place. The pairs are
chosen to be nasty – another locale, format, plugin, dialect, service, error path – so this is a
yardstick between levels, not a failure rate in the field. What passes prints exactly what it prints
on the full tree. A silent wrong answer is another output with exit code 0.

Sizes are without bytecode, and 100 % is every file of every distribution that the recording touched
(`whole`, which is no level of `prune`). `oracle` keeps what both programs touched: what a policy
could reach that knew the second. `static` knows no trace: it is given the distributions that the
recording touched and those that they require.

There are two suites, `probes/safety/pairs` and `probes/safety/second`. The policy and the rules were
tuned while looking at the first. The second was written without looking at either, committed, and
then run: that is the honest figure. It is a development suite like the first since then.
"""


def load(path):
    """(what made it, levels, {pair: (says a, says b, {level: Result})})"""
    with open(path, encoding="utf-8") as f:
        saved = json.load(f)
    pairs = {pair: (one["a"], one["b"], {level: Result(*r) for level, r in one["levels"].items()})
             for pair, one in saved["pairs"].items()}
    return saved["code"], saved["levels"], pairs


def results_of(pairs):
    return {pair: by_level for pair, (_, _, by_level) in pairs.items()}


def totals(title, path):
    code, levels, pairs = load(path)
    results = results_of(pairs)
    lines = ["", f"## {title}", "",
             f"{len(results)} pairs, {len(suite.packages(results))} packages; code `{code}`.", "",
             "| level | passes | fails loudly | silent wrong answers | bytes |",
             "|---|---:|---:|---:|---:|"]
    for level, passes, loud, wrong, share in suite.totals(results, levels):
        lines.append(f"| `{level}` | {passes} of {len(results)} | {loud} | {wrong} | {share:.1%} |")
    return lines


def cell(result):
    state = f"**{result.state}**" if result.state == suite.WRONG else result.state
    return f"{state} {result.bytes / 1e6:.1f}"


def pair_by_pair(title, path):
    _, levels, pairs = load(path)
    lines = ["", f"## Pair by pair: {title}", "", "Megabytes beside each result.", "",
             "| pair | recorded | then run | " + " | ".join(levels) + " |",
             "|---|---|---|" + "---|" * len(levels)]
    for pair, (a, b, by_level) in sorted(pairs.items()):
        cells = [cell(by_level[level]) for level in levels]
        lines.append(f"| {pair} | {a} | {b} | " + " | ".join(cells) + " |")
    return lines


def broken(title, path, level="closure"):
    """One item a pair: the error, and the reason where reasons.txt has one."""
    reasons = suite.reasons_known()
    lines = ["", f"## What still breaks at `{level}`: {title}", ""]
    for pair, by_level in sorted(results_of(load(path)[2]).items()):
        if by_level[level].state != suite.PASS:
            why = by_level[level].why.replace("`", "'")[:160]
            reason = reasons.get(pair) or whole_too(by_level)
            lines.append(f"- **{pair}** {by_level[level].state}: `{why}` {reason}")
    return lines


def whole_too(by_level):
    if by_level["whole"].state == suite.PASS:
        return "Whole distributions pass."
    return "Whole distributions do not pass either."


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("first")
    parser.add_argument("second")
    parser.add_argument("-o", dest="document", required=True)
    args = parser.parse_args()
    unseen = os.path.join(suite.HERE, "unseen.json")
    both = results_of(load(args.first)[2]) | results_of(load(args.second)[2])
    lines = [INTRODUCTION.format(n=len(both), p=len(suite.packages(both))).rstrip("\n")]
    lines += totals("The second suite, unseen, first run", unseen)
    lines += totals("The second suite, after tuning", args.second)
    lines += totals("The first suite", args.first)
    for title, path in (("second suite", args.second), ("first suite", args.first)):
        lines += broken(title, path)
    for title, path in (("second suite", args.second), ("first suite", args.first)):
        lines += pair_by_pair(title, path)
    with open(args.document, "w", encoding="utf-8") as f:
        f.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
