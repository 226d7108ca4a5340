"""The URL by which the console switches roles."""

from __future__ import annotations

from typing import Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.switch_role_url import EXAMPLE, read_switch_role_url

QUERY = "roleName=my-role&account=123456789012"


@pytest.mark.parametrize(
    ("url", "partition"),
    [
        (f"https://signin.aws.amazon.com/switchrole?{QUERY}&displayName=x&color=B7CA9D", "aws"),
        (f"https://us-east-1.signin.aws.amazon.com/switchrole?{QUERY}", "aws"),
        (f"https://signin.amazonaws.cn/switchrole?{QUERY}", "aws-cn"),
        (f"https://signin.amazonaws-us-gov.com/switchrole?{QUERY}", "aws-us-gov"),
        (f"https://signin.aws.example.eu/switchrole/?{QUERY}", None),
    ],
)
def test_url_of_a_partition(url: str, partition: Optional[str]) -> None:
    """Role name and account are in the query, the partition is the host's."""
    assert read_switch_role_url(url) == ("my-role", "123456789012", partition)


def test_url_with_an_alias_and_a_path() -> None:
    """An alias stands in place of the id, and a path is escaped."""
    url = "https://signin.aws.amazon.com/switchrole?account=my-alias&roleName=team%2Fmy-role"

    assert read_switch_role_url(url) == ("team/my-role", "my-alias", "aws")


@pytest.mark.parametrize(
    "url",
    [
        f"http://signin.aws.amazon.com/switchrole?{QUERY}",
        f"https://example.com/switchrole?{QUERY}",
        f"https://signin.aws.amazon.com/federation?SigninToken=geheim&{QUERY}",
        "https://signin.aws.amazon.com/switchrole?account=123456789012&SigninToken=geheim",
        f"https://signin.aws.amazon.com/switchrole?{QUERY}&account=1&SigninToken=geheim",
        "https://signin.aws.amazon.com/switchrole?account=&roleName=geheim",
        "https://[::1/switchrole?SigninToken=geheim",
    ],
)
def test_other_url(url: str) -> None:
    """Another URL is refused with what it has to read, and its query is not told."""
    with pytest.raises(InvalidRequest) as raised:
        read_switch_role_url(url)

    assert str(raised.value).endswith(f"It has to read {EXAMPLE}")
    assert "geheim" not in str(raised.value)


@given(st.text(max_size=60))
def test_any_query(text: str) -> None:
    """No URL raises anything but InvalidRequest."""
    for url in (f"https://signin.aws.amazon.com/switchrole?{text}", f"https://{text}/switchrole"):
        try:
            role, account, _ = read_switch_role_url(url)
        except InvalidRequest:
            continue
        assert "" not in (role, account)
