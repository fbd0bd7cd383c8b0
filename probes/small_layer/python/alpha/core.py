import pathlib

import beta


def greet(name):
    template = (pathlib.Path(__file__).parent / "data" / "template.txt").read_text()
    return beta.fill(template, name=name).strip()
