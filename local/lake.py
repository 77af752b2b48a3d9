"""The generator of the lake's tables and views, `lake/tables.json`, from the published columns.

`python -m local.lake` writes the file, `--check` compares it. It is a template of its own, which
`template.yaml` nests: the statements' tables have some four hundred columns, which nobody would
compare by eye with those of the files.
"""

import json
import sys
from collections.abc import Mapping
from typing import Any

from local.generated import write_or_check
from local.tools import ROOT
from marketdata.exports.datasets import PUBLISHED, columns_of, has_years
from marketdata.exports.parquet import DATE, REAL, TEXT, TRUTH, WHOLE
from marketdata.exports.work import FIRST_YEAR

type Json = dict[str, Any]

FOLDER = ROOT / "lake"
FILE = FOLDER / "tables.json"
LAST_YEAR = 2100

TYPES = {DATE: "date", TEXT: "string", REAL: "double", WHOLE: "bigint", TRUTH: "boolean"}
"""The types of columns, by those of the files."""

YEAR = {"Name": "year", "Type": "int"}
BARS = columns_of("stock.daily")
VIEWS: Mapping[str, Mapping[str, str]] = {
    "bars_adjusted": BARS | {"factor": REAL, "year": "INTEGER"},
    "latest": BARS | {"year": "INTEGER"},
}
"""The columns of each view, `lake/<name>.sql`, and their types as SQL calls them."""

HIVE = "org.apache.hadoop.hive.ql.io.parquet"


def table_of(dataset: str) -> str:
    """Return the name of a dataset's table."""
    return dataset.replace(".", "_")


def table(dataset: str) -> Json:
    """Return a table over the files of a dataset."""
    place = f"s3://${{Bucket}}/lake/{dataset}/"
    parameters: Json = {"EXTERNAL": "TRUE", "classification": "parquet"}
    keys = []
    if has_years(dataset):
        keys = [YEAR]
        parameters |= {
            "projection.enabled": "true",
            "projection.year.type": "integer",
            "projection.year.range": f"{FIRST_YEAR},{LAST_YEAR}",
            "storage.location.template": {"Fn::Sub": f"{place}year=${{!year}}/"},
        }
    columns = columns_of(dataset).items()
    return _resource(
        table_of(dataset),
        "EXTERNAL_TABLE",
        Parameters=parameters,
        PartitionKeys=keys,
        StorageDescriptor={
            "Location": {"Fn::Sub": place},
            "InputFormat": f"{HIVE}.MapredParquetInputFormat",
            "OutputFormat": f"{HIVE}.MapredParquetOutputFormat",
            "SerdeInfo": {"SerializationLibrary": f"{HIVE}.serde.ParquetHiveSerDe"},
            "Columns": [{"Name": name, "Type": TYPES[kind]} for name, kind in columns],
        },
    )


def view(name: str) -> Json:
    """Return a view as Athena keeps it: its definition is packed into a comment."""
    columns = VIEWS[name].items()
    sql = (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
    definition = {
        "originalSql": sql,
        "catalog": "awsdatacatalog",
        "schema": "${Database}",
        "columns": [{"name": name, "type": kind.lower()} for name, kind in columns],
    }
    packed = {"Fn::Base64": {"Fn::Sub": json.dumps(definition)}}
    types = TYPES | {"INTEGER": "int"}
    return _resource(
        name,
        "VIRTUAL_VIEW",
        Parameters={"presto_view": "true", "comment": "Presto View"},
        PartitionKeys=[],
        StorageDescriptor={
            "SerdeInfo": {"Name": "-", "SerializationLibrary": "-"},
            "Columns": [{"Name": name, "Type": types[kind]} for name, kind in columns],
        },
        ViewOriginalText={"Fn::Sub": ["/* Presto View: ${View} */", {"View": packed}]},
        ViewExpandedText="/* Presto View */",
    )


def template() -> Json:
    """Return the template of all tables and views."""
    made = {table_of(dataset): table(dataset) for dataset in PUBLISHED}
    made |= {name: view(name) for name in VIEWS}
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "The tables and views of the lake, written by local/lake.py.",
        "Parameters": {"Database": {"Type": "String"}, "Bucket": {"Type": "String"}},
        "Resources": {
            name.title().replace("_", ""): resource for name, resource in sorted(made.items())
        },
    }


def render() -> str:
    """Return the file's text."""
    return json.dumps(template(), indent=1) + "\n"


def main() -> int:
    """Write or check the file; return the exit code."""
    return write_or_check("local.lake", __doc__, FILE, render)


def _resource(name: str, kind: str, **said: Any) -> Json:
    return {
        "Type": "AWS::Glue::Table",
        "Properties": {
            "CatalogId": {"Ref": "AWS::AccountId"},
            "DatabaseName": {"Ref": "Database"},
            "TableInput": {"Name": name, "TableType": kind, **said},
        },
    }


if __name__ == "__main__":
    sys.exit(main())
