"""Names of languages in languages: tables of another distribution."""
import langcodes
print(langcodes.Language.get("pl").display_name("de"), langcodes.find("Deutsch"))
print(langcodes.Language.get("pl-PL").describe("fr"), langcodes.closest_match("de-AT", ["de", "en"]))
