"""Least privilege, read from what the set-up prints: nobody may do what they need not."""

import itertools
import re
from typing import Any

import pytest
import sqlglot
from sqlglot import exp

from ecom_assets.settings import S3Url
from ecom_assets.setup.aws import pipeline_policy, snowflake_policy
from ecom_assets_tests.setup.permissions import Grant, allows, grants
from ecom_assets_tests.setup.test_grants import of_the_pipeline
from ecom_assets_tests.setup.test_snowflake import LOADER, with_roles
from ecom_assets_tests.support.snowflake_grants import needs
from ecom_assets_tests.torture.report import Figures

LANDING, REPORTS = S3Url("bucket", "in/here"), S3Url("bucket", "in/here/reports")
INSIDE, REPORT = "bucket/in/here/dt=2026-01-05/a.jsonl", "bucket/in/here/reports/sales_report.html"
OUTSIDE = (
    *("bucket/a.jsonl", "bucket/in/a.jsonl", "bucket/in/here2/a.jsonl", "bucket/in/her/a.jsonl"),
    *("bucket2/in/here/a.jsonl", "other/in/here/a.jsonl", "bucket/x/in/here/a.jsonl"),
)
ON_OBJECTS = (
    *("GetObject", "GetObjectVersion", "PutObject", "AbortMultipartUpload", "DeleteObject"),
    *("DeleteObjectVersion", "PutObjectAcl", "GetObjectAcl", "RestoreObject", "PutObjectTagging"),
    *("BypassGovernanceRetention", "ReplicateDelete", "ListMultipartUploadParts"),
)
ON_BUCKETS = (
    *("GetBucketLocation", "ListBucket", "DeleteBucket", "PutBucketPolicy", "PutBucketAcl"),
    *(
        "PutLifecycleConfiguration",
        "ListBucketVersions",
        "PutBucketNotification",
        "GetBucketPolicy",
    ),
    *("PutEncryptionConfiguration", "PutBucketPublicAccessBlock", "ListAllMyBuckets"),
)
READS = {"GetObject", "GetObjectVersion"}
WRITES = {"PutObject", "AbortMultipartUpload"}
POLICIES = {
    # what it may do with objects of the landing zone, and with the report
    "Snowflake": (snowflake_policy(LANDING), READS, READS),
    "the pipeline": (pipeline_policy(LANDING, writes=False, reports=REPORTS), set(), WRITES),
    "the pipeline that generates": (pipeline_policy(LANDING, writes=True), WRITES, WRITES),
}


@pytest.mark.parametrize("who", POLICIES)
def test_in_s3_nobody_may_more_than_they_do(who: str, figures: Figures) -> None:
    policy, in_landing, in_reports = POLICIES[who]
    for action in ON_OBJECTS:
        figures.count("inputs tried", len(OUTSIDE) + 2)
        assert allows(policy, f"s3:{action}", f"arn:aws:s3:::{INSIDE}") == (action in in_landing)
        assert allows(policy, f"s3:{action}", f"arn:aws:s3:::{REPORT}") == (action in in_reports)
        for place in OUTSIDE:
            assert not allows(policy, f"s3:{action}", f"arn:aws:s3:::{place}"), place
    for action, bucket in itertools.product(ON_BUCKETS, ("bucket", "bucket2", "*")):
        figures.count("inputs tried")
        may = allows(policy, f"s3:{action}", f"arn:aws:s3:::{bucket}")
        assert may == (action == "GetBucketLocation" and bucket == "bucket"), (action, bucket)
    for prefix in ("in/here/", "in/here/dt=2026-01-05/"):
        assert allows(policy, "s3:ListBucket", "arn:aws:s3:::bucket", s3_prefix=prefix)
    for prefix in ("", "in/", "in/here2/", "in/her"):
        assert not allows(policy, "s3:ListBucket", "arn:aws:s3:::bucket", s3_prefix=prefix)


def test_a_prefix_that_looks_like_a_pattern_is_no_pattern() -> None:
    policy = snowflake_policy(S3Url("bucket", "a*/b?${aws:username}"))
    read = "s3:GetObject"
    assert allows(policy, read, "arn:aws:s3:::bucket/a*/b?${aws:username}/x")
    assert not allows(policy, read, "arn:aws:s3:::bucket/aaa/b?${aws:username}/x")
    assert not allows(policy, read, "arn:aws:s3:::bucket/a*/bb${aws:username}/x")
    assert "${aws" not in str(policy)


KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd"


