# A Makefile recipe: `include layer.mk`, then `make layer.zip` and `make check-layer`.
PYTHON ?= python3
SITE   ?= build/python
SMOKE  ?= smoke.py

$(SITE): requirements.txt
	rm -rf $@
	$(PYTHON) -m pip install --quiet --target $@ -r $<
	touch $@

trace.json: $(SITE) $(SMOKE)
	PYTHONPATH=$(SITE) importtrace record -o $@ -- $(PYTHON) $(SMOKE)

layer.zip: trace.json
	importtrace prune --keep $< --root $(SITE)=python -o $@

.PHONY: check-layer update-baseline
check-layer: layer.zip
	importtrace check $< --keep trace.json --baseline layer.baseline
update-baseline: layer.zip
	importtrace check $< --baseline layer.baseline --update
