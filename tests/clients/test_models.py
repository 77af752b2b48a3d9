"""The client's models have the fields of the API document: none is missing, none is invented."""

import inspect
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, is_typeddict

import pytest
from amazingdata_client import (
    answers,
    day_result,
    errors,
    export_models,
    future_models,
    holding_models,
    member_models,
    models,
    reading,
    results,
    service_models,
    status_models,
    task_models,
    tokens,
)
from amazingdata_client.frames import (
    BAR,
    COUNTS,
    DATES,
    FLAGS,
    INDUSTRY,
    MEMBERSHIP,
    SERIES,
    STATEMENT,
    STATUS,
    STATUS_ROW,
    TEXTS,
    TIMES,
)

from tests.clients.document import CALLS, SCHEMAS, bodies, names_in, types_of

MODELS: dict[type, tuple[str, ...]] = {
    errors.AmazingDataError: ("Error",),
    export_models.Change: ("PublishedChange",),
    export_models.Changes: ("ChangeList",),
    export_models.DayCompleteness: ("DayClaims",),
    export_models.DayRelease: ("DayRelease",),
    export_models.ExportLink: ("FileLink",),
    export_models.ExportPart: ("PublishedPart",),
    export_models.Exports: ("Exports",),
    export_models.Release: ("ReleasedDay",),
    member_models.Constituents: ("Members & Word",),
    member_models.Industries: ("Industries & Word",),
    member_models.Industry: ("IndustryView",),
    member_models.Membership: ("Member",),
    member_models.Weights: ("Weights & WeightsWord",),
    models.Adjustment: ("Adjustment", "SeriesAdjustment"),
    models.Bar: ("StockBar", "FutureBar", "MainBar", "SeriesBar"),
    models.Chart: ("Chart",),
    models.Completeness: (
        "FutureCompleteness",
        "StockCompleteness",
        "StatementCompleteness",
        "StatusCompleteness",
    ),
    models.ConnectionTest: ("ConnectionResult",),
    service_models.Covers: ("CoversView",),
    future_models.MainContract: ("MainContract",),
    future_models.MainContracts: ("MainContracts & Knowledge",),
    future_models.Roll: ("Roll",),
    models.SdkConfig: ("ConfigView",),
    service_models.DatasetStatus: ("DatasetView",),
    service_models.HeldDataset: ("HeldView",),
    service_models.LastTask: ("LastTask",),
    service_models.Schedule: ("ScheduleView",),
    service_models.ServiceStatus: ("StatusView",),
    service_models.StoreStatus: ("StoreView",),
    service_models.TaskCounts: ("TaskCountsView",),
    service_models.SourceRequests: ("RequestsView",),
    service_models.SourceSession: ("SessionView",),
    models.Life: ("Life",),
    models.Security: ("SecurityView",),
    models.SecurityInfo: ("SecurityInfo",),
    models.User: ("UserView",),
    future_models.Variety: ("VarietyView",),
    service_models.Waiting: ("WaitingView",),
    reading.AbsentDay: ("Absent", "AbsentStatement"),
    reading.Days: ("Known",),
    reading.ErrorDetail: ("ErrorDetail",),
    reading.Explained: ("Explained", "Outside"),
    reading.Keyed: ("Keyed",),
    status_models.ChartStatus: ("StatusColumns",),
    status_models.DayStatusCompleteness: ("DayStatus",),
    status_models.StatusCompleteness: ("IncludedStatus",),
    status_models.StockStatus: ("StockStatus",),
    status_models.Universe: ("Universe",),
    holding_models.CodeHoldings: ("CodeHoldings",),
    holding_models.Coverage: ("Coverage & CoverageMeta",),
    holding_models.CoverageTotals: ("CoverageTotals",),
    task_models.DamagedBlock: ("DamagedBlock",),
    task_models.DayStats: ("DayStats",),
    task_models.DetectResult: ("DetectResult",),
    task_models.FailedBatch: ("FailedBatch",),
    task_models.FillResult: ("FillResult",),
    task_models.Findings: ("Findings",),
    holding_models.Holding: ("PartHoldings",),
    holding_models.Quarantine: ("Quarantine & QuarantineMeta",),
    task_models.ReasonStats: ("ReasonStats",),
    holding_models.SetAside: ("SetAside",),
    task_models.Task: ("TaskView", "StartedTask"),
    task_models.TaskPage: ("TaskPage",),
    task_models.TaskPlan: ("TaskPlan",),
    task_models.VerifyResult: ("VerifyResult",),
    tokens.Token: ("Token",),
}
"""By model, the schemas that it is read from: variants, or data & meta of the same answer."""

