"""docs/production.md, the policies and the Terraform example: what they name exists."""

import itertools
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import hcl2
import pytest
from botocore import xform_name
from dbt.cli.main import cli as dbt
from moto import mock_aws
from moto.core import enable_iam_authentication
from typer.main import get_command

from music_warehouse.cli import app
from music_warehouse.errors import UserError
from music_warehouse.production import load
from music_warehouse.production.s3_lake import S3Folder

PROJECT = Path(__file__).parents[2]
PAGE = PROJECT / "docs" / "production.md"
AWS = PROJECT / "docs" / "aws"
POLICIES = sorted(AWS.glob("*.json"))
TERRAFORM = sorted((AWS / "terraform").glob("*.tf"))

VARIABLE = re.compile(r"\b(?:REDSHIFT|MUSIC_WAREHOUSE)_[A-Z_]*[A-Z]\b")
FENCED = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
SUBSTITUTED = re.compile(r"\$\(([^()]+)\)")
INLINE = re.compile(r"`([^`]+)`")
PROGRAMS = {"music-warehouse": get_command(app), "dbt": dbt}


def variables_read() -> set[str]:
    """What profiles.yml, the package, models and macros read of the environment."""
    files = [
        PROJECT / "profiles.yml",
        *(PROJECT / "music_warehouse").rglob("*.py"),
        *(PROJECT / "models").rglob("*.yml"),
        *(PROJECT / "macros").rglob("*.sql"),
    ]
    return {
        name for file in files for name in VARIABLE.findall(file.read_text("utf-8"))
    }


def blocks(page: str, language: str) -> list[str]:
    """The fenced blocks of a language."""
    return [body for given, body in FENCED.findall(page) if given == language]


def commands(page: str) -> Iterator[list[str]]:
    """Every command in a shell block or between backticks, as words."""
    spans = INLINE.findall(FENCED.sub("", page))
    shell = "".join(blocks(page, "sh")).replace("\\\n", " ")
    within = SUBSTITUTED.findall(shell)
    for line in itertools.chain(shell.splitlines(), within, spans):
        try:
            words = shlex.split(line, comments=True)
        except ValueError:
            # Text between backticks that is no command, such as an apostrophe.
            continue
        if len(words) > 1 and words[0] in {*PROGRAMS, "aws"}:
            yield words


def fault(words: list[str]) -> str | None:
    """What the program would say to a command, short of running it."""
    if words[0] == "aws":
        return fault_for_aws(words)
    command, name, rest = PROGRAMS[words[0]], words[0], words[1:]
    while hasattr(command, "commands"):
        if not rest or rest[0] not in command.commands:
            return f"{name} has no {' '.join(rest[:1])}"
        command, name, rest = command.commands[rest[0]], rest[0], rest[1:]
    try:
        command.make_context(name, rest)
    except Exception as refusal:
        return str(refusal)
    return None


def fault_for_aws(words: list[str]) -> str | None:
    """What AWS's own description of its API has to say."""
    service = botocore.session.get_session().get_service_model(words[1])
    operations = {xform_name(each, "-"): each for each in service.operation_names}
    if words[2] not in operations:
        return f"{words[1]} has no {words[2]}"
    shape = service.operation_model(operations[words[2]]).input_shape
    known = {"--" + xform_name(member, "-") for member in shape.members}
    given = {word for word in words if word.startswith("--")}
    required = {"--" + xform_name(member, "-") for member in shape.required_members}
    if wrong := given - known - {"--query", "--output"}:
        return f"{words[2]} has no {', '.join(sorted(wrong))}"
    if missing := required - given:
        return f"{words[2]} lacks {', '.join(sorted(missing))}"
    return None


def listed(value: Any) -> list[Any]:
    """One or many, as many."""
    return value if isinstance(value, list) else [value]


def too_wide(policy: dict[str, Any]) -> list[str]:
    """Statements that allow any action, or an action on anything."""
    return [
        statement["Sid"]
        for statement in policy["Statement"]
        if statement["Effect"] == "Allow"
        and (
            any("*" in action for action in listed(statement["Action"]))
            or "*" in listed(statement.get("Resource", []))
            or "NotAction" in statement
            or "NotResource" in statement
            or statement.get("Principal") == "*"
        )
    ]


