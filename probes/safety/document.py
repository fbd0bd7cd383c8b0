"""docs/safety.md of what suite.py saved.

    python3 probes/safety/document.py FIRST.json SECOND.json -o docs/safety.md

unseen.json beside this file is what the second suite gave when it was first run, with the code as it
was before anybody had looked at a result; it stays as it is.
"""
import argparse
import os

import suite

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
then run: that is the honest figure. It is a development suite like the first since then. Its table
has the pairs that were run so far, of {frozen}. Where two commits stand beside a level, the pairs
that failed with the one were run again with the other.
"""


LEVELS = ("static", "trace", "closure", "package", "oracle", "whole")


def load(path):
    """({pair: what suite.py saved of it}, the levels that all pairs have)"""
    saved = suite.load(path)
    return saved, [level for level in LEVELS if all(level in one["levels"] for one in saved.values())]


def results_of(saved):
    return {pair: one["levels"] for pair, one in saved.items()}


def codes(results, level):
    return ", ".join(sorted({f"`{r[level].code}`" for r in results.values()}))


def totals(title, path):
    saved, levels = load(path)
    results = results_of(saved)
    lines = ["", f"## {title}", "", f"{len(results)} pairs, {len(suite.packages(results))} packages.", "",
             "| level | passes | fails loudly | silent wrong answers | bytes | code |",
             "|---|---:|---:|---:|---:|---|"]
    for level, passes, loud, wrong, share in suite.totals(results, levels):
        lines.append(f"| `{level}` | {passes} of {len(results)} | {loud} | {wrong} | {share:.1%} |"
                     f" {codes(results, level)} |")
    return lines


def cell(result):
    state = f"**{result.state}**" if result.state == suite.WRONG else result.state
    return f"{state} {result.bytes / 1e6:.1f}"


def pair_by_pair(title, path):
    saved, levels = load(path)
    lines = ["", f"## Pair by pair: {title}", "", "Megabytes beside each result.", "",
             "| pair | recorded | then run | " + " | ".join(levels) + " |",
             "|---|---|---|" + "---|" * len(levels)]
    for pair, one in sorted(saved.items()):
        cells = [cell(one["levels"][level]) for level in levels]
        lines.append(f"| {pair} | {one['a']} | {one['b']} | " + " | ".join(cells) + " |")
    return lines


def broken(title, path, level="closure"):
    """One item a pair: the error, and the reason where reasons.txt has one."""
    reasons = suite.reasons_known()
    lines = ["", f"## What still breaks at `{level}`: {title}", ""]
    for pair, by_level in sorted(results_of(load(path)[0]).items()):
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
    both = results_of(load(args.first)[0]) | results_of(load(args.second)[0])
    frozen = len(os.listdir(os.path.join(suite.HERE, "second")))
    lines = [INTRODUCTION.format(n=len(both), p=len(suite.packages(both)), frozen=frozen).rstrip("\n")]
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
