"""``serve``: the command answers until it is interrupted; a port that is taken is one line."""

import socket
import threading
from pathlib import Path
from typing import Any

import pytest

import core.interop.serving as serving
from core.models.remote import HttpClassifier
from core.tasks import IMDB, Example


def test_a_defence_is_served_until_it_is_interrupted(
    cli: Any, tiny_folder: Path, toy_words: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[Any] = []
    opened = serving.open_server

    def once(classifier: Any, port: int) -> Any:
        """The real server, which somebody asks once; then Ctrl-C is pressed."""
        server = opened(classifier, port)

        def serve_forever() -> None:
            asking = threading.Thread(
                target=lambda: said.extend(
                    HttpClassifier(f"http://127.0.0.1:{server.server_address[1]}/", IMDB).predict([Example("A film.")])
                )
            )
            asking.start()
            server.handle_request()
            asking.join()
            raise KeyboardInterrupt

        monkeypatch.setattr(server, "serve_forever", serve_forever)
        said.append(classifier.name)
        return server

    monkeypatch.setattr(serving, "open_server", once)
    ran = cli("serve", "--model", tiny_folder, "--defense", "fuse", "--port", 0, "--device", "cpu")
    assert ran.code == 0, ran.err
    assert said[0].startswith("FuSE(")
    assert len(said[1].logits) == 2
    assert "until Ctrl-C" in ran.err


def test_a_port_that_is_taken_is_one_line(cli: Any, tiny_folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ran = cli("serve", "--model", tiny_folder, "--port", taken.getsockname()[1], "--device", "cpu")
    assert ran.code == 2
    assert "Give another one with --port" in ran.err


def test_results_are_written_as_textattacks(cli: Any, tiny_folder: Path, toy_words: Any, tmp_path: Path) -> None:
    from core.interop.results_sheet import is_results_sheet

    (tmp_path / "rows.csv").write_text("text,label\nA good film,positive\nA boring film,negative\n", encoding="utf-8")
    out = tmp_path / "theirs.csv"
    ran = cli("attack", "--model", tiny_folder, "--input", tmp_path / "rows.csv", "--textattack-out", out)
    assert ran.code == 0, ran.err
    assert is_results_sheet(out.read_text(encoding="utf-8"))
    assert len(out.read_text(encoding="utf-8").splitlines()) == 3
