"""The page of the console that opens, and the URLs that sign in to it."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.arns import parse_role_arn
from awscli_assume.model.console.hosts import PARTITIONS
from awscli_assume.model.console.links import (
    ConsolePage,
    check_destination,
    login_url,
    switch_role_url,
    url_expiration,
    with_logout,
)
from awscli_assume.model.request.role_specifier import parse_switch_role_url
from support.environment import NOW

AWS = PARTITIONS["aws"]
HOST = "https://us-east-1.console.aws.amazon.com"


def opened(text: str, region: str | None = "us-east-1") -> str:
    return ConsolePage(destination=check_destination(text)).url(AWS, region)


@pytest.mark.parametrize(
    ("page", "region", "url"),
    [
        (None, "us-east-1", f"{HOST}/console/home?region=us-east-1"),
        (None, None, "https://console.aws.amazon.com/console/home"),
        ("s3/home", "us-east-1", f"{HOST}/s3/home?region=us-east-1"),
        ("ec2/home#Volumes:", "us-east-1", f"{HOST}/ec2/home?region=us-east-1#Volumes:"),
        ("ec2/home#Volumes:", None, "https://console.aws.amazon.com/ec2/home#Volumes:"),
    ],
)
def test_page_of_a_service(page: str | None, region: str | None, url: str) -> None:
    """The region is in the host and, as in the console's own links, in the query."""
    assert ConsolePage(service_page=page).url(AWS, region) == url


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("/s3/home", f"{HOST}/s3/home"),
        ("s3/home?region=eu-west-1", f"{HOST}/s3/home?region=eu-west-1"),
        ("/", f"{HOST}/"),
        ("/ec2/home#Instances:tag:Name=x", f"{HOST}/ec2/home#Instances:tag:Name=x"),
        ("cloudformation/home#/stacks/quickcreate?templateURL=https://s3.amazonaws.com/a/b.yaml",
         f"{HOST}/cloudformation/home#/stacks/quickcreate"
         "?templateURL=https://s3.amazonaws.com/a/b.yaml"),
        ("/a://b", f"{HOST}/a://b"),
        ("https://console.aws.amazon.com/iam", "https://console.aws.amazon.com/iam"),
        ("HTTPS://S3.Console.aws.amazon.com:443/s3", "https://s3.console.aws.amazon.com/s3"),
        # The host of a session of somebody else's: another session can't use it.
        ("https://123456789012-a1b2c3d4.us-east-1.console.aws.amazon.com/ec2/home?x=1#y",
         f"{HOST}/ec2/home?x=1#y"),
    ],
)  # fmt: skip
def test_destination(text: str, url: str) -> None:
    """A path is one of the region's console; a URL of the console stays."""
    assert opened(text) == url


@pytest.mark.parametrize(
    "text",
    [
        "", "https://evil.example/", "https://console.aws.amazon.com.evil.example/",
        "https://console.aws.amazon.com@evil.example/", "http://console.aws.amazon.com/",
        "https://console.aws.amazon.com:8443/", "https://console.amazonaws.cn/",
        "//evil.example/x",
        "javascript:alert(1)", "javascript:alert('://')",
        "ftp://console.aws.amazon.com/x", "https://[::1",
        "https:///x", "/s3 home", "/s3\nhome", "/s3\\home",
        "/" + "a" * 2048, "https://signin.aws.amazon.com/federation", "/e\u0301",
    ],
)  # fmt: skip
def test_destination_elsewhere(text: str) -> None:
    """The signed-in browser is sent to no other host than the console's."""
    with pytest.raises(InvalidRequest, match=r"Invalid destination.*--destination /s3/home"):
        opened(text)


def test_error_has_no_query() -> None:
    """A URL that signs in has its secret in the query."""
    with pytest.raises(InvalidRequest, match="Invalid destination") as caught:
        opened("https://signin.aws.amazon.com/federation?Action=login&SigninToken=TheSecret")
    assert "TheSecret" not in str(caught.value)


def test_login_url() -> None:
    """Each parameter is quoted once."""
    url = login_url(
        "https://signin.aws.amazon.com", f"{HOST}/s3/home?region=us-east-1#a=b", "t+/="
    )

    assert url.startswith("https://signin.aws.amazon.com/federation?Action=login&")
    assert parse_qs(urlsplit(url).query) == {
        "Action": ["login"],
        "Issuer": ["awscli-assume"],
        "Destination": [f"{HOST}/s3/home?region=us-east-1#a=b"],
        "SigninToken": ["t+/="],
    }


def test_logout_first() -> None:
    """The URL that signs in is one parameter of the URL that signs out."""
    inner = login_url("https://signin.aws.amazon.com", HOST, "token")
    url = with_logout(f"https://{AWS.sign_out_host}", inner)

    assert url.startswith("https://us-east-1.signin.aws.amazon.com/oauth?Action=logout&")
    assert parse_qs(urlsplit(url).query) == {"Action": ["logout"], "redirect_uri": [inner]}


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_switch_role_url_is_one_that_we_read(partition: str) -> None:
    """ROLE reads the URL back, with the role's path."""
    role = parse_role_arn(f"arn:{partition}:iam::123456789012:role/team/dev/admin")
    host = PARTITIONS[partition].sign_in(PARTITIONS[partition].region)
    url = switch_role_url(f"https://{host}", role, "a & b" * 20)

    assert parse_switch_role_url(url) == ("team/dev/admin", "123456789012", partition)
    assert parse_qs(urlsplit(url).query)["displayName"] == [("a & b" * 20)[:64]]


def test_url_is_valid_for_15_minutes() -> None:
    """It is valid for 15 minutes, or as long as the credentials."""
    minutes = [1, 15, 60]
    found = [url_expiration(NOW, NOW + timedelta(minutes=one)) for one in minutes]

    assert [(one - NOW).total_seconds() / 60 for one in found] == [1, 15, 15]
    assert url_expiration(NOW, None) == NOW + timedelta(minutes=15)
