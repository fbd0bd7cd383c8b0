"""Settings from YAML, TOML, INI, JSON by loaders' names; a validator that fails; a filter."""
from dynaconf import Dynaconf, Validator
open("s.yaml", "w").write("a: 1\n")
open("s.toml", "w").write("b = 2\n")
open("s.ini", "w").write("[default]\nc = 3\n")
open("s.json", "w").write('{"d": "@format {this.A}"}')
s = Dynaconf(settings_files=["s.yaml", "s.toml", "s.ini", "s.json"], validators=[Validator("e", must_exist=True)])
try:
    print(s.a)
except Exception as e:
    print(type(e).__name__, e)
print(Dynaconf(settings_files=["s.yaml", "s.toml", "s.json"]).as_dict())
