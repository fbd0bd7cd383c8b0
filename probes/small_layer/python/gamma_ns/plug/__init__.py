def apply(template, values):
    return template.format(**values)
