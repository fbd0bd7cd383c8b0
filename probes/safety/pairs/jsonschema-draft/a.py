"""Draft 2020-12."""
import jsonschema
jsonschema.validate({"a": 1}, {"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"})
print("valid")
