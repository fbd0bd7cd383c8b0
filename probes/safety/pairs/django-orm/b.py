"""A table with users in SQLite, migrated; a check and a project made by a command."""
import os, tempfile
from django.conf import settings
settings.configure(SECRET_KEY="k", DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}, INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"], DEFAULT_AUTO_FIELD="django.db.models.AutoField")
import django
django.setup()
from django.contrib.auth.models import User
from django.core.management import call_command
call_command("migrate", verbosity=0)
print(User.objects.create_user("ann", password="p").check_password("p"))
folder = tempfile.mkdtemp()
call_command("startproject", "site1", folder)
print(sorted(os.listdir(folder)), "Django" in call_command.__module__ or call_command.__module__)
