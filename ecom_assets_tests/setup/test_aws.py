"""The AWS documents: what each may do, and where."""

import json
from typing import Any

import pytest

from ecom_assets.settings import S3Url, read_settings
from ecom_assets.setup.aws import pipeline_policy, snowflake_policy, trust_policy
from ecom_assets.setup.snowflake import aws_notes
from ecom_assets_tests.setup.test_snowflake import ENVIRONMENT

PREFIX = S3Url("bucket", "in/here")


def allowed(policy: dict[str, Any]) -> dict[str, str]:
    """Each action, and on what."""
    found = {}
    for statement in policy["Statement"]:
        assert statement["Effect"] == "Allow"
        actions = statement["Action"]
        for action in [actions] if isinstance(actions, str) else actions:
            found[action] = statement["Resource"]
    return found


def test_snowflake_reads_below_the_prefix_and_nothing_else() -> None:
    policy = snowflake_policy(PREFIX)
    assert allowed(policy) == {
        "s3:GetObject": "arn:aws:s3:::bucket/in/here/*",
        "s3:GetObjectVersion": "arn:aws:s3:::bucket/in/here/*",
        "s3:ListBucket": "arn:aws:s3:::bucket",
        "s3:GetBucketLocation": "arn:aws:s3:::bucket",
    }
    (listing,) = [s for s in policy["Statement"] if s["Action"] == "s3:ListBucket"]
    assert listing["Condition"] == {"StringLike": {"s3:prefix": ["in/here/*"]}}


@pytest.mark.parametrize("writes", [True, False])
def test_the_pipeline_writes_where_it_makes_files_alone(writes: bool) -> None:
    may = allowed(pipeline_policy(PREFIX, writes=writes))
    assert ("s3:PutObject" in may) == writes
    assert "*" not in "".join(may)
    assert not {"s3:DeleteObject", "s3:GetObject"} & set(may)


def test_a_whole_bucket_and_another_part_of_aws() -> None:
    may = allowed(snowflake_policy(S3Url("bucket", ""), "aws-cn"))
    assert may["s3:GetObject"] == "arn:aws-cn:s3:::bucket/*"
    assert may["s3:ListBucket"] == "arn:aws-cn:s3:::bucket"


def test_the_role_trusts_that_user_with_that_id_alone() -> None:
    (statement,) = trust_policy("arn:aws:iam::1:user/snow", "ID_1")["Statement"]
    assert statement == {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::1:user/snow"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": "ID_1"}},
    }


def test_the_notes_are_documents_to_paste() -> None:
    notes = aws_notes(
        read_settings(ENVIRONMENT),
        {"STORAGE_AWS_IAM_USER_ARN": "arn:aws:iam::1:user/snow", "STORAGE_AWS_EXTERNAL_ID": "ID_1"},
    )
    documents = [json.loads(text[text.index("{") :]) for text in notes.split("\n\n")]
    assert documents == [
        trust_policy("arn:aws:iam::1:user/snow", "ID_1"),
        snowflake_policy(PREFIX),
        pipeline_policy(PREFIX, writes=False, reports=S3Url(PREFIX.bucket, "in/here/reports")),
    ]