def read(file: Path) -> dict[str, Any]:
    """A Terraform file as dictionaries, without quotes around names and texts."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                plain(key): plain(each)
                for key, each in value.items()
                if not key.startswith("__")
            }
        if isinstance(value, list):
            return [plain(each) for each in value]
        if isinstance(value, str) and len(value) > 1 and value[0] == value[-1] == '"':
            return value[1:-1]
        return value

    found: dict[str, Any] = plain(hcl2.loads(file.read_text("utf-8")))
    return found


@pytest.fixture(scope="module")
def page() -> str:
    """The page as written."""
    return PAGE.read_text("utf-8")


@pytest.fixture(scope="module")
def resources() -> dict[tuple[str, str], dict[str, Any]]:
    """Every resource of the Terraform example by type and name."""
    return {
        (kind, name): body
        for file in TERRAFORM
        for block in read(file).get("resource", [])
        for kind, named in block.items()
        for name, body in named.items()
    }


def test_the_page_has_every_variable_that_is_read_and_no_other(page: str) -> None:
    assert set(VARIABLE.findall(page)) == variables_read()


def test_every_command_of_the_page_exists_with_its_options(page: str) -> None:
    found = {shlex.join(words): fault(words) for words in commands(page)}

    assert {words: wrong for words, wrong in found.items() if wrong} == {}
    assert len(found) > 12


@pytest.mark.parametrize(
    "line",
    [
        "dbt bild --target prod",
        "dbt build --taget prod",
        "music-warehouse build --target production",
        "music-warehouse ingest",
        "music-warehouse unload",
        "aws secretsmanager get-secret-value --secret music-warehouse/dbt",
        "aws redshift-serverless restore-from-recovery-point --recovery-point-id ID",
    ],
)
def test_a_command_that_does_not_exist_is_found(line: str) -> None:
    assert [fault(words) for words in commands(f"Run `{line}`.")] != [None]


def test_every_link_of_the_page_leads_somewhere(page: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", page)

    assert [link for link in links if not (PAGE.parent / link).exists()] == []
    assert {AWS / each.name for each in POLICIES} <= {
        PAGE.parent / link for link in links
    }


@pytest.mark.parametrize("file", POLICIES, ids=lambda file: file.stem)
def test_no_policy_allows_everything(file: Path) -> None:
    policy = json.loads(file.read_text("utf-8"))

    assert policy["Version"] == "2012-10-17"
    assert too_wide(policy) == []


@pytest.mark.parametrize(
    "statement",
    [
        {"Action": "s3:*", "Resource": "arn:aws:s3:::b/*"},
        {"Action": "s3:Get*", "Resource": "arn:aws:s3:::b/*"},
        {"Action": ["s3:GetObject"], "Resource": ["*"]},
        {"NotAction": "s3:GetObject", "Action": [], "Resource": "arn:aws:s3:::b/*"},
    ],
)
def test_a_policy_that_is_too_wide_is_found(statement: dict[str, Any]) -> None:
    policy = {"Statement": [{"Sid": "Wide", "Effect": "Allow", **statement}]}

    assert too_wide(policy) == ["Wide"]


def test_terraform_uses_every_policy_and_fills_in_what_it_asks_for() -> None:
    text = "".join(file.read_text("utf-8") for file in TERRAFORM)
    called = re.findall(
        r'(template)?file\("\$\{path\.module\}/\.\./([\w-]+\.json)"(?:, \{(.*?)\})?\)',
        text,
        re.DOTALL,
    )

    assert {
        name: set(re.findall(r"(\w+)\s*=", given)) for _, name, given in called
    } == {
        file.name: set(re.findall(r"\$\{(\w+)\}", file.read_text("utf-8")))
        for file in POLICIES
    }
    assert '"Statement"' not in text and "jsonencode" not in text


def test_what_terraform_refers_to_is_declared(
    resources: dict[tuple[str, str], dict[str, Any]],
) -> None:
    files = [read(file) for file in TERRAFORM]
    declared = {
        f"var.{name}"
        for file in files
        for block in file.get("variable", [])
        for name in block
    } | {f"{kind}.{name}" for kind, name in resources}
    text = "".join(file.read_text("utf-8") for file in TERRAFORM)
    referred = set(re.findall(r"\b(?:var|aws_\w+)\.\w+", text))

    assert referred <= declared
    assert {each for each in declared if each.startswith("var.")} <= referred


def test_terraform_is_private_encrypted_and_holds_no_password(
    resources: dict[tuple[str, str], dict[str, Any]],
) -> None:
    namespace = resources["aws_redshiftserverless_namespace", "warehouse"]
    workgroup = resources["aws_redshiftserverless_workgroup", "warehouse"]
    access = resources["aws_s3_bucket_public_access_block", "warehouse"]
    kinds = {kind for kind, _ in resources}

    assert namespace["manage_admin_password"] is True
    assert "admin_user_password" not in namespace
    assert "aws_secretsmanager_secret_version" not in kinds
    assert "aws_kms_key.warehouse" in namespace["kms_key_id"]
    assert workgroup["publicly_accessible"] is False
    assert workgroup["config_parameter"] == [
        {"parameter_key": "require_ssl", "parameter_value": "true"}
    ]
    blocked = {key: value for key, value in access.items() if key != "bucket"}
    assert list(blocked.values()) == [True] * 4


def test_what_is_staged_expires(
    resources: dict[tuple[str, str], dict[str, Any]],
) -> None:
    rules = resources["aws_s3_bucket_lifecycle_configuration", "warehouse"]["rule"]
    expiring = {rule["filter"][0]["prefix"] for rule in rules if "expiration" in rule}

    assert expiring == {
        "${var.lake_prefix}/" + load._STAGING + "/",
        "${var.staging_prefix}/",
    }


@pytest.fixture
def as_the_machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A bucket, and the environment of whoever has the machine's role."""
    bucket = "music"
    policy = (AWS / "machine-role.json").read_text("utf-8")
    filled = {"bucket": bucket, "lake_prefix": "lake", "staging_prefix": "staging"}
    for name in set(re.findall(r"\$\{(\w+)\}", policy)):
        arn = f"arn:aws:kms:us-east-1:123456789012:key/{name}"
        policy = policy.replace("${" + name + "}", filled.get(name, arn))
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "administrator")
    with mock_aws():
        boto3.client("s3").create_bucket(Bucket=bucket)
        role = boto3.client("iam")
        trust = (AWS / "machine-trust.json").read_text("utf-8")
        role.create_role(RoleName="machine", AssumeRolePolicyDocument=trust)
        role.put_role_policy(
            RoleName="machine", PolicyName="machine", PolicyDocument=policy
        )
        keys = boto3.client("sts").assume_role(
            RoleArn="arn:aws:iam::123456789012:role/machine", RoleSessionName="test"
        )["Credentials"]
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", keys["AccessKeyId"])
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", keys["SecretAccessKey"])
        monkeypatch.setenv("AWS_SESSION_TOKEN", keys["SessionToken"])
        with enable_iam_authentication():
            yield bucket


def test_the_machine_may_do_what_ingest_and_load_do_and_no_more(
    as_the_machine: str, tmp_path: Path
) -> None:
    file = tmp_path / "000001.parquet"
    file.write_bytes(b"rows")
    staged = f"{load._STAGING}/load-1/ledger.manifest"
    with S3Folder(f"s3://{as_the_machine}/lake") as lake:
        assert lake.read("ledger/ledger.parquet") is None
        lake.upload(file, "listening/users/000001.parquet")
        lake.write("ledger/ledger.parquet", b"ledger")
        lake.write(staged, b"{}")
        assert lake.sizes("listening/users") == {"listening/users/000001.parquet": 4}
        lake.delete(staged)
        with pytest.raises(UserError, match="AccessDenied"):
            lake.delete("ledger/ledger.parquet")
        assert lake.read("ledger/ledger.parquet") == b"ledger"
    with S3Folder(f"s3://{as_the_machine}/staging") as staging:
        staging.write("run/result", b"rows")
        assert staging.read("run/result") == b"rows"
        staging.delete("run/result")
    with (
        S3Folder(f"s3://{as_the_machine}/elsewhere") as elsewhere,
        pytest.raises(UserError, match="AccessDenied"),
    ):
        elsewhere.write("anything", b"")
