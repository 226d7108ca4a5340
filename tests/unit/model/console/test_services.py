"""The console page of each service."""

from __future__ import annotations

import pytest

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.console.links import check_destination
from awscli_assume.model.console.services import PAGES, page_of

# The CLI's own botocore, which `import awscli` has put in place by now.
from botocore.session import Session  # isort: skip

KNOWN = Session().get_available_services()
# Names that the AWS CLI gives to services of botocore, and pages without a service.
OTHER_NAMES = {"configservice", "deploy", "s3api", "cloudshell", "vpc"}


def services() -> list[str]:
    return KNOWN


@pytest.mark.parametrize(
    ("service", "page"),
    [("s3", "s3/home"), ("S3", "s3/home"), ("lambda", "lambda/home"),
     ("ssm", "systems-manager/home"),
     ("stepfunctions", "states/home"), ("deploy", "codesuite/codedeploy/home")],
)  # fmt: skip
def test_page(service: str, page: str) -> None:
    """A service has the page of its name, or the one of the table."""
    assert page_of(service, services) == page


def test_unknown_service() -> None:
    """The error has similar names, and the option for every other page."""
    with pytest.raises(InvalidRequest, match=r"'lamda'.*Similar services: lambda.*--destination"):
        page_of("lamda", services)


def test_table_has_services_of_the_cli() -> None:
    """Each row is of a service that an AWS CLI has had, is a path, and deviates."""
    assert set(PAGES) - set(KNOWN) - OTHER_NAMES <= {"sdb", "kinesisanalytics", "greengrass"}
    for service, page in PAGES.items():
        assert page != f"{service}/home" or service not in KNOWN
        assert check_destination(page) == page
        assert not page.startswith("/")
