"""A name cleaned."""
from cookiecutter import utils
print(callable(utils.rmtree))
