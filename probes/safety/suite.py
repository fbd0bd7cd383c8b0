"""How safe is a level? "Recorded with A, run B" over popular packages, chosen to be nasty.

    python3 probes/safety/suite.py SITE [--suite pairs|second] [--levels L,…] [--pairs NAME,…]
                                   [--small] [--save RESULTS.json [--again L,…]] [--require LEVEL]

Each pair is a folder of pairs/ or second/ with two small programs: a.py is recorded on the full
tree, the tree is pruned at each level, and b.py runs on the layer, which takes the tree's place
(proof.py). What b prints must be what it prints on the full tree. It passes, it fails loudly (an
exit code, or no end), or it gives another answer with exit code 0: a silent wrong answer, counted
apart.

`whole` is no level of prune but the yardstick: every file of every distribution that the recording
touched. Sizes are without bytecode. `oracle` keeps what a and b together touched. `static` is given
the distributions that the recording touched and those that they require.

SITE is made by `make safety` from requirements.txt or second.txt (CPython 3.11). --small runs the
pairs of the packages listed in small.txt. What --save wrote is not run again, but for the levels
that --again names; document.py makes docs/safety.md of it. With --require LEVEL the exit code is 1
unless that level passes at least what whole distributions pass, in at most 75 % of their bytes,
without a silent wrong answer; and if a pair fails there that whole distributions pass, reasons.txt
says why.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import proof  # noqa: E402

LIMIT = 0.75
PASS, LOUD, WRONG = "pass", "fails", "wrong"

# `code`: which commit of this repository it was had with.
Result = collections.namedtuple("Result", "state bytes why code")


def words(name):
    """The lines of a list beside this file, without comments."""
    with open(os.path.join(HERE, name), encoding="utf-8") as f:
        return [line.split("#")[0].strip() for line in f if line.split("#")[0].strip()]


def says(program):
    """The first line of a program's docstring."""
    with open(program, encoding="utf-8") as f:
        return f.readline().strip().strip('"')


def judge(got, want):
    if got.code != 0:
        return LOUD, proof.last_line(got.error)
    if got.output != want.output:
        return WRONG, f"{got.output.strip()!r}, not {want.output.strip()!r}"
    return PASS, ""


def commit():
    return subprocess.run(["git", "-C", HERE, "describe", "--always", "--dirty"], text=True,
                          capture_output=True).stdout.strip()


def load(path):
    """{pair: {"a": what it says, "b": the same, "levels": {level: Result}}}"""
    if not path or not os.path.exists(path):
        return {}
    with open(path, encoding="utf-8") as f:
        saved = json.load(f)
    for one in saved.values():
        one["levels"] = {level: Result(*r) for level, r in one["levels"].items()}
    return saved


class Suite:
    def __init__(self, site, pairs, levels, folder, save=None, again=()):
        self.site = os.path.realpath(site)
        self.pairs = pairs
        self.levels = levels
        self.folder = folder
        self.save_as = save
        self.saved = load(save)
        self.lock = threading.Lock()
        self.code = commit()
        self.dists = proof.distributions(self.site)
        for one in self.saved.values():
            one["levels"] = {level: r for level, r in one["levels"].items() if level not in again}

    def program(self, pair, which):
        return os.path.join(self.pairs, pair, which + ".py")

    def run(self, pair, which, layer=None):
        """In a new directory: what one run writes is not there for the next."""
        with tempfile.TemporaryDirectory() as cwd:
            command = [sys.executable, "-S", self.program(pair, which)]
            return proof.run(command, self.site, cwd, layer)

    def record(self, pair, which, trace):
        with tempfile.TemporaryDirectory() as cwd:
            command = [sys.executable, "-S", self.program(pair, which)]
            return proof.record(command, self.site, cwd, trace)

    def tree(self, traces, folder):
        """The site without distributions that the closure may not enter: prune reads all sources of
        what it is given, for each of hundreds of layers."""
        owner = {f: d for d, files in self.dists.items() for f in files}
        paths = list(proof.below(self.site, traces))
        touched = {owner[p] for p in paths if p in owner and not p.startswith(owner[p] + "/")}
        wanted = proof.required(self.site, self.dists, touched)
        tree = os.path.join(folder, "tree")
        proof.place_files(self.site, {f for d in wanted for f in self.dists[d]}
                          | {p for p in paths if os.path.isfile(os.path.join(self.site, p))}, tree)
        for path in paths:
            if os.path.isdir(os.path.join(self.site, path)):
                os.makedirs(os.path.join(tree, path), exist_ok=True)
        return tree

    def layer(self, pair, level, traces, folder, tree):
        layer = os.path.join(folder, level)
        if level == "whole":
            proof.place_files(self.site, proof.whole_touched(self.site, traces, self.dists), layer)
        elif level == "oracle":
            traces = [*traces, os.path.join(folder, "b.json")]
            proof.prune("trace", traces, self.site, layer, tree=self.tree(traces, folder + "/both"))
        else:
            proof.prune(level, traces, self.site, layer, tree=tree)
        return layer

    def judge_levels(self, pair, levels):
        """{level: Result}"""
        results = {}
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            trace = os.path.join(folder, "a.json")
            self.record(pair, "a", trace)
            want = self.record(pair, "b", os.path.join(folder, "b.json"))
            tree = self.tree([trace], folder)
            for level in levels:
                layer = self.layer(pair, level, [trace], folder, tree)
                size = proof.size_of(proof.files_below(layer))
                state, why = judge(self.run(pair, "b", layer), want)
                results[level] = Result(state, size.bytes, why.replace(self.site, "SITE"), self.code)
                shutil.rmtree(layer)
        return results

    def pair(self, pair):
        """{level: Result}, with what was saved before."""
        known = self.saved.get(pair, {"levels": {}})["levels"]
        levels = [level for level in self.levels if level not in known]
        if levels:
            results = {**known, **self.judge_levels(pair, levels)}
            self.save(pair, results)
            print(f"{pair:<28}" + "  ".join(f"{level} {results[level].state}" for level in levels),
                  file=sys.stderr, flush=True)
        return self.saved[pair]["levels"]

    def save(self, pair, results):
        """Everything that a document needs, on its own, after each pair."""
        with self.lock:
            self.saved[pair] = {"a": says(self.program(pair, "a")),
                                "b": says(self.program(pair, "b")), "levels": results}
            if self.save_as:
                with open(self.save_as + ".new", "w", encoding="utf-8") as f:
                    json.dump(dict(sorted(self.saved.items())), f, indent=1)
                os.replace(self.save_as + ".new", self.save_as)

    def run_all(self, pairs, jobs):
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            return dict(zip(pairs, pool.map(self.pair, pairs)))