RENAMED = {
    (errors.AmazingDataError, "code"): "status",
    (models.Chart, "categoryData"): "category_data",
    (future_models.Roll, "from"): "old",
    (future_models.Roll, "to"): "new",
    (reading.Days, "from"): "start",
    (reading.Days, "until"): "end",
    (reading.Explained, "from"): "start",
    (reading.Explained, "to"): "end",
}
"""Fields that have another name in Python: `from` is a keyword there."""

LEFT_OUT = {
    (errors.AmazingDataError, "data"): "an error has none: it is always null",
    (errors.AmazingDataError, "message"): "the text of the exception",
    (task_models.Task, "task_id"): "the same as `id`",
    (task_models.TaskPlan, "dry_run"): "always true",
    (tokens.Token, "expires_in"): "read as `expires_at`, which is still true later",
    (tokens.Token, "token_type"): "always bearer",
}
"""Fields of the API that the model deliberately lacks, and why."""

ADDED = {
    (errors.AmazingDataError, "delivered"): "what a client that asked for portions had before",
    (errors.AmazingDataError, "retry_after"): "the header Retry-After",
    (errors.AmazingDataError, "retryable"): "follows from the status",
    (models.Chart, "meta"): "the `meta` beside the data",
    (tokens.Token, "expires_at"): "the login's time and `expires_in`",
    (tokens.Token, "renew_at"): "when the client renews it",
}
"""Fields that the model has and the schema deliberately lacks, and why."""

WITHOUT_A_SCHEMA = {
    answers.Envelope: "what every answer is wrapped in",
    day_result.DayResult: "data and meta of an answer",
    day_result.StatusDayResult: "data and meta of an answer",
    errors.FieldError: "an item of `errors` in the schema Error, which has no name",
    results.ContinuousResult: "data and meta of an answer",
    results.KlineResult: "data and meta of an answer",
    results.StatementResult: "data and meta of an answer",
    results.StatusResult: "data and meta of an answer",
}
"""Models that no named schema stands behind, and why."""

WITHOUT_A_MODEL = {
    "RpcAnswer": "for agents, whose messages `amazingdata mcp` passes on",
    "RpcFault": "for agents",
    "BalanceSheet": "rows stay as they came: 170 columns",
    "CashFlow": "rows stay as they came",
    "ChosenColumns": "rows stay as they came",
    "ColumnArrays": "of a format that the client does not ask for",
    "ConfigList": "read as a list, whose length is `total`",
    "Found": "read as a list; `total` only tells that `limit` has cut it",
    "Income": "rows stay as they came",
    "MarketArrays": "of a format that the client does not ask for",
    "OneTask": "a task in a wrapper",
    "Publishing": "read as the name of the execution",
    "Releases": "read as a list, whose length is `total`",
    "Schedules": "read as a list",
    "Reasons": "read as a mapping, so that a new reason is not lost",
    "UserList": "read as a list, whose length is `total`",
    "Varieties": "read as a list; `varieties` repeats its codes",
}
"""Schemas of answers that are not read into a model, and why."""


def every_model() -> Iterator[type]:
    for module in (
        answers,
        day_result,
        errors,
        export_models,
        future_models,
        holding_models,
        member_models,
        models,
        reading,
        results,
        service_models,
        status_models,
        task_models,
        tokens,
    ):
        for name, kind in inspect.getmembers(module, inspect.isclass):
            record = is_dataclass(kind) or is_typeddict(kind) or hasattr(kind, "_fields")
            if record and kind.__module__ == module.__name__ and not name.startswith("_"):
                yield kind


def fields_of(model: Any) -> dict[str, bool]:
    """Return the names of a model's fields, and whether it can be read without each."""
    if is_dataclass(model):
        defaults = {each.name: (each.default, each.default_factory) for each in fields(model)}
        return {name: pair != (MISSING, MISSING) for name, pair in defaults.items()}
    if is_typeddict(model):
        names = model.__required_keys__ | model.__optional_keys__
        return {name: name in model.__optional_keys__ for name in names}
    if issubclass(model, tuple):
        return {name: name in model._field_defaults for name in model._fields}
    return dict.fromkeys(inspect.get_annotations(model), True)


