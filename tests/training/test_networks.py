"""Networks, fitting and export on tiny encoders that are made here. Run where torch is: `make train-test` does."""

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

torch = pytest.importorskip("torch", reason="torch is not in this environment: make train-test runs these")
transformers = pytest.importorskip("transformers")

from edgewise.adapters.onnx.tone import OnnxSentenceTone  # noqa: E402 - after the skip
from edgewise.core.errors import InvalidInput, NotConfigured, Unusable  # noqa: E402 - as above
from training import checkpoint, export, fitting  # noqa: E402 - as above
from training import train as training_step  # noqa: E402 - as above
from training.average import average_on  # noqa: E402 - as above
from training.data.labelled import labelled  # noqa: E402 - as above
from training.data.tone import ToneData  # noqa: E402 - as above
from training.distil import taught, taught_vectors  # noqa: E402 - as above
from training.encoder import ToneClassifier, merged, open_encoder, with_lora  # noqa: E402 - as above
from training.graph import classifier_graph  # noqa: E402 - as above
from training.options import FitOptions, LoraOptions, ModelOptions, StudentOptions  # noqa: E402 - as above
from training.pieces import train_pieces  # noqa: E402 - as above
from training.student import ConvolutionStudent, start_from  # noqa: E402 - as above

UP, DOWN, FLAT = "profit rose and sales improved", "profit fell and sales weakened", "the meeting takes place"
WHEN = ("in May", "in June", "last year", "in the quarter", "this week", "in Spain", "at the plant", "again")
FRAME = labelled(
    (f"{text} {when} {n}", label, "made", f"{n}", 1.0)
    for n, when in enumerate(WHEN * 4)
    for label, text in enumerate((DOWN, FLAT, UP))
)
FIT = FitOptions(
    epochs=6, batch=16, rate=2e-3, head_rate=1e-2, max_tokens=32, seed=1, threads=1, device="cpu", patience=6
)
VECTOR = 24  # dimensions of the small student's vectors
LESSON = fitting.Lesson(np.ones(3, dtype=np.float32))
KINDS = {
    "bert": (transformers.BertConfig, transformers.BertModel),
    "roberta": (transformers.RobertaConfig, transformers.RobertaModel),
}


def tiny(kind="bert"):
    fitting.seed_everything(1, threads=1)
    tokenizer = train_pieces(FRAME["sentence"].to_list(), pieces=300)
    config, model = KINDS[kind]
    encoder = model(
        config(
            vocab_size=tokenizer.get_vocab_size(),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            max_position_embeddings=64,
        ),
        add_pooling_layer=False,
    )
    return ToneClassifier(encoder, pooling="mean", dropout=0.0), tokenizer


def small():
    fitting.seed_everything(1, threads=1)
    tokenizer = train_pieces(FRAME["sentence"].to_list(), pieces=300)
    options = StudentOptions(dimensions=16, vector=VECTOR, dropout=0.0)
    return ConvolutionStudent(tokenizer.get_vocab_size(), options).eval(), tokenizer


def fitted(model, tokenizer, options=FIT):
    sentences = fitting.as_sentences(tokenizer, FRAME, max_tokens=32)
    return fitting.fit(model, sentences, sentences, LESSON, options)


def answers(model, tokenizer, batch=16):
    return fitting.probabilities(
        model, fitting.encode(tokenizer, FRAME["sentence"].to_list(), max_tokens=32), batch=batch
    )


def test_an_encoder_of_a_folder_is_loaded_with_its_weights(tmp_path):
    model, tokenizer = tiny()
    model.encoder.save_pretrained(tmp_path)
    transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer).save_pretrained(tmp_path)
    encoder, loaded, source = open_encoder(ModelOptions(f"folder:{tmp_path}"), [])
    assert source == f"folder:{tmp_path}"
    assert loaded.encode(UP).ids == tokenizer.encode(UP).ids
    there = dict(encoder.named_parameters())
    assert all(torch.equal(values, there[name]) for name, values in model.encoder.named_parameters())


@pytest.mark.parametrize("source", ["folder:/no/such/folder", "wheel:no_such_package"])
def test_an_absent_encoder_is_an_error(source):
    with pytest.raises(NotConfigured, match=f"no encoder at {source}"):
        open_encoder(ModelOptions(source), [])