# --- showing ------------------------------------------------------------------------------------


def totals(results, levels):
    """[(level, passes, loud, wrong, share of the bytes of whole distributions)]"""
    whole = sum(r["whole"].bytes for r in results.values())
    rows = []
    for level in levels:
        states = collections.Counter(r[level].state for r in results.values())
        share = sum(r[level].bytes for r in results.values()) / whole
        rows.append((level, states[PASS], states[LOUD], states[WRONG], share))
    return rows


def packages(pairs):
    return sorted({pair.rsplit("-", 1)[0] for pair in pairs})


def reasons_known():
    """{pair: why it fails at closure}"""
    return dict(line.split(": ", 1) for line in words("reasons.txt"))


def show(results, levels):
    for level in levels:
        for pair, by_level in sorted(results.items()):
            if by_level[level].state != PASS and level not in ("trace", "whole"):
                print(f"# {pair} at {level} {by_level[level].state}: {by_level[level].why[:200]}")
    print(f"{'level':<10}{'passes':>8}{'fails':>8}{'wrong':>8}{'bytes':>8}   of {len(results)} pairs,"
          f" {len(packages(results))} packages")
    for level, passes, loud, wrong, share in totals(results, levels):
        print(f"{level:<10}{passes:>8}{loud:>8}{wrong:>8}{share:>8.0%}")


def is_good(results, level):
    reasons = reasons_known()
    by_level = {row[0]: row for row in totals(results, [level, "whole"])}
    wrong = [p for p, r in results.items() if r[level].state == WRONG]
    unsaid = [p for p, r in results.items()
              if r[level].state != PASS and r["whole"].state == PASS and p not in reasons]
    bad = []
    if wrong:
        bad.append("silent wrong answers: " + " ".join(wrong))
    if by_level[level][1] < by_level["whole"][1]:
        bad.append(f"{level} passes {by_level[level][1]}, whole distributions {by_level['whole'][1]}")
    if by_level[level][4] > LIMIT:
        bad.append(f"{level} takes {by_level[level][4]:.1%} of the bytes, not {LIMIT:.0%}")
    if unsaid:
        bad.append("reasons.txt does not say why these fail: " + " ".join(unsaid))
    for text in bad:
        print("suite: " + text)
    return not bad


def choose(args):
    if args.pairs:
        return args.pairs.split(",")
    names = sorted(os.listdir(os.path.join(HERE, args.suite)))
    if args.small:
        small = {line.split(":")[0] for line in words("small.txt")}
        names = [n for n in names if n in small]
    return names


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("site")
    parser.add_argument("--suite", choices=("pairs", "second"), default="pairs")
    parser.add_argument("--levels", default="trace,closure,package")
    parser.add_argument("--pairs", help="only these")
    parser.add_argument("--small", action="store_true", help="the pairs of small packages")
    parser.add_argument("--require", metavar="LEVEL")
    parser.add_argument("-j", dest="jobs", type=int, default=os.cpu_count())
    parser.add_argument("--save", help="write the results as JSON; go on with those that are there")
    parser.add_argument("--again", type=lambda s: s.split(","), default=[], metavar="L,…",
                        help="levels to run though they were saved")
    args = parser.parse_args()
    levels = [*args.levels.split(","), "whole"]
    with tempfile.TemporaryDirectory(dir=os.path.dirname(os.path.realpath(args.site))) as folder:
        suite = Suite(args.site, os.path.join(HERE, args.suite), levels, folder, args.save, args.again)
        results = suite.run_all(choose(args), args.jobs)
    show(results, levels)
    if args.require and not is_good(results, args.require):
        sys.exit(1)


if __name__ == "__main__":
    main()
