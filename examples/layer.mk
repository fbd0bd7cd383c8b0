# A Makefile recipe: `include layer.mk`, then `make layer.zip`, `make verify-layer`, `make check-layer`.
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

.PHONY: verify-layer check-layer update-baseline
verify-layer: layer.zip
	PYTHONPATH=$(SITE) importtrace verify $< --root $(SITE)=python --same-output -- $(PYTHON) $(SMOKE)
check-layer: layer.zip
	importtrace check $< --keep trace.json --baseline layer.baseline
update-baseline: layer.zip
	importtrace check $< --baseline layer.baseline --update