def test_a_tiny_encoder_without_knowledge_needs_nothing():
    encoder, tokenizer, source = open_encoder(ModelOptions("random:"), FRAME["sentence"].to_list())
    assert source == "random:"
    assert encoder.config.vocab_size == tokenizer.get_vocab_size()


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")  # peft 0.21 beside transformers 5.23
def test_adapters_alone_are_trained_and_are_folded_in_without_a_change():
    model, tokenizer = tiny()
    before = {name: values.clone() for name, values in model.encoder.named_parameters()}
    model.encoder = with_lora(model.encoder, LoraOptions(rank=4))
    trained = [name for name, values in model.named_parameters() if values.requires_grad]
    assert all("lora" in name or name.startswith("head") for name in trained)
    fitted(model, tokenizer, FIT)
    adapted = answers(model, tokenizer)
    assert np.abs(answers(merged(model), tokenizer) - adapted).max() < 1e-5
    assert any(not torch.equal(values, before[name]) for name, values in model.encoder.named_parameters())


@pytest.mark.parametrize("make", [tiny, small])
def test_a_network_learns_what_can_be_learned_and_the_seed_repeats_it(make):
    histories = []
    for _ in range(2):
        fitting.seed_everything(1, threads=1)
        model, tokenizer = make()
        histories.append(fitted(model, tokenizer))
        assert (answers(model, tokenizer).argmax(1) == FRAME["label"].to_numpy()).mean() > 0.95
    losses = [[epoch["loss"] for epoch in history.epochs] for history in histories]
    assert losses[0] == losses[1]


def test_fitting_stops_when_it_gets_no_better_and_keeps_the_best_weights():
    model, tokenizer = tiny()
    options = FitOptions(
        epochs=30, batch=16, rate=2e-3, head_rate=1e-2, max_tokens=32, seed=1, device="cpu", patience=2
    )
    history = fitted(model, tokenizer, options)
    assert len(history.epochs) == history.best + 3 < 30
    said = answers(model, tokenizer).argmax(1)
    assert (said == FRAME["label"].to_numpy()).mean() == pytest.approx(history.epochs[history.best]["accuracy"])


def test_the_mean_of_the_weights_over_the_steps_is_what_is_judged_and_kept():
    """With a decay of 1 the mean never leaves the weights of the first step."""
    model, tokenizer = tiny()
    still = fitted(model, tokenizer, replace(FIT, average=1.0, patience=9))
    assert len({epoch["accuracy"] for epoch in still.epochs}) == 1
    assert (answers(model, tokenizer).argmax(1) == FRAME["label"].to_numpy()).mean() < 0.9
    model, tokenizer = tiny()
    fitted(model, tokenizer, replace(FIT, average=0.5))
    assert (answers(model, tokenizer).argmax(1) == FRAME["label"].to_numpy()).mean() > 0.95


@pytest.mark.parametrize("fixed", [True, False])
def test_the_vectors_of_words_stay_as_they_came_if_asked(tmp_path, monkeypatch, fixed):
    model, tokenizer = tiny()
    before = model.encoder.get_input_embeddings().weight.detach().clone()
    monkeypatch.setattr(training_step, "open_encoder", lambda *_: (model.encoder, tokenizer, "made"))
    fit = {name: getattr(FIT, name) for name in ("epochs", "batch", "rate", "head_rate", "seed", "threads", "device")}
    training_step.train_on(
        ToneData(FRAME, FRAME, [], {}),
        {
            "name": "trial",
            "out": str(tmp_path / "out"),
            "records": str(tmp_path / "records"),
            "tracking": {},
            "fit": fit | {"epochs": 1},
            "model": {"source": "random:", "words_fixed": fixed},
        },
    )
    assert torch.equal(model.encoder.get_input_embeddings().weight, before) == fixed


@pytest.mark.parametrize("make", [tiny, small])
def test_a_sentence_has_the_same_probabilities_alone_and_in_a_batch(make):
    model, tokenizer = make()
    assert np.abs(answers(model, tokenizer, batch=1) - answers(model, tokenizer, batch=64)).max() < 1e-5


@pytest.mark.parametrize("kind", KINDS)
def test_the_graph_says_what_torch_says(kind):
    model, tokenizer = tiny(kind)
    state = {name: values.numpy() for name, values in model.eval().state_dict().items()}
    graph = classifier_graph(state, model.architecture(), kept="float32").SerializeToString()
    ids = fitting.encode(tokenizer, FRAME["sentence"].to_list(), max_tokens=32)
    found = export.parity(model, graph, ids)
    assert found["largest_difference"] < 1e-5
    assert found["agreement"] == 1
    state["head.bias"] = state["head.bias"] + np.array([1, 0, 0], dtype=np.float32)
    broken = export.parity(
        model, classifier_graph(state, model.architecture(), kept="float32").SerializeToString(), ids
    )
    with pytest.raises(Unusable, match="exported graph differs"):
        export.check_parity(broken, {"largest_difference": 0.01, "agreement": 0.9})


