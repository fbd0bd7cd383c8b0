"""A form in English."""
from wtforms import Form, StringField, validators
class F(Form):
    a = StringField(validators=[validators.DataRequired()])
f = F()
print(f.validate(), f.errors)
