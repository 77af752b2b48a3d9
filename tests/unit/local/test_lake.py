"""The template of the lake's tables and views."""

import base64
import json
import re
import sys
from typing import Any

import pytest

from local import lake
from marketdata.exports.datasets import PUBLISHED, columns_of, has_years, path_of
from tests.support.translated import deployed

NAME = re.compile("[a-z][a-z0-9_]*")
TABLES = {
    resource["Properties"]["TableInput"]["Name"]: resource["Properties"]["TableInput"]
    for resource in json.loads(lake.FILE.read_text(encoding="utf-8"))["Resources"].values()
}


def columns(name: str) -> dict[str, str]:
    """Give the columns of a table or view, and their types."""
    found = TABLES[name]["StorageDescriptor"]["Columns"]
    named = {each["Name"]: each["Type"] for each in found}
    assert len(named) == len(found)
    return named


def test_the_committed_file_is_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["lake", "--check"])
    assert lake.main() == 0


def test_every_dataset_has_a_table() -> None:
    assert TABLES.keys() == {lake.table_of(dataset) for dataset in PUBLISHED} | lake.VIEWS.keys()


@pytest.mark.parametrize("dataset", PUBLISHED)
def test_a_table_has_the_columns_of_the_files(dataset: str) -> None:
    types = {"date": "DATE", "string": "VARCHAR", "double": "DOUBLE", "bigint": "BIGINT"}
    types["boolean"] = "BOOLEAN"
    found = columns(lake.table_of(dataset))
    assert [(name, types[kind]) for name, kind in found.items()] == [*columns_of(dataset).items()]
    # Athena has no others, and no column twice.
    assert all(NAME.fullmatch(name) for name in (*found, lake.table_of(dataset)))
    assert "year" not in found


@pytest.mark.parametrize("dataset", PUBLISHED)
def test_years_are_projected_and_need_no_crawler(dataset: str) -> None:
    table = TABLES[lake.table_of(dataset)]
    place = f"s3://${{Bucket}}/lake/{dataset}/"
    assert table["StorageDescriptor"]["Location"]["Fn::Sub"] == place
    projected = {key: value for key, value in table["Parameters"].items() if "." in key}
    if not has_years(dataset):
        assert not projected
        assert not table["PartitionKeys"]
        return
    assert table["PartitionKeys"] == [{"Name": "year", "Type": "int"}]
    assert projected == {
        "projection.enabled": "true",
        "projection.year.type": "integer",
        "projection.year.range": "1990,2100",
        "storage.location.template": {"Fn::Sub": f"{place}year=${{!year}}/"},
    }
    assert path_of(dataset, "2024", "2024") == f"{dataset}/year=2024/part.parquet"


@pytest.mark.parametrize("name", lake.VIEWS)
def test_a_view_is_written_as_athena_reads_it(name: str) -> None:
    text, values = TABLES[name]["ViewOriginalText"]["Fn::Sub"]
    packed = values["View"]["Fn::Base64"]["Fn::Sub"]
    # What CloudFormation fills in, and nothing else looks as if it were to be.
    assert re.findall(r"\$\{.*?\}", packed) == ["${Database}"]
    view = base64.b64encode(packed.replace("${Database}", "stack").encode()).decode()
    comment = re.fullmatch(r"/\* Presto View: (\S+) \*/", text.replace("${View}", view))
    assert comment
    definition: dict[str, Any] = json.loads(base64.b64decode(comment[1]))
    assert (definition["catalog"], definition["schema"]) == ("awsdatacatalog", "stack")
    types = {"date": "date", "varchar": "string", "double": "double", "bigint": "bigint"}
    types["integer"] = "int"
    said = {each["name"]: types[each["type"]] for each in definition["columns"]}
    assert said == columns(name)


def test_a_stack_has_a_lake_only_if_it_is_asked_for() -> None:
    def parts(**parameters: str) -> set[str]:
        return {name for name in deployed(**parameters).resources if name.startswith("Lake")}

    assert parts() == set()
    whole = {"LakeDatabase", "LakeTables", "LakeWorkgroup", "LakeReaders"}
    assert parts(Lake="true") == whole
    for asked in ("true", "false"):
        function = deployed(Lake=asked).resources["PublishFunction"]["Properties"]
        assert function["Environment"]["Variables"]["LAKE"] == asked


def test_a_query_has_a_limit_that_nobody_can_leave() -> None:
    workgroup = deployed(Lake="true").resources["LakeWorkgroup"]["Properties"]
    rules = workgroup["WorkGroupConfiguration"]
    assert rules["EnforceWorkGroupConfiguration"] is True
    assert rules["BytesScannedCutoffPerQuery"] == {"Fn::Sub": "${LakeScanLimit}000000"}
    results = rules["ResultConfiguration"]
    assert results["OutputLocation"] == {"Fn::Sub": "s3://${Bucket}/lake-results/"}
    assert results["EncryptionConfiguration"] == {"EncryptionOption": "SSE_S3"}
    kept = deployed().resources["Bucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    days = {rule.get("Prefix"): rule.get("ExpirationInDays") for rule in kept}
    assert days["lake-results/"] == 7
    assert "lake/" not in days