@pytest.mark.parametrize(
    ("policy", "may"),
    [
        (snowflake_policy(LANDING, kms_key=KEY), {"Decrypt"}),
        (pipeline_policy(LANDING, writes=True, kms_key=KEY), {"GenerateDataKey", "Decrypt"}),
        (
            pipeline_policy(LANDING, writes=False, reports=REPORTS, kms_key=KEY),
            {"GenerateDataKey", "Decrypt"},
        ),
        (pipeline_policy(LANDING, writes=False, kms_key=KEY), set()),
        (snowflake_policy(LANDING), set()),
    ],
)
def test_a_key_is_used_where_there_is_one_and_for_no_more_than_that(
    policy: dict[str, Any], may: set[str]
) -> None:
    for action in ("Decrypt", "GenerateDataKey", "Encrypt", "ScheduleKeyDeletion", "CreateGrant"):
        assert allows(policy, f"kms:{action}", KEY) == (action in may)
        assert not allows(policy, f"kms:{action}", f"{KEY}2")


def granted() -> set[Grant]:
    return set(grants(statement for _, statement in with_roles()))


def test_in_snowflake_each_role_is_granted_its_purpose_and_nothing_else() -> None:
    rows = ("select", "insert", "update", "delete")
    everywhere = [
        Grant("usage", kind, name, role)
        for kind, name in (("warehouse", "ecom_wh"), ("database", "ecom"))
        for role in ("ecom_owner", "ecom_loader", "ecom_reader")
    ]
    assert granted() == {
        *everywhere,
        Grant("create schema", "database", "ecom", "ecom_owner"),
        Grant("usage", "integration", "ecom_s3", "ecom_owner"),
        Grant("usage", "integration", "ecom_s3", "ecom_loader"),
        *(
            Grant("usage", "schema", name, "ecom_loader")
            for name in ("raw", "staging", "analytics")
        ),
        *(
            Grant(privilege, "table", f"{which} in {schema}", "ecom_loader")
            for privilege in rows
            for which in ("all", "future")
            for schema in ("raw", "staging", "analytics")
        ),
        *(Grant("select", "view", f"{which} in analytics", "ecom_loader") for which in _BOTH),
        Grant("usage", "stage", "raw.sales_landing", "ecom_loader"),
        Grant("usage", "file format", "raw.sales_lines", "ecom_loader"),
        Grant("usage", "schema", "analytics", "ecom_reader"),
        *(
            Grant("select", kind, f"{which} in analytics", "ecom_reader")
            for kind in ("table", "view")
            for which in _BOTH
        ),
        *(
            Grant("role", "role", role, "sysadmin")
            for role in ("ecom_owner", "ecom_loader", "ecom_reader")
        ),
        Grant("role", "user", "ecom_loader", '"dagster@example.com"'),
    }


_BOTH = ("all", "future")


def test_what_the_loader_is_granted_on_rows_it_uses() -> None:
    used = {
        (privilege, name.partition(".")[0].lower())
        for script, statement in of_the_pipeline()
        if not script.startswith("doctor")
        for privilege, kind, name in needs(statement).things
        if kind == "relation"
    }
    given = {
        (grant.privilege, grant.name.removeprefix("all in "))
        for grant in granted()
        if grant.kind == "table" and grant.to == LOADER.lower() and grant.name.startswith("all")
    }
    # to change a row is no more than to delete it and to insert another
    assert {(what, where) for what, where in given - used if what != "update"} == set()


def test_the_integration_and_the_stage_lead_to_the_landing_zone_alone() -> None:
    said = [statement for _, statement in with_roles()]
    allowed = [one for one in said if "storage_allowed_locations" in one]
    assert len(allowed) == 2
    assert all("storage_allowed_locations = ('s3://bucket/in/here/')" in one for one in allowed)
    stages = [one for one in said if one.startswith(("create stage", "alter stage"))]
    assert all("url = 's3://bucket/in/here/'" in one for one in stages)
    assert not any("credentials" in one or "aws_key_id" in one for one in said)


def test_a_table_is_made_by_who_may_and_shared_with_nobody() -> None:
    for _, statement in with_roles():
        assert not statement.startswith(("grant ownership", "revoke", "drop", "create share"))
        assert " to role public" not in statement
        assert "with grant option" not in statement
        if re.match(r"create (transient )?table|create or replace view", statement):
            parsed = sqlglot.parse_one(statement, read="snowflake")
            assert isinstance(parsed, exp.Create)
            assert parsed.find(exp.Table).db.lower() in ("raw", "staging", "analytics")  # type: ignore[union-attr]
