"""An error in a template (the traceback is rewritten), and names that the template needs."""
from jinja2 import Environment, meta
env = Environment()
print(sorted(meta.find_undeclared_variables(env.parse("{{ a }}{{ b }}"))))
try:
    env.from_string("line\n{{ 1 // 0 }}").render()
except ZeroDivisionError as e:
    print(e, e.__traceback__.tb_next.tb_next.tb_frame.f_code.co_filename)
