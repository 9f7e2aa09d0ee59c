import pytest

from faces.production import make


@pytest.fixture(scope="session")
def production(tmp_path_factory):
    """A tiny production and a cache that has seen it or will: (dossier, cache)."""
    folder = tmp_path_factory.mktemp("production")
    return make(folder / "film"), folder / "cache"
