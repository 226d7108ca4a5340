"""The conditions of a statement, compared with the request context."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Optional

from awscli_assume.model.trust.document import Condition
from awscli_assume.model.trust.operators import OPERATORS, Operator
from awscli_assume.model.trust.patterns import expand
from awscli_assume.model.trust.values import (
    Context,
    Finding,
    Known,
    Missing,
    Unknown,
    Value,
    agreed,
    all_hold,
    any_holds,
    negate,
)

FOR_ANY, FOR_ALL = "ForAnyValue:", "ForAllValues:"
_IF_EXISTS = "IfExists"
# "Null data set, such as an empty string": IAM User Guide, on the set operators.
_EMPTY = ("",)


@dataclass(frozen=True)
class _Test:
    operator: Operator
    over: str
    if_exists: bool


def judge(condition: Condition, context: Context, has_variables: bool) -> Finding:
    """Return whether a condition holds, and if not, the expected and the actual value."""
    value = context.value_of(condition.key)
    what = f"{condition.operator} {condition.key}"
    if condition.operator == "Null":
        return _null(condition, value, what)
    test = _test_of(condition.operator)
    if test is None:
        return Finding(None, f"{what}: the operator is not known here")
    patterns = [
        expand(text, context, has_variables, test.operator.is_wild) for text in condition.values
    ]

    def fits(one: str) -> Optional[bool]:
        if test.operator.by_text:
            return any_holds(test.operator.by_text(one, text) for text in condition.values)
        return any_holds(_fits_pattern(test.operator, one, pattern) for pattern in patterns)

    # The guide does not say what a list without values means.
    result = _over_all(value, lambda one: _judge(test, one, fits)) if condition.values else None
    if result is None:
        variables = [p.reason for p in patterns if isinstance(p, Unknown)]
        uses_variables = test.operator.by_pattern and not isinstance(value, Unknown)
        return _unknown(condition, value, variables if uses_variables else [])
    shown = [_wanted(*pair) for pair in zip(condition.values, patterns)]
    return Finding(result, "" if result else _difference(what, value, test, shown))


def _test_of(name: str) -> Optional[_Test]:
    over = next((prefix for prefix in (FOR_ANY, FOR_ALL) if name.startswith(prefix)), "")
    base = name[len(over) :]
    if_exists = base.endswith(_IF_EXISTS)
    operator = OPERATORS.get(base[: -len(_IF_EXISTS)] if if_exists else base)
    return None if operator is None else _Test(operator, over, if_exists)


def _fits_pattern(operator: Operator, one: str, pattern: object) -> Optional[bool]:
    if isinstance(pattern, Unknown) or operator.by_pattern is None:
        return None
    # A variable without a value: "There is no equal or like value."
    return operator.by_pattern(one, pattern) if isinstance(pattern, tuple) else False


def _over_all(value: Value, judge_one: Callable[[Known], Optional[bool]]) -> Optional[bool]:
    """Return the result for the value, or the common result of all its alternatives."""
    if isinstance(value, Unknown):
        return agreed(judge_one(one) for one in value.alternatives)
    return judge_one(value)


def _judge(test: _Test, value: Known, fits: Callable[[str], Optional[bool]]) -> Optional[bool]:
    is_negated = test.operator.is_negated
    if isinstance(value, Missing) and test.if_exists:
        # For a missing key, IfExists is true and ForAnyValue is false. The guide does not
        # say what both together are.
        return None if test.over == FOR_ANY else True
    if test.over and (isinstance(value, Missing) or value == _EMPTY):
        # "All of none" is true and "any of none" is false, negated or not (the guide).
        return test.over == FOR_ALL
    if isinstance(value, Missing):
        return is_negated
    each = [negate(fits(one)) if is_negated else fits(one) for one in value]
    if test.over:
        return all_hold(each) if test.over == FOR_ALL else any_holds(each)
    # Several values need a set operator; the guide does not say what happens without one.
    return agreed([all_hold(each), any_holds(each)])


def _null(condition: Condition, value: Value, what: str) -> Finding:
    """Return whether the key is missing ("true") or present ("false")."""
    wanted = {text.lower() for text in condition.values}
    if not wanted or wanted - {"true", "false"}:
        return Finding(None, f"{what}: its value must be true or false")

    def is_absent(one: Known) -> Optional[bool]:
        return None if one == _EMPTY else isinstance(one, Missing)

    absent = _over_all(value, is_absent)
    if wanted == {"true", "false"}:
        return Finding(True)
    if absent is None:
        return _unknown(condition, value, [])
    holds = absent == ("true" in wanted)
    words = ("no value", "a value") if "true" in wanted else ("a value", "no value")
    return Finding(holds, "" if holds else f"{what}: expected {words[0]}, got {words[1]}")


def _difference(what: str, value: Value, test: _Test, wanted: list[str]) -> str:
    none_of = "none of " if test.operator.is_negated else ""
    return f"{what}: expected {none_of}{' or '.join(wanted)}, got {_shown(value)}"


def _wanted(text: str, pattern: object) -> str:
    """Return a value of the policy, and that value with its variables replaced."""
    if isinstance(pattern, Missing):
        return f"{text!r} (which has no value here)"
    if not isinstance(pattern, tuple):
        return repr(text)
    plain = "".join(token[0] for token in pattern)
    return repr(text) if plain == text else f"{text!r} (which is {plain!r} here)"


def _unknown(condition: Condition, value: Value, reasons: list[str]) -> Finding:
    what = f"{condition.operator} {condition.key}"
    if isinstance(value, Unknown):
        return Finding(None, f"{what}: {value.reason}")
    if reasons:
        return Finding(None, f"{what}: {reasons[0]}")
    wanted = " or ".join(repr(text) for text in condition.values) or "nothing"
    return Finding(None, f"{what}: how {_shown(value)} compares with {wanted} is not known here")


def _shown(value: Value) -> str:
    if isinstance(value, Missing):
        return "no value"
    if isinstance(value, Unknown):
        some = [_shown(one) for one in value.alternatives]
        return " or ".join(some)
    return ", ".join(repr(one) for one in value)
