import json

import pytest

from edgewise.core.errors import NotConfigured
from training import records
from training.options import FitOptions, ModelOptions, StudentOptions, Tracking, model_options, of


def test_a_record_tells_parameters_results_versions_and_the_code(tmp_path):
    found = records.record("tone-x", "a trial", parameters={"rate": 0.1}, data={"fingerprint": "ab"})
    records.write(found, tmp_path / "a" / "one.json", tmp_path / "two.json")
    read = json.loads((tmp_path / "two.json").read_text())
    assert read == json.loads((tmp_path / "a" / "one.json").read_text())
    assert read["parameters"] == {"rate": 0.1}
    assert read["versions"]["polars"]
    assert {"taken_at", "code", "machine", "data"} <= read.keys()


def test_tracking_without_a_url_is_skipped_and_says_so():
    assert records.track({}, Tracking()) == ["mlflow: skipped, no URL", "wandb: skipped, no URL"]


def test_tracking_with_a_url_but_without_its_package_is_an_error():
    with pytest.raises(NotConfigured, match="mlflow is not installed"):
        records.track({"name": "x"}, Tracking(mlflow="http://127.0.0.1:9"))


def test_what_is_told_to_mlflow_are_parameters_and_each_epoch(monkeypatch):
    told = []

    class Run:
        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

    class Mlflow:
        set_tracking_uri = staticmethod(told.append)
        start_run = staticmethod(lambda run_name: told.append(run_name) or Run())
        log_params = staticmethod(told.append)
        log_metrics = staticmethod(lambda metrics, step: told.append((step, metrics)))
        log_dict = staticmethod(lambda _values, name: told.append(name))

    monkeypatch.setattr(records, "_package", lambda _: Mlflow)
    found = {"name": "x", "parameters": {"rate": 1}, "history": {"epochs": [{"loss": 2.0}, {"loss": 1.0}]}}
    assert records.track(found, Tracking(mlflow="http://there"))[0] == "mlflow: told"
    assert told == ["http://there", "x", {"rate": 1}, (0, {"loss": 2.0}), (1, {"loss": 1.0}), "record.json"]


def test_options_refuse_what_they_do_not_know_and_lists_become_tuples():
    assert of(StudentOptions, {"widths": [3, 5]}).widths == (3, 5)
    with pytest.raises(TypeError, match="epoch"):
        of(FitOptions, {"epoch": 1})
    assert model_options({"source": "random:", "lora": {"rank": 4}}).lora.rank == 4
    assert model_options({"source": "random:"}) == ModelOptions("random:")
