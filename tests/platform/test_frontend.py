import pytest

from backend.platform import frontend
from backend.platform.errors import SetupError

BAKED = "var e={PING:`http://localhost:8000/ping`,EVENT:`ws://localhost:8000/_event`};"


def test_built_scripts_talk_to_the_origin_they_came_from(tmp_path):
    script = tmp_path / "assets" / "env.js"
    script.parent.mkdir()
    script.write_text(BAKED)
    frontend.serve_from_any_origin(tmp_path)
    assert script.read_text() == (
        "var e={PING:(location.origin+`/ping`),"
        "EVENT:(location.origin.replace(/^http/,`ws`)+`/_event`)};"
    )


def test_a_build_without_the_address_of_events_fails(tmp_path):
    (tmp_path / "env.js").write_text("var e={PING:`http://localhost:8000/ping`};")
    with pytest.raises(SetupError, match="do not name the address of their events"):
        frontend.serve_from_any_origin(tmp_path)


def test_a_build_that_stays_tied_to_one_address_fails(tmp_path):
    (tmp_path / "env.js").write_text(BAKED + "fetch('http://localhost:8000/x?y=1')")
    with pytest.raises(SetupError, match=r"tied to http://localhost:8000 in env\.js"):
        frontend.serve_from_any_origin(tmp_path)


def test_node_comes_with_the_environment():
    assert int(frontend.check_node().split(".")[0]) >= 22


def test_the_fingerprint_is_the_same_for_the_same_sources():
    assert frontend.fingerprint() == frontend.fingerprint()
