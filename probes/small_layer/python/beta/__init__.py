"""beta: fills templates."""
import gamma_ns.plug


def fill(template, **values):
    return gamma_ns.plug.apply(template, values)
