"""A project from a template: extensions named in strings, hooks, random strings."""
import os
from cookiecutter.main import cookiecutter
os.makedirs("t/{{cookiecutter.name}}/hooks")
open("t/cookiecutter.json", "w").write('{"name": "n", "s": "{{cookiecutter.name|slugify}}", "_extensions": ["jinja2.ext.do"]}')
open("t/{{cookiecutter.name}}/x", "w").write("{{cookiecutter.s}} {{cookiecutter.name|jsonify}} {% now 'utc', '%z' %}")
os.environ["COOKIECUTTER_CONFIG"] = "c.yaml"
open("c.yaml", "w").write("cookiecutters_dir: cd\nreplay_dir: rd\n")
print(os.path.basename(cookiecutter("t", no_input=True)), open("n/x").read())
