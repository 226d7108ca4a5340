"""Where each message with a suggested command is printed, and what the command needs.

``Printed`` rows are command lines that print the message on a real CLI. ``Filled`` rows are
messages of a state that is expensive to make, which tests of their own print: the text of the
source is filled with values, and its commands are run alike. ``NOT_RUN`` has the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Mapping, Sequence, Union

from support.sso_stub import START_URL, PortalAccount
from support.sts_stub import ACCOUNT, MFA_SERIAL, ROLE_ARN

ASSUME = "aws assume my-iam-role"
WEB = (
    f"[profile web]\nregion = us-east-1\nrole_arn = {ROLE_ARN}\nweb_identity_token_file = token\n"
)
OURS = "[{0}]\naws_access_key_id = ASIA{1}\naws_secret_access_key = s\naws_session_token = t\n"
RECORD = "region = us-east-1\nassumed =\n  role-arn = " + ROLE_ARN + "\n"
RECORD += "  role-session-name = alice\n"


@dataclass(frozen=True)
class Printed:
    """A command line that prints a message; ``part`` is a part of its text.

    A command that is an option goes with ``base``. ``{name}`` in texts becomes a profile's name.
    With ``needs_terminal`` it is printed on a terminal only.
    """

    part: str
    words: str
    config: str = ""
    credentials: str = ""
    env: Mapping[str, str] = field(default_factory=dict)
    base: str = ASSUME
    before: str = ""
    error: str = ""
    codes: Sequence[int] = (0,)
    names: Sequence[str] = ("-x", "my profile")
    needs_terminal: bool = False


@dataclass(frozen=True)
class Filled:
    """A text of the source with values in place of its expressions."""

    part: str
    values: Mapping[str, str] = field(default_factory=dict)
    base: str = ASSUME
    before: str = ""
    codes: Sequence[int] = (0,)


Row = Union[Printed, Filled]
SAML = "aws assume --saml-assertion file://saml.b64"
MFA = f"{ASSUME} --serial-number {MFA_SERIAL}"
CODE = f"{ASSUME} --token-code 123456"
CONSOLE = "aws assume console my-iam-role --no-browser"
ROLE = {"{role}": "--role-name my-iam-role"}
FILES = {"{shlex.quote(path)}": "policy.json", "{new}": "policy.json.untrusted"}
TARGET = {"{option('--update-profile', state.name)}": "--update-profile assumed-role"}
# What IAM Identity Center grants, and what it refuses: no list of roles, and no credentials.
GRANTED = (
    PortalAccount(ACCOUNT, "production", ("AdministratorAccess", "Reader")),
    *(PortalAccount(one * 12, name, ("Reader",)) for one, name in (
        ("2", "twin"), ("3", "twin"), ("4", "-x"), ("5", "my profile"),
    )),
)  # fmt: skip
FAILING_ACCOUNT, FORBIDDEN_ROLE = "6" * 12, "Forbidden"
# The user is logged in to each session but this one.
LOGGED_OUT = "logged-out"


def sso_session(name: str = "corp", host: str = "corp") -> str:
    """Return the section of a session; each has a start URL of its own."""
    url = START_URL.replace("corp", host)
    return f"[sso-session {name}]\nsso_region = us-east-1\nsso_start_url = {url}\n"


CORP, LAB = sso_session(), sso_session("lab", "lab")
NAMED_SESSION = sso_session("{name}", "named")
SSO_ROLE = f"[profile {{name}}]\nregion = us-east-1\nsso_account_id = {ACCOUNT}\n"
SSO_ROLE += "sso_role_name = Reader\nsso_session = corp\n"
GRANTED_ROLE = f"assume --sso-session corp --account-id {ACCOUNT} --role-name"
PROFILES = "aws assume profiles --dry-run"
LIST = "aws assume each --accounts all --list"
IDS = "aws assume each --accounts 111122223333 --list"
EACH = f"aws assume each my-iam-role --accounts {ACCOUNT}"
SOURCE_IS_ROLE = f"[profile {{name}}]\nrole_arn = {ROLE_ARN}\nregion = us-east-1\n"

ROOT = f"aws assume root --account-id {ACCOUNT} --task-policy S3UnlockBucketPolicy --dry-run"
REVOKE = "aws assume revoke my-iam-role --all-sessions"
# A command that asks on the terminal, and there is none.
ASKS = (0, 253)
_REVOKE_AND_ROOT: Sequence[Row] = (
    Filled("With a profile that may: --profile NAME", base=f"{REVOKE} --yes"),
    Filled(
        "With a profile that may change the policies of the role: --profile NAME",
        base=f"{REVOKE} --yes",
    ),
    Filled("so no policy of a role can revoke them"),
    Filled("To see the roles of the account"),
    Filled("or as a delegated administrator for IAM: aws iam"),
    Filled("is not known ({reason}). To see the feature"),
    Filled("Use a profile of one of them: --profile NAME", base=ROOT),
    Filled("Name a region, and leave the endpoint out", base=ROOT),
    Printed("The command stands after --. Try: aws assume root", "assume root true"),
    Filled("delete the role: aws iam delete-service", {"{role.name}": "AWSServiceRoleForX"}),
    Filled(
        "Try: --task-policy {near[0]}",
        {"{near[0]}": "S3UnlockBucketPolicy"},
        base=f"aws assume root --account-id {ACCOUNT} --dry-run",
    ),
    Filled("a privileged session lasts from 1 to", {"{SECONDS_MAX}": "900"}, base=ROOT),
    Filled("a privileged session has no role. Name the profile", base=ROOT),
    Filled("A privileged session needs"),
    Filled(
        "Give its ID: --account-id",
        base="aws assume root --task-policy S3UnlockBucketPolicy --dry-run",
    ),
    Printed(
        "and has to be on or off. Try: aws configure set assume.cache off",
        "assume export my-iam-role --profile={name}",
        config="[profile {name}]\nregion = us-east-1\nassume =\n  cache = never\n",
    ),
    Printed("services deny it. Who may assume", "assume revoke my-iam-role --all-sessions --yes"),
    Filled("To do it without the question: --yes", base=REVOKE),
    Filled("To see the profiles that have one: aws assume list"),
    Printed("names a role, and no session of it", "assume revoke my-iam-role", codes=ASKS),
    Filled(
        "does not say which session it has",
        {"{words}": "aws assume revoke my-iam-role"},
        codes=ASKS,
    ),
    Filled(
        "To revoke the other sessions of its role",
        {"{words}": "aws assume revoke my-iam-role"},
        codes=ASKS,
    ),
    Filled("and no other session can be revoked by a policy of a role"),
    Printed(
        "is the ARN of a session. To revoke all",
        f"assume revoke arn:aws:sts::{ACCOUNT}:assumed-role/my-iam-role/alice",
        codes=ASKS,
    ),
    Filled("has several meanings. Name it by its ARN", codes=ASKS),
    Printed("Give the ID: aws assume revoke", "assume revoke no-account:my-iam-role", codes=ASKS),
)
ROWS: Sequence[Row] = (
    # Printed by the real CLI.
    Printed(
        "Profiles or earlier roles have a similar name. Try: ",
        "assume --role-name={typo}",
        config=SOURCE_IS_ROLE + "source_profile = default\n",
        error="AccessDenied",
        codes=(0, 1, 3),
    ),
    Printed(
        "To see where the keys come from: ",
        "assume my-iam-role --profile={name}",
        config="[profile {name}]\nregion = us-east-1\n",
        credentials="[{plain}]\n"
        "aws_access_key_id = AKIAWRONGWRONGWR9876\naws_secret_access_key = s\n",
        error="InvalidClientTokenId",
    ),
    Printed(
        "To find out why: ",
        "assume my-iam-role --profile={name}",
        config="[profile {name}]\nregion = us-east-1\n",
        credentials="[{plain}]\n"
        "aws_access_key_id = AKIAWRONGWRONGWR9876\naws_secret_access_key = s\n",
        error="AccessDenied",
        codes=(0, 1, 3),
    ),
    Printed(
        "STS says the same in each case",
        "assume my-iam-role --profile={name}",
        config="[profile {name}]\nregion = us-east-1\n",
        credentials="[{plain}]\n"
        "aws_access_key_id = AKIAWRONGWRONGWR9876\naws_secret_access_key = s\n",
        error="AccessDenied",
        codes=(0, 1, 3),
    ),
    Printed(
        "Try: aws configure set role_arn ARN ",
        "assume --profile={name}",
        config="[profile {name}]\nweb_identity_token_file = token\n",
    ),
    Printed(
        "and only a signed AssumeRole can be explained. Try: ",
        "assume explain --profile={name}",
        config=SOURCE_IS_ROLE + "web_identity_token_file = token\n",
    ),
    Printed(
        "was made from the profile '{source}', which is gone",
        "assume refresh --update-profile={name}",
        config="[profile {name}]\n" + RECORD + "  source-profile = gone\n",
        credentials=OURS.format("{plain}", "A" * 16),
    ),
    Printed(
        "was made from itself",
        "assume refresh --update-profile={name}",
        config="[profile {name}]\n" + RECORD + "  source-profile = {plain}\n",
        credentials=OURS.format("{plain}", "A" * 16),
    ),
    Printed(
        "AWS_SECRET_ACCESS_KEY, or name a source: {_from_another(state)}",
        "assume refresh --update-profile={name}",
        config="[profile {name}]\n" + RECORD + "  credential-source = Environment\n",
        credentials=OURS.format("{plain}", "A" * 16),
    ),
    Printed(
        "was made with a SAML assertion, which is valid",
        "assume refresh --update-profile={name}",
        config="[profile {name}]\n" + RECORD + "  saml-assertion = (not kept)\n",
        credentials=OURS.format("{plain}", "A" * 16),
    ),
    Printed(
        "has no credentials of ours that are still valid",
        "assume export --update-profile={name}",
        config="[profile {name}]\n" + RECORD + "  source-profile = default\n",
    ),
    Printed(
        "for {found}. Name one: ",
        "assume refresh",
        config="[profile {name}]\n" + RECORD + "  source-profile = default\n"
        "[profile b]\n"
        + RECORD
        + "  source-profile = default\n[profile c]\nassume =\n  update_profile = {{role}}\n",
        env={"AWS_PROFILE": "c"},
        base="aws assume refresh",
    ),
    Printed(
        "access keys are not inherited. Name the profile",
        "assume r --profile=child",
        config="[profile child]\ninclude_profile = {plain}\nregion = us-east-1\n"
        "[profile {name}]\nregion = us-east-1\n",
        credentials="[{plain}]\n"
        "aws_access_key_id = AKIAWRONGWRONGWR9876\naws_secret_access_key = s\n",
    ),
    Printed(
        "it has to be a block of its own keys",
        "assume my-iam-role --profile={name}",
        config="[profile {name}]\nassume = yes\nregion = us-east-1\n",
        credentials="[{plain}]\n"
        "aws_access_key_id = AKIAWRONGWRONGWR9876\naws_secret_access_key = s\n",
    ),
    Printed(
        "is no placeholder. There are",
        "assume my-iam-role --profile={name}",
        config="[profile {name}]\nregion = us-east-1\nassume =\n  update_profile = {{x}}\n",
        credentials="[{plain}]\naws_access_key_id = AKIAWRONGWRONGWR9876\n"
        "aws_secret_access_key = s\n",
    ),
    Printed("Use it: aws ... ", "assume my-iam-role --update-profile={name}", codes=(0, 252)),
    Printed("{hint}To see all: aws configure list-profiles", "assume r --profile nobody"),
    Printed("To see those that were: aws assume list", "assume clear nobody"),
    Printed(
        "and SDKs assume the role when they use the profile. Use it: aws sts ",
        "assume refresh --update-profile={name}",
        config=f"[profile {{name}}]\nrole_arn = {ROLE_ARN}\nsource_profile = default\n"
        "region = us-east-1\n"
        f"provisioned =\n  as = role\n  sso-account-id = {ACCOUNT}\n  role-arn = {ROLE_ARN}\n"
        "  source-profile = default\n",
    ),
    Printed(
        "and there is no profile of that name in",
        "assume r --profile a",
        config="[profile a]\ninclude_profile = b\n",
    ),
    Printed(
        "has the last. To see all profiles",
        "assume --profile a",
        config=f"[profile a]\nrole_arn = {ROLE_ARN}\nsource_profile = b\n",
    ),
    Printed(
        "names a role, and neither of the two",
        "assume --profile a",
        config=f"[profile a]\nrole_arn = {ROLE_ARN}\n",
    ),
    Printed(
        "Add its access key: aws configure",
        "assume --profile a",
        config=f"[profile a]\nrole_arn = {ROLE_ARN}\nsource_profile = {{plain}}\n"
        "[profile {name}]\noutput = json\n",
        codes=(0,),
    ),
    Printed("No role was named. Try: aws assume", "assume"),
    Printed(
        "To write the source's own temporary credentials",
        "assume --profile temporary",
        base="aws assume --profile temporary",
    ),
    Printed(
        "goes with --role-name: a role ARN names",
        "assume --account-id 1 --role-arn x",
        base="aws assume",
    ),
    Printed("There is no option --help. Try", "assume --help"),
    Printed("To see all options: aws assume", "assume list foo"),
    Printed(
        "must come before its options. Try", "assume --update-profile x refresh", before=ASSUME
    ),
    Printed("is neither a verb nor a profile, and", "assume ls", before=ASSUME),
    Printed("this is an ARN. Try: --role-arn", f"assume --role-name {ROLE_ARN}"),
    Printed(
        "this is the ARN of a role session. Try",
        f"assume --role-arn arn:aws:sts::{ACCOUNT}:assumed-role/my-iam-role/alice",
    ),
    Printed("For a role in your own account, try", "assume --role-arn arn:aws:iam::x"),
    Printed("Invalid role {text[:64]}: it must be one line", "assume 'a\nb'"),
    Printed(
        " Try: --account-id {digits}", "assume --role-name my-iam-role --account-id 1234-5678-9012"
    ),
    Printed(
        "Invalid account {text[:_NAME_MAX]}: it must be 12",
        f"assume --role-name my-iam-role --account-id '{'x' * 300}'",
    ),
    Printed("Try: --duration-seconds 3600, 1h or 90m", "assume my-iam-role --duration-seconds 1"),
    Printed("To list your devices: aws iam", "assume my-iam-role --serial-number x:y"),
    Printed("To list policies: aws iam", "assume my-iam-role --policy-arns arn=x:y"),
    Printed("not JSON ({reason}). Try: --policy", "assume my-iam-role --policy x"),
    Printed("it needs a key and a value. Try: --tags", "assume my-iam-role --tags Key=team"),
    Printed("no tag has this key. Try: --tags", "assume my-iam-role --transitive-tag-keys team"),
    Printed(
        "Try: --max-session-duration 28800",
        "assume create-role my-iam-role --max-session-duration 1",
        base="aws assume create-role new --dry-run",
    ),
    Printed(
        "it is not JSON. Try: --inline-policy",
        "assume create-role my-iam-role --inline-policy x",
        base="aws assume create-role new --dry-run",
    ),
    Printed("The command stands after --, and one ROLE", "assume exec my-iam-role true x"),
    Printed(
        "it has to be one of {', '.join(FORMATS)}. Try",
        "assume export r --format x",
        base="aws assume export my-iam-role",
    ),
    Printed(
        "a duration such as 1h or 90m. Try: {option}",
        "assume refresh --expiring-within x",
        base="aws assume refresh",
        before=ASSUME,
    ),
    Printed("nor begin or end with a blank. Try", "assume my-iam-role --update-profile ' x'"),
    Printed(
        "every other profile. Try: --update-profile",
        "assume my-iam-role --update-profile DEFAULT",
        credentials="[x]\na = b\n",
        base=f"{ASSUME} --profile other",
        codes=(0, 253),
    ),
    Printed("it must have no credentials. Try", "assume my-iam-role --update-profile assume-exec"),
    Printed(
        "braces stand for the template of a name", "assume my-iam-role --update-profile '{{x}}'"
    ),
    Printed("a name with quotes, brackets", "assume my-iam-role --update-profile '[x]'"),
    Printed("{obstacle}, and aws assume never", "assume my-iam-role --update-profile other"),
    Printed(
        "and --write-profiles never overwrites",
        f"assume each my-iam-role --accounts {ACCOUNT} --write-profiles other",
        base=EACH,
    ),
    Filled("To run all of them and store the results", base=f"{EACH} --list"),
    Printed(
        "goes only with --write-profiles TEMPLATE",
        f"assume each my-iam-role --accounts {ACCOUNT} --as role",
        base=EACH,
    ),
    Printed(
        "For profiles of what Identity Center",
        f"assume each Reader --accounts {ACCOUNT} --sso-session corp --write-profiles x",
        config=CORP,
    ),
    Printed(
        "To make it the profile of a role",
        f"assume each my-iam-role --accounts {ACCOUNT} --as role --write-profiles={{name}} "
        "--query Profiles[].State",
        config="[profile {name}]\n" + RECORD + "  source-profile = default\n",
    ),
    Printed(
        "with another --as. To write it",
        f"assume each my-iam-role --accounts {ACCOUNT} --write-profiles={{name}} "
        "--query Profiles[].State",
        config=f"[profile {{name}}]\nrole_arn = {ROLE_ARN}\nsource_profile = default\n"
        f"provisioned =\n  as = role\n  sso-account-id = {ACCOUNT}\n"
        f"  role-arn = {ROLE_ARN}\n  source-profile = default\n",
    ),
    Printed(
        "--as role needs a source profile with",
        f"assume each my-iam-role --accounts {ACCOUNT} --as role --write-profiles x",
        env={"AWS_ACCESS_KEY_ID": "AKIAOTHEROTHEROTHER1", "AWS_SECRET_ACCESS_KEY": "secret"},
        base=f"{EACH} --as role --write-profiles x",
    ),
    Printed(
        "--as role needs a source profile in",
        f"assume each my-iam-role --accounts {ACCOUNT} --via production/Reader --as role "
        "--write-profiles x",
        config=CORP,
    ),
    Printed(
        "is the source of the credentials, and aws assume never",
        "assume my-iam-role --profile other --update-profile other",
        base=f"{ASSUME} --profile other",
    ),
    Printed(
        "AWS_DEFAULT_OUTPUT). Nothing was done. Try",
        "assume my-iam-role",
        env={"AWS_DEFAULT_OUTPUT": "jsn"},
    ),
    Printed(
        "is set and empty. Set it to the path",
        "assume my-iam-role",
        env={"AWS_SHARED_CREDENTIALS_FILE": ""},
        codes=(0, 252),
    ),
    Filled("No profile was written by aws assume yet"),
    Printed(
        "needs a code, and there is no",
        f"assume my-iam-role --serial-number {MFA_SERIAL}",
        base=MFA,
    ),
    Printed(
        "of the machine can see. Try: --saml-assertion",
        "assume --saml-assertion YWJj",
        base="aws assume",
    ),
    Printed("this is XML, and STS takes", "assume --saml-assertion file://saml.xml"),
    Printed(
        "--via does not go with", "assume --saml-assertion file://saml.b64 --via r", before=ASSUME
    ),
    Printed(
        "--copy-source and --auto-refresh exclude",
        "assume --copy-source --auto-refresh",
        before=ASSUME,
    ),
    Printed(
        "environment will not be there then. Name",
        "assume my-iam-role --auto-refresh",
        env={"AWS_ACCESS_KEY_ID": "AKIAALICEALICEALICE1", "AWS_SECRET_ACCESS_KEY": "s"},
        base=f"{ASSUME} --auto-refresh",
    ),
    Printed("every tool can use them where they are", "assume --copy-source", base="aws assume"),
    Printed("it is not in a folder of PATH", "assume exec my-iam-role -- nothing-there"),
    Printed("it {what}. Try: ls -ld", "assume exec my-iam-role -- ./policy.json"),
    Printed("Try: {command} {shlex.quote(path)}", "assume exec my-iam-role -- ./broken"),
    Printed(
        "To restrict access to only your user: chmod",
        "assume my-iam-role",
        codes=(0, 252),
        before="chmod 644 .aws/credentials",
    ),
    Printed(
        "is read-only. Nothing was written. Try: chmod",
        "assume my-iam-role",
        before="chmod 400 .aws/credentials",
    ),
    Printed(
        "Write that policy yourself: aws iam",
        "assume create-role new --trust 'oidc:accounts.google.com:x'",
    ),
    Printed(
        "Invalid {kind} template '{template}': there is no",
        "assume my-iam-role --profile n",
        config="[profile n]\nregion = us-east-1\nassume =\n  role_session_name = {{x}}\n",
        credentials="[n]\naws_access_key_id = AKIAX\naws_secret_access_key = s\n",
    ),
    Printed("To define it: aws configure set", "assume my-iam-role --scope deploy"),
    Printed(
        "and has to be true or false. Try",
        "assume my-iam-role --profile={name}",
        config="[profile {name}]\nregion = us-east-1\nassume =\n  auto_refresh = yes\n",
        credentials="[{plain}]\naws_access_key_id = AKIAX\naws_secret_access_key = s\n",
    ),
    Printed(
        "of an identity provider has no caller. Name",
        f"assume --role-arn {ROLE_ARN} --web-identity-token-file token --profile n",
        config="[profile n]\nregion = us-east-1\nassume =\n  role_session_name = {{caller}}\n",
        base=f"aws assume --role-arn {ROLE_ARN} --web-identity-token-file token --profile n",
    ),
    Printed(
        "Only a role session takes session policies",
        "assume --copy-source --read-only",
        base="aws assume",
    ),
    Printed(
        "IAM Identity Center takes no session policy",
        "assume {name} --scope view-only",
        config=CORP + SSO_ROLE,
        names=("my profile",),
    ),
    Printed(
        "has credentials that are not narrowed to",
        "assume export --update-profile assumed-role",
        config="[profile x]\nregion = us-east-1\nassume =\n  agent_scope = read-only\n"
        "[profile assumed-role]\n" + RECORD + "  source-profile = x\n",
        credentials=OURS.format("assumed-role", "OURS"),
        env={"CLAUDECODE": "1"},
    ),
    Printed(
        ". To assume it: {assume_line}",
        "assume create-role team/dev/new",
        base="aws assume --role-name new",
        codes=(0, 252),
    ),
    Printed(
        "so its tokens can't assume the role yet",
        "assume create-role new --trust 'oidc:token.example.com:x' --dry-run",
    ),
    # Filled with values.
    Filled("An existing role is never changed. To see it", ROLE),
    Filled("To see the existing policies: aws iam"),
    Filled("The account has reached a quota"),
    Filled(
        "caller.partition}:iam::",
        {"{caller.partition}": "aws", "{name}": "r", "{caller.account_id}": ACCOUNT},
        base="aws assume create-role new --dry-run",
    ),
    Filled("The credentials of the source profile have expired"),
    Filled("The clock of this machine is wrong. Compare"),
    Filled("To see it: aws iam get-role {role}", ROLE),
    Filled("To see your devices: aws iam list-mfa-devices"),
    Filled("To see them: aws iam list-open-id"),
    Filled("The role allows at most {maximum}", {"{maximum}": "3600"}),
    Filled("STS is not activated in this region"),
    Filled("role chaining gives at most one hour. Try"),
    Filled("Request less: --duration-seconds max", ROLE),
    Filled("The role requires multi-factor authentication. Specify", base=CODE),
    Filled("A policy requires multi-factor authentication. If", base=CODE),
    Filled("Session tags require sts:TagSession", ROLE),
    Filled("A source identity requires sts:SetSourceIdentity", ROLE),
    Filled("which has no credentials. {_HINTS["),
    Filled("If that has changed: --account-id ID", base="aws assume --role-name my-iam-role"),
    Filled("{reason}. Move it away: mv", FILES),
    Filled("Let nobody else write the folder: chmod", {"{shlex.quote(folder)}": ".aws"}),
    Filled("Move it away: mv {path} {path}.untrusted", {"{path}": "policy.json"}),
    Filled("Check what is in it, then type: chmod", {"{path}": ".aws"}),
    Filled("move it away: mv {words}", {"{words}": "policy.json policy.json.untrusted"}),
    Filled("AWS_CONFIG_FILE is set and empty. Type"),
    Filled("is read-only. Type: chmod u+w", {"{shlex.quote(str(path))}": "policy.json"}),
    Filled(
        "replace it: aws iam create-access-key",
        {"{_profile_option(line.section or '')}": "--profile=other"},
    ),
    Filled("is missing or has characters that no"),
    Filled("To list them: aws iam list-saml-providers"),
    Filled("You have no MFA device. Add one"),
    Filled("Your only MFA devices are passkeys"),
    Filled("The source is temporary, and IAM lists", base=CODE),
    Filled("and role chaining gives at most {limits", {"{limits.CHAINED_DURATION_MAX}": "3600"}),
    Filled("after a minute. Do the", {"{role_arn}": ROLE_ARN}),
    Filled("which is gone, so no SDK can use the profile", TARGET, before=ASSUME),
    Filled("For a profile of its own for"),
    Filled("For another source: --profile NAME"),
    Filled("know the role's maximum: --duration-seconds"),
    Filled(
        "Type: aws assume refresh {_target(job)}",
        {"{_target(job)}": "--update-profile assumed-role"},
        before=ASSUME,
    ),
    Filled(
        "or store its new path: PATH-OF-AWS",
        {"{_target(job)}": "--update-profile assumed-role"},
        before=ASSUME,
    ),
    Filled(
        "needs that profile itself. Use another",
        {"{_target(job)}": "--update-profile assumed-role"},
    ),
    Filled("each process calls STS. Try: ls", {"{shlex.quote(self._folder.path)}": ".aws"}),
    Filled("It contains credentials. Try: ls", {"{shlex.quote(folder)}": ".aws"}),
    Filled("Cannot open the lock", {"{shlex.quote(os.path.dirname(path))}": ".aws"}),
    Filled(
        "and must be a file. Nothing was written. Try: rm",
        {"{shlex.quote(lock_path)}": "policy.json"},
    ),
    Filled("is no JSON of that kind. Assume the role"),
    Filled("whose assertions are not kept. Assume", {"{self.role_arn}": ROLE_ARN}),
    Filled("Remove them, or write to another profile"),
    Filled("was made with an identity provider's token, without"),
    Filled(
        "and there are none now. Export AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a "
        "source: --profile"
    ),
    Filled("which is gone. Name another source"),
    Filled("Look at it and run the command again", before=ASSUME),
    Filled("To use a role without writing files"),
    Filled("that it leads to, or remove the link: rm", {"{shlex.quote(path)}": "policy.json"}),
    Filled("Try: ls -ld {shlex.join(paths)}", {"{shlex.join(paths)}": ".aws"}),
    Filled("Try: df", {"{shlex.quote(folder)}": ".aws"}),
    Filled("Cannot use {path}", {"{folder}": ".aws"}),
    Filled("the account root user, which cannot assume", base="aws sts get-caller-identity"),
    Filled("does not know the partition of the region", base=SAML),
    Filled("No role was named, and the source has long-lived", base="aws assume export"),
    Filled("by hand to see, or give the code", base=MFA),
    Filled("was closed without an answer", base=MFA),
    Filled("Try: --web-identity-token-file PATH", base=f"aws assume --role-arn {ROLE_ARN}"),
    Filled("needs a role: --role-arn", base="aws assume --web-identity-token-file token"),
    Filled(
        "and the token of an identity provider is another one",
        base="aws assume --web-identity-token-file token",
    ),
    Filled(
        "it can't be looked up before the role",
        {"{option('--role-name', role.name)}": "--role-name my-iam-role"},
        base="aws assume --web-identity-token-file token",
    ),
    Filled(
        "can't be looked up before it is assumed",
        {"{option('--role-name', role.name)}": "--role-name my-iam-role"},
        base="aws assume --web-identity-token-file token",
    ),
    Filled("inside of this aws assume exec only", base=f"{ASSUME} --auto-refresh"),
    Filled(
        "assumes no role. Name the profile", base="aws assume --copy-source --profile temporary"
    ),
    Filled(
        "but AWS knows its credentials as",
        {"{option('--profile', state.name)}": "--profile other"},
    ),
    Filled(
        "name a user or the account: --trust account", base="aws assume create-role new --dry-run"
    ),
    Filled("Type its ID: --account-id", base="aws assume --role-name my-iam-role"),
    Filled("or the clock of this machine is wrong. To see the time"),
    Filled(
        "Correct it there, or name the account: --account-id",
        base="aws assume --role-name my-iam-role",
    ),
    Filled("Enabled. Type: aws assume"),
    Filled("IAM did not list your MFA devices", base=CODE),
    Filled("Give the identity provider: --principal-arn", base=f"{SAML} --role-arn {ROLE_ARN}"),
    Filled("has no role that can be read. Give both", base=SAML),
    Filled("roles: {', '.join(arns)}. Choose one", base=SAML),
    Filled("more than once: {lines}. Choose one", base=SAML),
    Printed(
        "No role was named. Try: --role-name",
        "assume create-role",
        base="aws assume create-role --dry-run",
        codes=(0, 1),
    ),
    Filled(
        "which --trust does not name. Leave --wait out",
        base="aws assume create-role new --dry-run",
    ),
    Filled(
        "but --trust does not allow the caller. Omit --wait",
        base="aws assume create-role new --dry-run",
    ),
    Filled("To see what was tried: aws assume roles"),
    Filled("To list all: aws assume roles"),
    # Of IAM Identity Center, the list of roles, and profiles for it.
    Printed(
        "is ambiguous",
        "assume {name}/Reader",
        config=CORP + SSO_ROLE + f"[profile ops]\nrole_arn = arn:aws:iam::{ACCOUNT}:role/Reader\n"
        f"[profile {{name}}/Reader]\nrole_arn = {ROLE_ARN}\nsource_profile = default\n"
        "region = us-east-1\n"
        f"[profile deep]\nrole_arn = arn:aws:iam::{ACCOUNT}:role/dev/other\n",
        base="aws assume",
        names=("dev", "my profile"),
    ),
    Printed(
        "is ambiguous", f"assume {ACCOUNT}/Reader", config=CORP + NAMED_SESSION, base="aws assume"
    ),
    Printed("is ambiguous", "assume twin/Reader", config=NAMED_SESSION, base="aws assume"),
    Printed(
        "Several accounts have the name {name}. Type",
        "assume --sso-session corp --account-id twin --role-name Reader",
        config=CORP,
        base="aws assume --sso-session corp --role-name Reader",
    ),
    Printed(
        "belongs to a permission set, and only",
        "assume --role-name AWSReservedSSO_Reader_0123456789abcdef --account-id={name}",
        config=CORP,
        names=("-x", "my profile", ACCOUNT),
    ),
    Printed(
        "IAM Identity Center does not grant this role",
        f"{GRANTED_ROLE} {FORBIDDEN_ROLE}",
        config=CORP,
    ),
    Printed(
        "grants no account {named.account}",
        "assume --sso-session corp --account-id zzz --role-name Reader",
        config=CORP,
    ),
    Printed(
        "can't be called: {error}. If you know",
        f"assume {FAILING_ACCOUNT}/Reader",
        config=NAMED_SESSION,
        env={"AWS_MAX_ATTEMPTS": "1"},
        base="aws assume",
    ),
    Printed(
        "If it is a role of IAM: {options}",
        f"assume {ACCOUNT}/my-iam-role",
        config=sso_session(LOGGED_OUT),
        base="aws assume",
    ),
    Printed(
        "--sso-session goes with the first --via",
        "assume my-iam-role --via x --sso-session corp",
        config=CORP,
        base=f"{ASSUME} --sso-session corp",
    ),
    Printed(
        "a role is named by its account and its permission set",
        f"{GRANTED_ROLE} Reader Reader",
        config=CORP,
        base="aws assume",
    ),
    Printed(
        "A role of IAM Identity Center has an account",
        "assume --sso-session={name}",
        config=NAMED_SESSION,
        base="aws assume",
    ),
    Printed(
        "the permission set determines the session",
        f"{GRANTED_ROLE} Reader --duration-seconds 900",
        config=CORP,
        base="aws assume",
    ),
    Printed(
        "--via {shlex.quote(str(role))} is the source",
        "assume other-role --via production/Reader",
        config=CORP + f"[profile other-role]\nrole_arn = {ROLE_ARN}\nsource_profile = default\n",
        base="aws assume --via production/Reader",
    ),
    Printed(
        "is a second one. Leave --profile out",
        "assume {name} --profile other",
        config=CORP + SSO_ROLE,
        names=("my profile",),
    ),
    Printed(
        "is no longer in {profiles.files[0]}. To configure it",
        "assume refresh --update-profile={name}",
        config="[profile {name}]\nregion = us-east-1\nassumed =\n  sso-session = gone\n"
        f"  sso-account-id = {ACCOUNT}\n  sso-role-name = Reader\n",
        credentials=OURS.format("{plain}", "A" * 16),
    ),
    Printed("No session of IAM Identity Center is configured", "assume profiles"),
    Printed(
        "Several SSO sessions are configured", "assume profiles", config=CORP + LAB, base=PROFILES
    ),
    Printed(
        "each profile assumes this role in its account", "assume profiles --as role", config=CORP
    ),
    Printed(
        "The profile '{source}' of --source does not exist",
        "assume profiles --as role --role-name ops --source nobody",
        config=CORP,
    ),
    Printed("No granted role matches all filters", "assume profiles zzz", config=CORP),
    Printed(
        "matches nothing that IAM Identity Center grants",
        "assume profiles --accounts zzz",
        config=CORP,
    ),
    Printed(
        "{error}\nLog in: {command}, or add", "assume profiles", config=sso_session(LOGGED_OUT)
    ),
    Printed(
        "no terminal for --login to renew it on",
        f"assume --sso-session {LOGGED_OUT} --account-id {ACCOUNT} --role-name Reader --login",
        config=sso_session(LOGGED_OUT),
    ),
    Printed("Log in: {command}, or add --login", "assume roles", config=sso_session(LOGGED_OUT)),
    Printed("No role was found. To see the roles that trust", "assume roles", needs_terminal=True),
    Printed("No role matches all words", "assume roles zzz", needs_terminal=True),
    Printed(
        "The same without the list: ",
        "assume export my-iam-role profile",
        config=SOURCE_IS_ROLE + "source_profile = default\n",
        needs_terminal=True,
    ),
    Printed(
        "Roles that you can assume: ",
        "assume",
        config=CORP
        + SSO_ROLE
        + SOURCE_IS_ROLE.format(name="r", plain="r")
        + "source_profile = default\n",
    ),
    Filled("or lack the one of a proxy. Try: --ca-bundle FILE", base=CONSOLE),
    Filled("Try again, or --cli-read-timeout SECONDS", base=CONSOLE),
    Filled("only in their own partition. To see whose they are: "),
    Filled(
        "it must be a name such as us-east-1. Try: --region",
        {"{PARTITIONS[partition].region}": "us-east-1"},
        base=CONSOLE,
    ),
    Printed(
        "is not in the partition {partition} of the role",
        f"assume console {ROLE_ARN} --region cn-north-1",
        base=CONSOLE,
    ),
    Printed(
        "Invalid destination {shown}",
        "assume console my-iam-role --destination https://example.com/",
        base=CONSOLE,
    ),
    Printed(
        "Try: --session-duration 43200, or 12h",
        "assume console my-iam-role --session-duration 1",
        base=CONSOLE,
    ),
    Printed(
        "Name a role: aws assume console ROLE", "assume console --copy-source --profile temporary"
    ),
    Printed(
        "--session-duration is for a role that was assumed with long-term keys",
        "assume console my-iam-role --via outer --session-duration 2h",
        base="aws assume console my-iam-role --via outer --no-browser",
    ),
    Printed(
        "the console can't switch to a role of IAM",
        "assume console production/Reader --switch-role",
        config=CORP,
        base="aws assume console --switch-role --no-browser",
    ),
    # Of accounts to run a command in.
    Printed("Try: --accounts {digits}", "assume each --accounts 2000-0000-0001 --list", base=LIST),
    Printed(
        "Name a profile that may: --organization-profile",
        "assume each --accounts all --list --profile other",
        base=f"{LIST} --profile other",
    ),
    Printed(
        "has no root or organizational unit",
        "assume each --accounts ou-exam-nosuchunit --list",
        base=LIST,
    ),
    Printed(
        "There is no organizational unit '", "assume each --accounts ou:Nowhere --list", base=LIST
    ),
    Printed(
        "To list the organization, name a profile",
        "assume each --accounts all --list --profile={name}",
        config="[profile {name}]\nregion = us-east-1\n",
        base=LIST,
    ),
    Printed("No account of the organization has", "assume each --accounts nobody --list"),
    Printed("Type the ID in place of it", "assume each --accounts twin --list", base=LIST),
    Printed("no profile matches.", "assume each --accounts profiles:nobody-* --list"),
    Printed(
        "To select all accounts of the organization",
        "assume each --accounts not:twin --list",
        base=LIST,
    ),
    Printed(
        "grants the permission set '",
        "assume each nobody --accounts identity-center --list",
        config=CORP,
        base="aws assume each nobody --accounts identity-center --list",
    ),
    # Of the results of these commands.
    Printed(
        "type I/N, with I from 1 to N. Example: ",
        "assume each my-iam-role --accounts 200000000001 --shard 5/4 -- true",
        base=LIST,
    ),
    Printed(
        "is not empty. Nothing was done. To run only",
        "assume each my-iam-role --accounts 200000000001 --results policy.json -- true",
    ),
    # Of the command itself.
    Printed(
        "Example: --regions us", "assume each a --accounts all --regions us_east -- true", base=IDS
    ),
    Printed(
        "No command was named. Type it after --", "assume each a --accounts all", codes=(0, 1)
    ),
    Printed(
        "No role was named. Type its name, which is",
        "assume each --accounts all -- true",
        codes=(0, 1),
    ),
    Printed(
        "{what}, and --accounts names the accounts",
        "assume each 123456789012:my-iam-role --accounts all -- true",
    ),
    Filled("and no region is configured for", base=IDS),
    *_REVOKE_AND_ROOT,
    Filled("# Completes aws assume; from: ", {"{shell}": "bash", "{_FILES[shell]}": "~/.bashrc"}),
)

_NAMES = "names options and variables to look at, and not a command"
_ORGANIZATION = "it changes a whole organization, which no stub is"
_INSTALLER = "tests/integration/test_enable.py runs it"
# Why a command of a message is not run by its row.
NEEDS_USER: Mapping[str, str] = {
    "aws sso login": "it opens a browser; test_identity_center.py runs it with a stand-in",
    "aws configure sso": "it opens a browser",
    "aws configure sso-session": "it asks its questions on a terminal only",
}
# Why no row runs the text after the colon of a message.
NOT_RUN: Mapping[str, str] = {
    "Check what is between this machine and IAM: ": _NAMES,
    "Nothing was written. Check what is between this": _NAMES,
    "Check what is between this machine and STS: --endpoint-url, AWS_ENDPOINT_URL, "
    "a proxy": _NAMES,
    "and {place}. Try: --region, with a region of": _NAMES,
    "AWS_PROFILE in every tool. Use --profile, or unset it": _NAMES,
    "there will be none in the pipe {path}. Try: --web-identity": "the file is the user's own",
    "Renew it: {command} (aws assume, export and exec": "test_login.py runs it",
    "can't renew it. With AWS CLI version 2, run: {command}": "it is for another AWS CLI",
    "can't log in. With AWS CLI version 2, run: {command}": "it is for another AWS CLI",
    "has no sign-in for --login to run. With an AWS CLI": "it is for another AWS CLI",
    "Renew them: aws assume refresh, aws sso login": "names the commands to choose from",
    "which has no plugin folder. The plugin has to be": _INSTALLER,
    "if you don't need version 1: awscli-assume enable --force": _INSTALLER,
    "names it. Type: AWS_CONFIG_FILE=": _INSTALLER,
    "Another program has changed {paths.config_file}. Type": _INSTALLER,
    "Choose another executable: awscli-assume enable --aws": _INSTALLER,
    "To use the built-in one: awscli-assume disable": _INSTALLER,
    "The demonstration needs an AWS CLI. Type: ": "pip would download packages",
    "The demonstration needs a local AWS, which is": "pip would download packages",
    "A shell can become the role: eval": "tests/integration/test_demo.py runs the demonstration",
    "{''}Try: {printable(one)}": "tests/integration/test_explain.py runs the commands",
    "was not renewed: aws exited with {code}. {_hint(job)}": "the hint has a row of its own",
    "which aws assume has set. To use their source": "tests/integration/test_export_again.py",
    "The organization does not trust IAM. In the": _ORGANIZATION,
    "The organization has consolidated billing only": _ORGANIZATION,
    "can't be run: {reason}": "the text after the colon is a reason",
}
