"""A feature in English, parsed."""
from behave.parser import parse_feature
print(parse_feature("Feature: a\n Scenario: b\n  Given c").name)
