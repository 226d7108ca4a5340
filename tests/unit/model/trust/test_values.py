"""Keys of several values, and policy variables in the values of a condition."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Optional

import pytest

from awscli_assume.model.trust.callers import caller_of
from support.trust_rows import (
    OPERATORS,
    SESSION,
    SETS,
    STS_KEYS,
    USER_ARN,
    VARIABLES,
    VERSION,
    Row,
    check_condition,
    condition,
)

ANY, ALL = "ForAnyValue:StringEquals", "ForAllValues:StringEquals"
NAME = "sts:RoleSessionName"
OWN_NAME = {"asked": {"role_session_name": "matjac"}}
TAGGED_USER = replace(caller_of(USER_ARN), is_temporary=False, tags=(("team", "a*c"),))
UNTAGGED = replace(caller_of(USER_ARN), is_temporary=False)


def keys(case: str, operator: str, values: Any, holds: Optional[bool], *given: str) -> Any:
    """Return a row about the keys of the session tags of a request."""
    asked = {"tags": tuple((key, "1") for key in given)}
    one = condition(case, SETS, operator, "aws:TagKeys", values, holds, asked=asked)
    action = ["sts:AssumeRole", "sts:TagSession"]
    # Tags need an action of their own, which is not what these rows are about.
    row = one.values[0]
    statement = {**row.statements[0], "Action": action}
    return pytest.param(Row(row.page, (statement,), asked=asked), holds, id=case)


def variable(case: str, operator: str, value: Any, holds: Optional[bool], **known: Any) -> Any:
    """Return a row about a role session name and a policy variable."""
    return condition(case, VARIABLES, operator, NAME, value, holds, **known)


# fmt: off
SET_ROWS = [
    keys("all of them", ALL, ["a", "b", "c"], True, "a", "b"),
    keys("all but one", ALL, ["a", "c"], False, "a", "b"),
    keys("all of none", ALL, ["a"], True),
    keys("any of them", ANY, ["b", "c"], True, "a", "b"),
    keys("any, and there is none", ANY, ["c"], False, "a", "b"),
    keys("any of none", ANY, ["a"], False),
    keys("all like", "ForAllValues:StringLike", ["key1*"], True, "key1", "key12"),
    keys("all like, one not", "ForAllValues:StringLike", ["key1*"], False, "key1", "key2"),
    keys("any like", "ForAnyValue:StringLike", ["key1*"], True, "x", "key1"),
    keys("all negated", "ForAllValues:StringNotEquals", ["x", "y"], True, "a", "b"),
    keys("all negated, one named", "ForAllValues:StringNotEquals", ["a", "y"], False, "a", "b"),
    keys("any negated", "ForAnyValue:StringNotEquals", ["a"], True, "a", "b"),
    keys("any negated, all named", "ForAnyValue:StringNotEquals", ["a", "b"], False, "a", "b"),
    keys("any negated of none", "ForAnyValue:StringNotEquals", ["a"], False),
    keys("null keeps all of none out", "Null", "false", False),
    keys("null lets all of some in", "Null", "false", True, "a"),
    keys("all if exists of none", "ForAllValues:StringEqualsIfExists", ["a"], True),
    keys("any if exists of none is not documented", "ForAnyValue:StringEqualsIfExists", ["a"],
         None),
    keys("without a set operator, all match", "StringEquals", ["a", "b"], True, "a", "b"),
    keys("without a set operator, some match", "StringEquals", ["a"], None, "a", "b"),
    condition("a key of one value with a set operator", SETS, ANY, NAME, ["session"], True),
]
VARIABLE_ROWS = [
    condition("example: the user's own name", STS_KEYS + "#ck_rolesessionname", "StringLike",
              NAME, "${aws:username}", True, **OWN_NAME),
    condition("example: another name", STS_KEYS + "#ck_rolesessionname", "StringLike",
              NAME, "${aws:username}", False),
    condition("example: no temporary credentials", STS_KEYS + "#ck_rolesessionname", "StringLike",
              NAME, "${aws:username}", False, caller=SESSION),
    variable("inside of a value", "StringLike", "x-${aws:username}-*", True,
             asked={"role_session_name": "x-matjac-1"}),
    variable("equal", "StringEquals", "${aws:username}", True, **OWN_NAME),
    variable("name of a variable has no case", "StringEquals", "${AWS:UserName}", True,
             **OWN_NAME),
    variable("no value is not equal", "StringEquals", "${aws:PrincipalTag/team}", False),
    variable("no value is not like", "StringLike", "*${aws:PrincipalTag/team}", False),
    variable("no value, negated", "StringNotEquals", "${aws:PrincipalTag/team}", True),
    variable("no value beside one that matches", "StringEquals",
             ["${aws:PrincipalTag/team}", "session"], True),
    variable("default value", "StringEquals", "${aws:PrincipalTag/team, 'session'}", True),
    variable("default value, not needed", "StringEquals", "${aws:username, 'session'}", False),
    variable("tag of the principal", "StringEquals", "${aws:PrincipalTag/team}", True,
             caller=TAGGED_USER, asked={"role_session_name": "a*c"}),
    variable("value of a variable has no wildcards", "StringLike", "${aws:PrincipalTag/team}",
             False, caller=TAGGED_USER, asked={"role_session_name": "abc"}),
    variable("tag that can't be known", "StringEquals", "${aws:PrincipalTag/team}", None,
             caller=UNTAGGED),
    variable("asterisk", "StringLike", "a${*}c", False, asked={"role_session_name": "abc"}),
    variable("asterisk as itself", "StringLike", "a${*}c", True,
             asked={"role_session_name": "a*c"}),
    variable("question mark", "StringLike", "a${?}c", False, asked={"role_session_name": "abc"}),
    variable("dollar", "StringEquals", "a${$}c", True, asked={"role_session_name": "a$c"}),
    variable("multivalued key is no variable", "StringEquals", "${aws:TagKeys}", None),
    variable("variable that does not end", "StringEquals", "${aws:username", None),
    condition("arn operators take variables", OPERATORS + "#Conditions_ARN", "ArnEquals",
              "aws:PrincipalArn", "arn:aws:iam::${aws:PrincipalAccount}:user/${aws:username}",
              True),
    condition("no variables before 2012-10-17", VERSION, "StringEquals", NAME, "${aws:username}",
              False, version="2008-10-17", **OWN_NAME),
    condition("no variables without a version", VERSION, "StringEquals", NAME, "${aws:username}",
              True, version=None, asked={"role_session_name": "${aws:username}"}),
]
# fmt: on


@pytest.mark.parametrize(("one", "holds"), SET_ROWS)
def test_sets(one: Row, holds: Optional[bool]) -> None:
    """ForAllValues and ForAnyValue compare each value of a key as AWS documents it."""
    check_condition(one, holds)


@pytest.mark.parametrize(("one", "holds"), VARIABLE_ROWS)
def test_variables(one: Row, holds: Optional[bool]) -> None:
    """A policy variable stands for its value, and never for a wildcard."""
    check_condition(one, holds)
