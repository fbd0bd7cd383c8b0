"""A new environment from its templates, a revision, and an upgrade."""
import contextlib, io, os, tempfile
from alembic import command
from alembic.config import Config
folder = tempfile.mkdtemp()
os.chdir(folder)
out = io.StringIO()
cfg = Config("alembic.ini", stdout=out)
with contextlib.redirect_stdout(io.StringIO()):
    command.init(cfg, "m")
    cfg = Config("alembic.ini", stdout=out)
    cfg.set_main_option("sqlalchemy.url", "sqlite:///x.db")
    command.revision(cfg, "first", rev_id="1")
    command.upgrade(cfg, "head")
    command.init(Config("b.ini", stdout=out), "n", template="async")
    command.current(cfg)
print(sorted(os.listdir("m")), "1 (head)" in out.getvalue(), os.path.exists("n/env.py"))
