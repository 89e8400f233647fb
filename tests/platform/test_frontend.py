import json
import shutil
import subprocess

import pytest
import reflex as rx
from reflex.event import Event

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


EVALUATING = "async function f(event){const said=eval(event.payload.function)();return said}"


def test_a_build_reads_notices_and_runs_no_text_as_a_script(tmp_path):
    (tmp_path / "state.js").write_text(EVALUATING)
    frontend.read_notices_without_eval(tmp_path)
    assert "eval" not in (tmp_path / "state.js").read_text()


def test_a_build_that_shows_notices_elsewhere_fails(tmp_path):
    (tmp_path / "state.js").write_text("nothing of the kind")
    with pytest.raises(SetupError, match="do not show notices"):
        frontend.read_notices_without_eval(tmp_path)


def shown(text: str):
    """Let a browser's engine read what the server sends; returns the calls that it makes."""
    level = "['error', 'info', 'loading', 'success', 'warning', 'constructor']"
    script = f"""
        const calls = [], level = name => (...given) => calls.push([name, ...given]);
        const refs = {{__toast: level("plain")}};
        for (const name of {level}) refs.__toast[name] = level(name);
        const show = {frontend.READ_NOTICE};
        let fault = null;
        try {{ show({json.dumps(text)}) }} catch (error) {{ fault = String(error) }}
        console.log(JSON.stringify([calls, fault]));
    """
    path = frontend.environment()["PATH"]
    command = [shutil.which("node", path=path), "--disallow-code-generation-from-strings", "-e"]
    ended = subprocess.run([*command, script], capture_output=True, text=True, check=True)
    return json.loads(ended.stdout)


def sent(notice) -> str:
    """Return a notice of Reflex's as the browser gets it."""
    (event,) = Event.from_event_type(notice)
    return event.payload["function"]


@pytest.mark.parametrize(
    "text",
    [
        "Saved",
        'It said "no" (twice), and \\ left',
        'a ["id"] : ({ trap })',
        "line\nbreak \u2028 ünïcödé \U0001f600",
        "</script><script>alert(1)</script>",
        '"), alert(1), ("',
        "`${alert(1)}`",
        "",
    ],
)
def test_every_notice_is_shown_as_it_was_written(text):
    assert shown(sent(rx.toast.error(text or "x"))) == [[["error", text or "x"]], None]
    given = sent(rx.toast.info("Title", description=text or "x", duration=3000, close_button=True))
    options = {"description": text or "x", "duration": 3000, "closeButton": True}
    assert shown(given) == [[["info", "Title", options]], None]


def test_a_notice_without_a_level_is_shown_too():
    assert shown(sent(rx.toast("Saved"))) == [[["plain", "Saved"]], None]


@pytest.mark.parametrize(
    "text",
    [
        '(() => (refs[\'__toast\']?.["constructor"]("alert(1)")))',
        "(() => (alert(1)))",
        "(() => (refs['__toast']?.[\"error\"](alert(1))))",
        '(() => (refs[\'__toast\']?.["error"]("a"))), alert(1)',
        "alert(1)",
    ],
)
def test_a_script_is_not_run(text):
    calls, fault = shown(text)
    assert calls == []
    assert fault
