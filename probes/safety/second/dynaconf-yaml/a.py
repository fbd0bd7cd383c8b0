"""Settings from the environment."""
import os
os.environ["X_A"] = "1"
from dynaconf import Dynaconf
print(Dynaconf(envvar_prefix="X").A)
