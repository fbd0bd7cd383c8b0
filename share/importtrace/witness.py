

# Added by `importtrace verify` to its own copy of this package, for the time of one run: where a
# directory has no module of a name, ask the file system too. FileFinder answers from its cache,
# and an import that fails makes no system call then; now each file that would have been the
# module is looked up, and a tracer sees that. The answer is FileFinder's own, always.
def _importtrace_witness():
    external = sys.modules.get("_frozen_importlib_external")
    if external is None:
        return
    finder, stat = external.FileFinder, external._os.stat
    find = finder.find_spec
    if hasattr(find, "__wrapped__"):
        return

    def find_spec(self, fullname, target=None):
        spec = find(self, fullname, target)
        if spec is None or spec.loader is None:
            stem = (self.path or ".") + "/" + fullname.rpartition(".")[2]
            suffixes = [suffix for suffix, _ in self._loaders]
            names = ["/__init__" + suffix for suffix in suffixes] + suffixes
            for name in [""] + names:
                try:
                    stat(stem + name)
                except (OSError, ValueError):
                    pass
        return spec

    for name in ("__module__", "__name__", "__qualname__", "__doc__"):
        setattr(find_spec, name, getattr(find, name))
    find_spec.__wrapped__ = find
    finder.find_spec = find_spec


_importtrace_witness()
del _importtrace_witness
