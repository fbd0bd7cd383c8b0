"""Never imported by the smoke test."""

TABLE = list(range(1000))
