"""The administration's pages, in Polish: templates, applications by name, a page of errors, static files found."""
from django.conf import settings
settings.configure(SECRET_KEY="x", ROOT_URLCONF=__name__, LANGUAGE_CODE="pl", STATIC_URL="/s/", ALLOWED_HOSTS=["*"], DEBUG=True,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    INSTALLED_APPS=["django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
                    "django.contrib.messages", "django.contrib.staticfiles"],
    MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware", "django.contrib.auth.middleware.AuthenticationMiddleware",
                "django.contrib.messages.middleware.MessageMiddleware"],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True, "OPTIONS": {"context_processors": [
        "django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages"]}}])
import django
django.setup()
from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.test import Client
from django.urls import path
urlpatterns = [path("admin/", admin.site.urls)]
call_command("migrate", verbosity=0)
u = User.objects.create_superuser("a", "a@b.c", "p")
c = Client(raise_request_exception=False)
c.force_login(u)
for p in ("/admin/", "/admin/auth/user/add/", "/none"):
    r = c.get(p)
    print(p, r.status_code, "Wyloguj" in r.content.decode() or "wyloguj" in r.content.decode().lower())
print(finders.find("admin/css/base.css") is not None, len(c.get("/admin/jsi18n/").content) > 3000)
