"""Sandbox, translation extension and native types."""
from jinja2 import DictLoader
from jinja2.nativetypes import NativeEnvironment
from jinja2.sandbox import SandboxedEnvironment
env = SandboxedEnvironment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], loader=DictLoader({}))
env.install_null_translations()
print(env.from_string("{% trans %}hi{% endtrans %}{% do [].append(1) %}").render())
print(NativeEnvironment().from_string("{{ 1 + 2 }}").render() + 1)
