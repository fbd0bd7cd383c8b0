#!/usr/bin/env bats
# verify on packages from PyPI: recorded with one command, verified with another, repaired.

bats_require_minimum_version 1.5.0
load pythons

setup_file() {
	pinned_site "$BUILD/verify/site" Django asgiref sqlparse numpy scipy pandas python-dateutil six tzdata \
		pytest==8.4.2 pluggy iniconfig==2.1.0 packaging pygments
}

setup() {
	[ -n "$python" ] || skip "needs CPython 3.11"
	[ "$(id -u)" -eq 0 ] || skip "verify needs root here"
	T=$(cd "$(mktemp -d)" && pwd -P)
	cd "$T"
	mkdir tmp
	export TMPDIR=$T/tmp PYTHONPATH=$site PYTHONDONTWRITEBYTECODE=1
}

# pruned LEVEL COMMAND…: a layer of what that needed.
pruned() {
	local level=$1
	shift
	importtrace record -q -- "$@" >/dev/null
	importtrace prune --safety "$level" --bytecode source --root "$site=python" --keep trace.json -q
}

verify() {
	run importtrace verify --root "$site=python" "$@"
}

# repaired COMMAND…: it misses something on the layer of level trace; repaired, it gives the same
# answer, and explain says which command wanted what.
repaired() {
	verify -- "$@"
	[ "$status" -eq 1 ] || { echo "exit $status: $output"; false; }
	verify --repair --same-output -- "$@"
	[ "$status" -eq 0 ] || { echo "$output"; false; }
	local one
	one=$(awk -F'\t' '$3 == "repaired" {print $1; exit}' layer.repaired.tsv)
	run importtrace explain --safety trace --root "$site=python" --keep trace.json \
		--repaired layer.repaired.tsv "$one"
	[[ "$output" == *": kept, as $one"*"repaired: missed by a run on the layer ($*)"* ]] || { echo "$output"; false; }
	[ -z "$(ls -A "$TMPDIR")" ]
}

@test "Django: recorded with manage.py check, verified with a request through the test client" {
	cat >settings.py <<-'PY'
	SECRET_KEY = "x"
	ALLOWED_HOSTS = ["testserver"]
	ROOT_URLCONF = "urls"
	INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions"]
	MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.csrf.CsrfViewMiddleware"]
	SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
	TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": ["."]}]
	DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
	PY
	cat >urls.py <<-'PY'
	from django.shortcuts import render
	from django.urls import path
	def page(request):
	    request.session["n"] = request.session.get("n", 0) + 1
	    return render(request, "page.html", {"n": request.session["n"]})
	urlpatterns = [path("", page)]
	PY
	echo '{% load i18n l10n %}{% trans "Monday" %} {{ n|add:3 }} {{ n|localize }}' >page.html
	cat >manage.py <<-'PY'
	import os, sys
	from django.core.management import execute_from_command_line
	os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
	execute_from_command_line(sys.argv)
	PY
	cat >request.py <<-'PY'
	import os
	os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
	import django
	django.setup()
	from django.test import Client
	client = Client()
	print([client.get("/").content for _ in range(2)], client.get("/none").status_code)
	PY
	pruned trace "$python" manage.py check
	verify -- "$python" manage.py check
	[ "$status" -eq 0 ] || { echo "$output"; false; }
	repaired "$python" request.py
	pruned closure "$python" manage.py check
	verify --same-output -- "$python" request.py
	[ "$status" -eq 0 ] || { echo "closure: $output"; false; }
}

@test "pandas, numpy and scipy: recorded with a sum, verified with dates, groups and a solver" {
	cat >sum.py <<-'PY'
	import pandas, scipy.linalg
	print(pandas.DataFrame({"a": [1, 2]}).sum().to_dict(), scipy.linalg.norm([3, 4]))
	PY
	cat >more.py <<-'PY'
	import io, pandas, scipy.optimize, scipy.sparse
	table = pandas.read_csv(io.StringIO("day,n\n2024-03-31,1\n2024-10-27,2\n"), parse_dates=["day"])
	days = table.set_index("day").tz_localize("UTC").tz_convert("Europe/Berlin")
	print(days.resample("MS").sum().to_json(), scipy.optimize.brentq(lambda x: x * x - 2, 0, 2))
	print(scipy.sparse.csr_matrix([[1, 0], [0, 1]]).nnz)
	PY
	pruned trace "$python" sum.py
	repaired "$python" more.py
}

@test "pytest: recorded with a test that passes, verified with one that fails and a report" {
	echo 'def test_one(): assert 1 + 1 == 2' >test_one.py
	echo 'def test_two(): assert [1, 2] == [1, 3]' >test_two.py
	pruned trace "$python" -m pytest -q -p no:cacheprovider test_one.py
	verify -- "$python" -m pytest -q -p no:cacheprovider test_one.py
	[ "$status" -eq 0 ] || { echo "$output"; false; }
	# Its output holds the time it took: the exit code and what is missed are compared.
	verify -- "$python" -m pytest -q -p no:cacheprovider --junitxml report.xml test_two.py
	[ "$status" -eq 0 ] || { echo "$output"; false; }
	[[ "$output" == *"fails on the original too, with exit code 1"* ]] || { echo "$output"; false; }
}