def test_a_checkpoint_gives_the_network_back(tmp_path):
    for make in (tiny, small):
        model, tokenizer = make()
        checkpoint.save(tmp_path, model, tokenizer, max_tokens=32)
        again, pieces, architecture = checkpoint.load(tmp_path)
        assert architecture["max_tokens"] == 32
        assert np.array_equal(answers(again, pieces), answers(model.eval(), tokenizer))


def run_of(folder, model, tokenizer, *, seconds):
    """A finished training in a folder."""
    checkpoint.save(folder, model, tokenizer, max_tokens=32)
    told = {"encoder": "tiny", "data": {"training": folder.name}, "history": {"seconds": seconds}}
    (folder / checkpoint.RECORD).write_text(json.dumps(told | {"code": "c", "taken_at": "t"}))
    return folder


def averaged(*runs, out):
    return average_on(None, {"name": "mean", "out": out, "records": out, "runs": list(map(str, runs))})


def test_an_average_of_runs_has_the_mean_of_their_weights_and_tells_each_run(tmp_path):
    (model, tokenizer), (other, _) = tiny(), tiny()
    with torch.no_grad():
        for values in other.parameters():
            values.add_(2.0)
    runs = run_of(tmp_path / "a", model, tokenizer, seconds=3), run_of(tmp_path / "b", other, tokenizer, seconds=4)
    record = averaged(*runs, out=tmp_path / "mean")
    mean, *_ = checkpoint.load(tmp_path / "mean")
    for (name, middle), low in zip(mean.named_parameters(), model.parameters(), strict=True):
        assert torch.allclose(middle, low + 1.0), name
    assert [run["training"] for run in record["runs"]] == ["a", "b"]
    assert record["data"] == {"training": "b"}
    assert record["history"]["seconds"] == 7


def test_runs_of_other_networks_have_no_average(tmp_path):
    runs = run_of(tmp_path / "a", *tiny(), seconds=1), run_of(tmp_path / "b", *small(), seconds=1)
    with pytest.raises(InvalidInput, match="one network"):
        averaged(*runs, out=tmp_path / "mean")


