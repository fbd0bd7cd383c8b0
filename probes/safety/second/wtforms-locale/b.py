"""In German and Polish: a missing catalogue gives English without a word."""
from wtforms import EmailField, Form, StringField, validators
class F(Form):
    a = StringField(validators=[validators.DataRequired()])
    b = StringField(validators=[validators.Length(min=3)])
    class Meta: locales = ["de"]
class G(F):
    class Meta: locales = ["pl"]
for k in F, G:
    f = k()
    print(f.validate(), f.errors)
