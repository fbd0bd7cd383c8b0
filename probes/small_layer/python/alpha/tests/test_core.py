import alpha


def test_greet():
    assert alpha.greet("x")
