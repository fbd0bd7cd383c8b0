"""Compares the scanner with this Python's own ast, source by source.

    python3 compare.py DUMP_PROGRAM [--without NAME] DIR…

--without leaves directories of that name out. Prints each difference (the first 60) and one last
line; exits 1 when there is one. Sources that this Python does not accept are only run through the
scanner. Runs on Python 3.8 and newer, standard library only.
"""
import argparse
import ast
import os
import re
import subprocess
import sys
import unicodedata
import warnings
from collections import Counter

FUNCTION, TYPING, CONDITIONAL, GUARDED, RAISES = 1, 2, 4, 8, 16
BASES = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
CALLS = {"import_module", "__import__"}
STRING_MAX = 255


def names(node):
    for n in ast.walk(node):
        if isinstance(n, ast.Name):
            yield n.id
        elif isinstance(n, ast.Attribute):
            yield n.attr


def nameable(s):
    return isinstance(s, str) and 0 < len(s) <= STRING_MAX and all(" " <= c <= "~" for c in s)


def is_typing(test):
    while isinstance(test, ast.Attribute):
        if test.attr == "TYPE_CHECKING":
            value = test.value
            while isinstance(value, ast.Attribute):
                value = value.value
            return isinstance(value, ast.Name)
        return False
    return isinstance(test, ast.Name) and test.id == "TYPE_CHECKING"


def beginning(node):
    """The constant string that an expression begins with."""
    while True:
        if isinstance(node, ast.Constant):
            return node.value if nameable(node.value) else None
        if isinstance(node, ast.JoinedStr):
            node = node.values[0] if node.values else None
        elif isinstance(node, (ast.BinOp, ast.Compare)):
            node = node.left
        elif isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, (ast.Attribute, ast.Subscript)):
            node = node.value
        elif isinstance(node, ast.IfExp):
            node = node.body
        elif isinstance(node, ast.BoolOp):
            node = node.values[0]
        elif isinstance(node, ast.GeneratorExp):
            node = node.elt
        else:
            return None


def cut(s):
    for i, c in enumerate(s):
        if c in "%{":
            return s[:i]
    return s


class Facts(ast.NodeVisitor):
    def __init__(self):
        self.flags = 0
        self.loose = 0  # inside an f-string: lines are not to be trusted
        self.strict, self.fuzzy, self.debug = Counter(), Counter(), []

    def add(self, line, *fact):
        (self.fuzzy if self.loose else self.strict)[(0 if self.loose else line, *fact)] += 1

    def within(self, nodes, flags, clear=0):
        old, self.flags = self.flags, (self.flags & ~clear) | flags
        for n in nodes:
            self.visit(n)
        self.flags = old

    def visit_Import(self, node):
        for a in node.names:
            self.add(node.lineno, "I", self.flags, a.name)

    def visit_ImportFrom(self, node):
        for a in node.names:
            self.add(node.lineno, "M", self.flags, node.level, node.module or "", a.name)

    def function(self, node):
        for part in ("decorator_list", "type_params"):
            for n in getattr(node, part, ()):
                self.visit(n)
        self.visit(node.args)
        if node.returns:
            self.visit(node.returns)
        self.within(node.body, FUNCTION, GUARDED | RAISES)

    visit_FunctionDef = visit_AsyncFunctionDef = function

    def visit_If(self, node):
        self.visit(node.test)
        self.within(node.body, CONDITIONAL | (TYPING if is_typing(node.test) else 0))
        if len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If) and \
                node.orelse[0].col_offset == node.col_offset and \
                node.orelse[0].lineno > node.lineno:
            self.visit(node.orelse[0])  # elif
        else:
            self.within(node.orelse, CONDITIONAL)

    def loop(self, node):
        for part in ("target", "iter", "test"):
            if hasattr(node, part):
                self.visit(getattr(node, part))
        self.within(node.body + node.orelse, CONDITIONAL)

    visit_For = visit_AsyncFor = visit_While = loop

    def with_(self, node):
        for item in node.items:
            self.visit(item)
        words = {w for item in node.items for w in names(item)}
        guarded = GUARDED if "suppress" in words and words & BASES else 0
        self.within(node.body, CONDITIONAL | guarded)

    visit_With = visit_AsyncWith = with_

    def try_(self, node):
        flags = CONDITIONAL
        for h in node.handlers:
            if h.type is None or BASES & set(names(h.type)):
                flags |= GUARDED
                if any(isinstance(s, ast.Raise) for s in h.body):
                    flags |= RAISES
        self.within(node.body, flags)
        for h in node.handlers:
            if h.type:
                self.visit(h.type)
            self.within(h.body, CONDITIONAL)
        self.within(node.orelse + node.finalbody, CONDITIONAL)

    visit_Try = visit_TryStar = try_

    def visit_Match(self, node):
        self.visit(node.subject)
        for case in node.cases:
            old, self.flags = self.flags, self.flags | CONDITIONAL
            self.visit(case.pattern)
            if case.guard:
                self.visit(case.guard)
            self.within(case.body, CONDITIONAL)
            self.flags = old

    def visit_Call(self, node):
        called = getattr(node.func, "id", getattr(node.func, "attr", None))
        if called in CALLS and node.args:
            first, line = node.args[0], node.func.end_lineno
            if isinstance(first, ast.Constant):
                if nameable(first.value):
                    self.add(line, "D", self.flags, first.value)
            else:
                begin = beginning(first)
                if begin and cut(begin):
                    self.add(line, "P", self.flags, cut(begin))
        self.generic_visit(node)

    def visit_Constant(self, node):
        if nameable(node.value):
            self.add(node.lineno, "S", node.value)

    def visit_JoinedStr(self, node):
        self.loose += 1
        for i, v in enumerate(node.values):
            # f"{x=}" puts its own source into the constant before the value.
            follows = i + 1 < len(node.values) and isinstance(node.values[i + 1], ast.FormattedValue)
            if isinstance(v, ast.Constant) and follows and str(v.value).rstrip().endswith("="):
                self.debug.append(v.value)
            else:
                self.visit(v)
        self.loose -= 1

    visit_TemplateStr = visit_JoinedStr


