"""The AWS side of the set-up, as the JSON documents that IAM takes.

Snowflake reads the bucket as an AWS role (its storage integration names it); the pipeline lists it
with credentials of its own. Both get what they use, below the landing zone's prefix only.
"""

import re
from typing import Any

from ecom_assets.settings import S3Url

Document = dict[str, Any]

USER_ARN = "STORAGE_AWS_IAM_USER_ARN"
EXTERNAL_ID = "STORAGE_AWS_EXTERNAL_ID"
"""The two values of DESC INTEGRATION that the trust policy needs."""


def snowflake_policy(
    landing: S3Url, partition: str = "aws", kms_key: str | None = None
) -> Document:
    """What the role that Snowflake takes on may do: read. After Snowflake's documentation,
    "Configuring a Snowflake storage integration to access Amazon S3".

    Args:
        landing: the landing zone.
        partition: of AWS, the second part of each ARN: `aws`, `aws-cn`, `aws-us-gov`.
        kms_key: the ARN of the key that the bucket's objects are encrypted with (SSE-KMS).
    """
    policy = _policy(landing, partition, ["s3:GetObject", "s3:GetObjectVersion"])
    return _with_key(policy, kms_key, "kms:Decrypt")


def pipeline_policy(
    landing: S3Url,
    partition: str = "aws",
    *,
    writes: bool,
    reports: S3Url | None = None,
    kms_key: str | None = None,
) -> Document:
    """What the pipeline's own credentials may do: list, for Snowflake reads the files, and write
    what it makes itself.

    Args:
        landing: the landing zone.
        partition: as above.
        writes: whether days without files get generated batches.
        reports: where the report is written, where that is in S3.
        kms_key: as above.
    """
    upload = ["s3:PutObject", "s3:AbortMultipartUpload"]
    policy = _policy(landing, partition, upload if writes else [])
    if reports:
        place = f"arn:{partition}:s3:::{reports.bucket}/{_below(reports)}*"
        policy["Statement"].append({"Effect": "Allow", "Action": upload, "Resource": place})
    # an upload in parts reads what it has written ("Protecting data with SSE-KMS", AWS)
    uses_key = writes or reports is not None
    return _with_key(policy, kms_key if uses_key else None, "kms:GenerateDataKey", "kms:Decrypt")


def trust_policy(user_arn: str, external_id: str) -> Document:
    """Who may take on the role that Snowflake reads as: that Snowflake account's AWS user, for
    that storage integration. The external id keeps other Snowflake customers out."""
    return _document(
        {
            "Effect": "Allow",
            "Principal": {"AWS": user_arn},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
        }
    )


def _policy(landing: S3Url, partition: str, actions: list[str]) -> Document:
    bucket = f"arn:{partition}:s3:::{landing.bucket}"
    below = _below(landing)
    objects = {"Effect": "Allow", "Action": actions, "Resource": f"{bucket}/{below}*"}
    return _document(
        *([objects] if actions else []),
        {
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": bucket,
            "Condition": {"StringLike": {"s3:prefix": [f"{below}*"]}},
        },
        {"Effect": "Allow", "Action": "s3:GetBucketLocation", "Resource": bucket},
    )


def _with_key(policy: Document, kms_key: str | None, *actions: str) -> Document:
    if kms_key:
        allowed = {"Effect": "Allow", "Action": [*actions], "Resource": kms_key}
        policy["Statement"].append(allowed)
    return policy


def _below(place: S3Url) -> str:
    """What the names of a place's objects begin with; what IAM takes for a pattern is written as
    its "IAM policy elements: variables and tags" says."""
    prefix = re.sub(r"[*?$]", lambda found: f"${{{found[0]}}}", place.prefix)
    return f"{prefix}/" if prefix else ""


def _document(*statements: Document) -> Document:
    return {"Version": "2012-10-17", "Statement": list(statements)}
