"""A page to browse, an error in German, parsers and renderers named in strings, a schema."""
from django.conf import settings
settings.configure(INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.staticfiles", "rest_framework"],
                   ROOT_URLCONF=__name__, SECRET_KEY="x", LANGUAGE_CODE="de", USE_I18N=True, STATIC_URL="/s/", ALLOWED_HOSTS=["*"],
                   TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}])
import django
django.setup()
from django.urls import path
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.views import APIView
class S(serializers.Serializer):
    a = serializers.IntegerField()
class V(APIView):
    def get(self, r): return Response({"a": 1})
    def post(self, r):
        s = S(data=r.data)
        s.is_valid(raise_exception=True)
        return Response(s.data)
urlpatterns = [path("", V.as_view())]
c = APIClient()
print(c.get("/").json(), c.post("/", {"a": "x"}, format="json").json(), c.post("/", {"a": 1}).json())
print(b"<!DOCTYPE html>" in c.get("/", HTTP_ACCEPT="text/html").content, c.delete("/").json())
