"""Polish and German: catalogues, and English without a word where they are missing."""
from cron_descriptor import ExpressionDescriptor, Options
for code in ("pl_PL", "de_DE"):
    o = Options()
    o.locale_code = code
    print(ExpressionDescriptor("0 3 * * 1", o).get_description())