def facts_of(source):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(source)
    facts = Facts()
    facts.visit(tree)
    return facts


def parse(line):
    kind, *rest = line.split("\t")
    if kind == "S":
        return (int(rest[0]), "S", "\t".join(rest[2:]))
    if kind == "M":
        return (int(rest[0]), "M", int(rest[1]), int(rest[2]), rest[3], rest[4])
    return (int(rest[0]), kind, int(rest[1]), rest[2])


def dumped(program, paths):
    out = subprocess.run([program], input="\n".join(paths) + "\n", stdout=subprocess.PIPE,
                         encoding="utf-8", errors="surrogateescape", check=True).stdout
    path, found, invalid = None, Counter(), None
    for line in out.split("\n"):
        if line.startswith("F\t"):
            if path:
                yield path, found, invalid
            path, found, invalid = line[2:], Counter(), None
        elif line.startswith("!"):
            invalid = line
        elif line:
            found[parse(line)] += 1
    if path:
        yield path, found, invalid


def loosely(counter):
    c = Counter()
    for fact, n in counter.items():
        c[(0, *fact[1:])] += n
    return c


def by_name(source):
    """Characters that are written by name: the scanner reports no string with \\N{…}."""
    chars = set()
    for name in re.findall(rb"\\N\{([^}'\"]*)\}", source):
        try:
            chars.add(unicodedata.lookup(name.decode()))
        except (KeyError, UnicodeDecodeError):
            pass
    return chars


def differences(want, found, invalid, source):
    if invalid:
        yield "called invalid: " + invalid
    extra, missing = found - want.strict, want.strict - found
    fuzzy = want.fuzzy
    loose = loosely(extra)
    named = by_name(source)
    for f in [*missing, *(fuzzy - loose)]:
        if not (f[1] == "S" and named & set(f[2])):
            yield f"missing {f}"
    extra = loose
    for f in extra - fuzzy:
        if not (f[1] == "S" and any(d.startswith(f[2]) for d in want.debug)):
            yield f"extra {f}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("dirs", nargs="+")
    parser.add_argument("--without", action="append", default=[])
    args = parser.parse_args()
    program, paths = args.program, []
    for top in args.dirs:
        if os.path.isfile(top):
            paths.append(top)
        for d, dirs, files in os.walk(top):
            dirs[:] = set(dirs) - set(args.without)
            paths += [os.path.join(d, f) for f in files if f.endswith(".py")]
    paths.sort()
    sys.setrecursionlimit(20000)
    compared = refused = n_facts = n_imports = n_different = 0
    for path, found, invalid in dumped(program, paths):
        with open(path, "rb") as f:
            source = f.read()
        try:
            want = facts_of(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            refused += 1
            continue
        compared += 1
        n_facts += sum(found.values())
        n_imports += sum(n for fact, n in found.items() if fact[1] != "S")
        for d in differences(want, found, invalid, source):
            n_different += 1
            if n_different <= 60:
                print(f"{path}: {d}")
    print(f"Python {sys.version.split()[0]}: {compared} sources, {n_imports} imports, "
          f"{n_facts - n_imports} strings, {refused} sources that this Python refuses, {n_different} differences")
    sys.exit(1 if n_different or not compared else 0)


main()