def schemas_of(model: type) -> list[str]:
    return [name for variant in MODELS[model] for name in variant.split(" & ")]


def fields_in_api(model: type) -> dict[str, bool]:
    """Return the fields of a model's schemas by their Python names, and whether each may lack."""
    variants = []
    for variant in MODELS[model]:
        found = {}
        for name in variant.split(" & "):
            required = SCHEMAS[name].get("required", ())
            for field in SCHEMAS[name]["properties"]:
                if (model, field) not in LEFT_OUT:
                    found[RENAMED.get((model, field), field)] = field not in required
        variants.append(found)
    names = {name for found in variants for name in found}
    return {name: any(found.get(name, True) for found in variants) for name in names}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_a_model_has_the_fields_of_the_api(model: type) -> None:
    ours = fields_of(model)
    theirs = fields_in_api(model)
    added = {name for kind, name in ADDED if kind is model}
    assert ours.keys() - added - theirs.keys() == set(), "the API does not give these"
    assert theirs.keys() - ours.keys() == set(), "the model lacks these"
    optional = {name for name, may_lack in theirs.items() if may_lack}
    assert {name for name in optional if not ours[name]} == set(), "these need a default"


def test_every_model_is_compared() -> None:
    compared = MODELS.keys() | WITHOUT_A_SCHEMA.keys()
    assert compared - {errors.AmazingDataError} == set(every_model())


def test_every_answer_is_read() -> None:
    nodes = [body for operation in CALLS.values() for body in bodies(operation, "2345")]
    given = {name for name in names_in(nodes) if "properties" in SCHEMAS[name]}
    read = {name for model in MODELS for name in schemas_of(model)}
    assert given == read | WITHOUT_A_MODEL.keys()


FOR_AGENTS = {"POST /mcp"}
"""The call whose answers are messages of another protocol."""


def test_every_answer_is_wrapped_alike() -> None:
    calls = [operation for call, operation in CALLS.items() if call not in FOR_AGENTS]
    wrappers = [body for operation in calls for body in bodies(operation, "2")]
    assert {name for wrapper in wrappers for name in wrapper["properties"]} == {
        "code",
        "message",
        *fields_of(answers.Envelope),
    }


def test_every_exception_is_still_one() -> None:
    for model, field in [*RENAMED, *LEFT_OUT]:
        assert any(field in SCHEMAS[name]["properties"] for name in schemas_of(model)), field
    for model, field in ADDED:
        assert field in fields_of(model).keys() - fields_in_api(model).keys(), field


STATEMENTS = ("BalanceSheet", "Income", "CashFlow")
ROWS = ("StockBar", "FutureBar", "SeriesBar", "StockStatus", "Member", "IndustryView", *STATEMENTS)


@pytest.mark.parametrize("name", ROWS)
def test_columns_have_the_types_of_the_api(name: str) -> None:
    for column, schema in SCHEMAS[name]["properties"].items():
        types = types_of(schema) - {"null"}
        assert (column in DATES) is ("Day" in types), column
        assert (column in TIMES) is ("Time" in types), column
        assert (column in COUNTS) is (types == {"integer"}), column
        assert (column in FLAGS) is (types == {"boolean"}), column
        assert (column in TEXTS) is ("string" in types), column


def test_every_named_column_is_given() -> None:
    given = {"code"}.union(*(SCHEMAS[name]["properties"] for name in ROWS))
    assert {*DATES, *TIMES, *COUNTS, *FLAGS, *TEXTS} <= given
    assert {*BAR} - {"code"} == set(SCHEMAS["StockBar"]["required"])
    assert {*SERIES} - {"code"} == SCHEMAS["SeriesBar"]["properties"].keys() - {"kline_time"}
    assert {*STATUS} == SCHEMAS["StockBar"]["properties"].keys() - {*BAR, "kline_time"}
    assert {*STATUS_ROW} - {"code"} == {*SCHEMAS["StockStatus"]["required"]}
    assert {*MEMBERSHIP} == {*SCHEMAS["Member"]["required"]}
    assert {*INDUSTRY} == {*SCHEMAS["IndustryView"]["required"]}
    for name in STATEMENTS:
        assert {*STATEMENT} - {"code"} <= set(SCHEMAS[name]["required"])
