"""Assets of group `report`: a client's tables as Parquet, and its weekly report made of them."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial

import dagster as dg

from infringement_dagster.assets.checks import (
    check_equals_tables,
    check_snapshots_read,
    equals_tables_spec,
    snapshots_read_spec,
)
from infringement_dagster.assets.failures import dagster_failures
from infringement_dagster.assets.partitions import (
    client_week_partitions,
    of_same_client,
    split_week_key,
)
from infringement_dagster.domain.report.figures import Report
from infringement_dagster.reporting.check_report import compare_with_tables
from infringement_dagster.reporting.export_tables import export_tables
from infringement_dagster.reporting.make_report import MadeReport, make_report
from infringement_dagster.reporting.wording import part_name, title_of, told
from resources.objects.store import ObjectStore
from resources.postgres.database import Database

_report_asset = partial(
    dg.asset,
    partitions_def=client_week_partitions,
    group_name="report",
    owners=["team:brand-protection"],
)


@_report_asset(
    deps=[dg.AssetDep("flagged_cases", partition_mapping=of_same_client)],
    description="The client's cases, decisions, notices and credits as Parquet, as of the week's "
    "end, for DuckDB to read.",
    kinds={"postgres", "parquet"},
)
def client_tables(
    context: dg.AssetExecutionContext,
    database: dg.ResourceParam[Database],
    objects: dg.ResourceParam[ObjectStore],
) -> dg.MaterializeResult[None]:
    """The exported tables of the partition's client and week."""
    with dagster_failures():
        client_id, week = split_week_key(context.partition_key)
        tables = export_tables(database, objects, client_id, week, datetime.now(UTC))
    rows = sum(table.row_count for table in tables)
    context.log.info(f"{len(tables)} tables, {rows:,} rows as of {tables[0].as_of}")
    return dg.MaterializeResult(
        metadata={
            "as_of": tables[0].as_of.isoformat(),
            "dagster/row_count": rows,
            "rows": {table.name: table.row_count for table in tables},
            "objects": {table.name: table.object_key for table in tables},
        }
    )


@_report_asset(
    deps=[
        client_tables,
        dg.AssetDep("raw_listings", partition_mapping=of_same_client),
        dg.AssetDep("scores", partition_mapping=of_same_client),
    ],
    description="A week of a client in figures: what was found, what became of it, what it cost.",
    kinds={"duckdb", "parquet"},
    code_version="1",
    check_specs=[equals_tables_spec, snapshots_read_spec],
)
def client_report(
    context: dg.AssetExecutionContext,
    database: dg.ResourceParam[Database],
    objects: dg.ResourceParam[ObjectStore],
) -> Iterator[dg.MaterializeResult[None]]:
    """The report of the partition's client and week."""
    with dagster_failures():
        client_id, week = split_week_key(context.partition_key)
        made = make_report(database, objects, client_id, week)
        compared = compare_with_tables(database, made.report)
    context.log.info(f"{made.rows:,} rows of {made.snapshots} snapshots read")
    yield dg.MaterializeResult(
        metadata=_metadata(made),
        check_results=[
            check_equals_tables(compared),
            check_snapshots_read(made.snapshots, made.rows),
        ],
    )


def _metadata(made: MadeReport) -> Mapping[str, str | bool | int | dg.TableMetadataValue]:
    return {
        "as_of": made.report.as_of.isoformat(),
        "is_complete": made.report.is_complete,
        "dagster/row_count": len(made.report.figures),
        "snapshots_read": made.snapshots,
        "rows_read": made.rows,
        "table": made.objects.table_key,
        "page": made.objects.page_key,
        "figures": _figures_table(made.report),
    }


def _figures_table(report: Report) -> dg.TableMetadataValue:
    """The week's figures, with the reasons of those that are absent."""
    return dg.MetadataValue.table(
        [
            dg.TableRecord(
                {
                    "measure": title_of(figure.measure),
                    "of": part_name(figure.part),
                    "value": told(figure, alone=True),
                }
            )
            for figure in report.figures
            if figure.week == report.week
        ]
    )