def test_a_student_that_says_what_its_teacher_says_has_nothing_to_lose():
    logits = torch.tensor([[2.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
    unlabelled = torch.tensor([-1, -1])
    lesson = fitting.Lesson(np.ones(3, dtype=np.float32), soft_share=1.0, temperature=2.0)
    weights = torch.ones(2)
    assert fitting.loss_of(logits, unlabelled, weights, logits.softmax(1), lesson).item() == pytest.approx(0, abs=1e-5)
    assert fitting.loss_of(-logits, unlabelled, weights, logits.softmax(1), lesson).item() > 0.1


def test_the_loss_is_the_weighted_cross_entropy():
    """-ln(0.7) and -ln(0.2), the second counting half: (0.3567 + 0.5 * 1.6094) / 1.5."""
    logits = torch.tensor([[0.7, 0.2, 0.1], [0.5, 0.2, 0.3]]).log()
    loss = fitting.loss_of(logits, torch.tensor([0, 1]), torch.tensor([1.0, 0.5]), None, LESSON)
    assert loss.item() == pytest.approx((0.35667 + 0.5 * 1.60944) / 1.5, abs=1e-4)


def test_rare_classes_count_more_but_the_mean_stays_one():
    labels = np.array([0] * 10 + [1] * 80 + [2] * 10)
    factors = fitting.class_weights(labels, balanced=True)
    assert factors[0] == factors[2] > 1 > factors[1]
    assert factors[labels].mean() == pytest.approx(1)
    assert factors[0] / factors[1] == pytest.approx(8**0.5, rel=1e-5)


def test_the_students_vectors_are_the_teachers_turned():
    """Distances between words are kept where the student has as many dimensions as the teacher's vectors span."""
    (teacher, its_pieces), (student, pieces) = tiny(), small()
    vectors = taught_vectors(pieces, teacher, its_pieces)
    assert vectors.shape == (pieces.get_vocab_size(), 32 + 32)
    wide = ConvolutionStudent(pieces.get_vocab_size(), StudentOptions(dimensions=64))
    start_from(wide, vectors)
    apart, kept = torch.pdist(vectors[:50]), torch.pdist(wide.vectors.weight.detach()[:50])
    assert torch.allclose(kept / kept.mean(), apart / apart.mean(), atol=1e-3)
    assert student.vectors.num_embeddings == wide.vectors.num_embeddings


def test_a_pieces_second_half_is_what_the_teacher_says_of_it_alone():
    (teacher, its_pieces), (_, pieces) = tiny(), small()
    out = taught_vectors(pieces, teacher, its_pieces)[:, 32:]
    place = pieces.token_to_id("\u2581profit")
    ids = fitting.encode(its_pieces, ["profit"], max_tokens=16)
    _, alone = fitting.probabilities_and_vectors(teacher, ids, batch=1)
    ratio = out[place].numpy() / alone[0].astype(np.float32)
    assert np.allclose(ratio, ratio[0], rtol=0.02)


def test_several_teachers_are_averaged_and_the_first_gives_its_vectors():
    (one, pieces), (other, _) = tiny(), tiny("roberta")
    (first, vectors), (second, _) = (taught([(model, pieces)], [UP, DOWN], fit=FIT) for model in (one, other))
    soft, kept = taught([(one, pieces), (other, pieces)], [UP, DOWN], fit=FIT)
    assert np.allclose(soft, (first + second) / 2, atol=1e-6)
    assert np.array_equal(kept, vectors)


@pytest.mark.parametrize("make", [tiny, small])
def test_the_vectors_of_a_network_are_in_order_and_give_its_probabilities(make):
    model, pieces = make()
    ids = fitting.encode(pieces, FRAME["sentence"].to_list(), max_tokens=32)
    said, vectors = fitting.probabilities_and_vectors(model, ids, batch=16)
    with torch.inference_mode():
        again = model.head(torch.from_numpy(vectors).float()).softmax(1)
    assert np.allclose(again, said, atol=2e-3)  # vectors are kept in half precision
    assert len({row.tobytes() for row in vectors}) == len(set(FRAME["sentence"]))


def test_a_student_comes_nearer_to_the_vectors_it_imitates():
    model, pieces = small()
    read = fitting.as_sentences(pieces, FRAME, max_tokens=32)
    wanted = np.random.default_rng(0).normal(0, 1, (2, VECTOR))[read.labels // 2].astype(np.float16)
    lesson = fitting.Lesson(np.ones(3, dtype=np.float32), vector_share=1.0)

    def apart():
        return float(np.square(fitting.probabilities_and_vectors(model, read.ids, batch=16)[1] - wanted).mean())

    before = apart()
    sentences = fitting.Sentences(read.ids, read.labels, read.weights, None, wanted)
    fitting.fit(model, sentences, read, lesson, replace(FIT, epochs=1, batch=1))
    assert apart() < 0.5 * before


@pytest.mark.parametrize("make", [tiny, small])
def test_an_exported_folder_is_loaded_as_users_load_it_and_tells_where_it_comes_from(tmp_path, monkeypatch, make):
    clear = [(tone, text) for tone, text in (("positive", UP), ("negative", DOWN), ("neutral", FLAT))]
    (tmp_path / "clear.tsv").write_text("".join(f"{tone}\t{text}\n" for tone, text in clear))
    monkeypatch.setattr(export, "SELF_TEST", tmp_path / "clear.tsv")
    model, tokenizer = make()
    fitted(model, tokenizer, replace(FIT, epochs=20, patience=20))
    out = tmp_path / "checkpoint"
    checkpoint.save(out, model, tokenizer, max_tokens=32)
    described = {"sentences": 96, "fingerprint": "ab"}
    data = {
        "sources": {"written": {"sentences": 96}},
        "left_out": {"all": 0},
        "training": described,
        "validation": described,
    }
    record = {"what": "trial", "data": data, "taken_at": "2026-11-22", "history": {"seconds": 1.0}, "code": "abc"}
    (out / "record.json").write_text(json.dumps(record))
    settings = {
        "folder": str(tmp_path / "tone-trial"),
        "checkpoint": str(out),
        "kept": "int8-weights",
        "screen": {"model": "", "unsure": 0.88, "sure": 0.92},
        "name": "tone-trial",
        "version": 1,
        "licence": "MIT",
        "self_test": 1.0,
        "parity": {"sentences": 50, "largest_difference": 0.1, "agreement": 0.95},
    }
    export.export_on(ToneData(FRAME, FRAME, [], {}), settings)
    tone = OnnxSentenceTone(tmp_path / "tone-trial")
    tone.ready()
    assert np.abs(tone.probabilities(FRAME["sentence"].to_list()) - answers(model, tokenizer)).max() < 0.1
    card = (tmp_path / "tone-trial" / "CARD.md").read_text()
    assert tone.fingerprint in card
    assert "negative, neutral, positive" in card
    monkeypatch.setattr(export, "TONES", ("positive", "neutral", "negative"))
    with pytest.raises(Unusable, match="gets 1 of 3 clear sentences right"):
        export.export_on(ToneData(FRAME, FRAME, [], {}), settings)
    assert isinstance(FRAME, pl.DataFrame)
