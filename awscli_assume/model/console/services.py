"""The console page of each service, by the name of its AWS CLI command."""

from __future__ import annotations

from typing import Callable, Collection

from awscli_assume.errors import InvalidRequest
from awscli_assume.model.printable import option
from awscli_assume.model.request.role_specifier import similar_names

# Where the page is not NAME/home. AWS publishes no such list; these are the addresses to which
# the console's own menu and the user guides of the services lead.
PAGES = {
    "accessanalyzer": "access-analyzer/home",
    "account": "billing/home#/account",
    "apigatewayv2": "apigateway/home",
    "application-autoscaling": "awsautoscaling/home",
    "appconfig": "systems-manager/appconfig",
    "autoscaling": "ec2/home#AutoScalingGroups:",
    "autoscaling-plans": "awsautoscaling/home",
    "bedrock-agent": "bedrock/home#/agents",
    "bedrock-agent-runtime": "bedrock/home#/agents",
    "bedrock-runtime": "bedrock/home",
    "billing": "costmanagement/home",
    "budgets": "billing/home#/budgets",
    "ce": "costmanagement/home#/cost-explorer",
    "cloudcontrol": "cloudformation/home",
    "cloudfront": "cloudfront/v4/home",
    "cloudhsmv2": "cloudhsm/home",
    "cloudshell": "cloudshell/home",
    "cloudtrail": "cloudtrailv2/home",
    "codeartifact": "codesuite/codeartifact/home",
    "codebuild": "codesuite/codebuild/home",
    "codecommit": "codesuite/codecommit/home",
    "codeconnections": "codesuite/settings/connections",
    "codedeploy": "codesuite/codedeploy/home",
    "codeguru-reviewer": "codeguru/reviewer",
    "codepipeline": "codesuite/codepipeline/home",
    "codestar-connections": "codesuite/settings/connections",
    "cognito-identity": "cognito/v2/identity/identity-pools",
    "cognito-idp": "cognito/v2/idp/user-pools",
    "config": "config/home",
    "configservice": "config/home",
    "connect": "connect/v2/app/instances",
    "cur": "billing/home#/reports",
    "dax": "dynamodbv2/home#dax-clusters",
    "deadline": "deadlinecloud/home",
    "deploy": "codesuite/codedeploy/home",
    "directconnect": "directconnect/v2/home",
    "dlm": "ec2/home#Lifecycle:",
    "dms": "dms/v2/home",
    "docdb-elastic": "docdb/home",
    "ds": "directoryservicev2/home",
    "dynamodb": "dynamodbv2/home",
    "dynamodbstreams": "dynamodbv2/home",
    "ebs": "ec2/home#Snapshots:",
    "ec2-instance-connect": "ec2/home#Instances:",
    "ecr": "ecr/home",
    "ecr-public": "ecr/public-registry",
    "ecs": "ecs/v2/clusters",
    "eks": "eks/clusters",
    "elb": "ec2/home#LoadBalancers:",
    "elbv2": "ec2/home#LoadBalancers:",
    "emr": "emr/home",
    "emr-containers": "emr/home#/eks",
    "emr-serverless": "emr/home#/serverless",
    "es": "aos/home",
    "fis": "fis/home",
    "fms": "wafv2/fmsv2",
    "greengrass": "iot/home#/greengrass",
    "greengrassv2": "iot/home#/greengrass",
    "identitystore": "singlesignon/home",
    "inspector": "inspector/home",
    "inspector2": "inspector/v2/home",
    "iot-data": "iot/home",
    "kafka": "msk/home",
    "kafkaconnect": "msk/home#/connectors",
    "kinesisanalytics": "flink/home",
    "kinesisanalyticsv2": "flink/home",
    "lexv2-models": "lexv2/home",
    "logs": "cloudwatch/home#logsV2:log-groups",
    "macie2": "macie/home",
    "meteringmarketplace": "marketplace/home",
    "mq": "amazon-mq/home",
    "oam": "cloudwatch/home#settings",
    "opensearch": "aos/home",
    "opensearchserverless": "aos/home#opensearch/dashboard",
    "organizations": "organizations/v2/home",
    "pipes": "events/home#/pipes",
    "redshift": "redshiftv2/home",
    "redshift-data": "redshiftv2/home",
    "redshift-serverless": "redshiftv2/home#serverless-dashboard",
    "resourcegroupstaggingapi": "resource-groups/tag-editor",
    "route53": "route53/v2/home",
    "route53domains": "route53/domains/home",
    "rum": "cloudwatch/home#rum:dashboard",
    "s3api": "s3/home",
    "s3control": "s3/home",
    "s3outposts": "s3/outposts",
    "s3tables": "s3/table-buckets",
    "s3vectors": "s3/vector-buckets",
    "sagemaker-runtime": "sagemaker/home",
    "schemas": "events/home#/schemas",
    "sdb": "dynamodbv2/home",
    "service-quotas": "servicequotas/home",
    "servicediscovery": "cloudmap/home",
    "sesv2": "ses/home",
    "shield": "wafv2/shieldv2",
    "snowball": "snowfamily/home",
    "sns": "sns/v3/home",
    "sqs": "sqs/v3/home",
    "ssm": "systems-manager/home",
    "ssm-contacts": "systems-manager/incidents/contacts",
    "ssm-incidents": "systems-manager/incidents/home",
    "sso": "singlesignon/home",
    "sso-admin": "singlesignon/home",
    "stepfunctions": "states/home",
    "sts": "iam/home",
    "synthetics": "cloudwatch/home#synthetics:canary/list",
    "timestream-query": "timestream/home",
    "timestream-write": "timestream/home",
    "vpc": "vpcconsole/home",
    "waf": "wafv2/homev2",
    "waf-regional": "wafv2/homev2",
    "wafv2": "wafv2/homev2",
    "workspaces": "workspaces/v2/home",
    "xray": "cloudwatch/home#xray:traces/query",
}


def page_of(service: str, cli_services: Callable[[], Collection[str]]) -> str:
    """Return the page of a service, without a leading slash.

    ``cli_services`` returns the services that this AWS CLI knows. Raises InvalidRequest for
    others.
    """
    name = service.lower()
    if name in PAGES:
        return PAGES[name]
    known = cli_services()
    if name in known:
        return f"{name}/home"
    near = similar_names(name, {*PAGES, *known})
    hint = f" Similar services: {', '.join(near)}." if near else ""
    raise InvalidRequest(
        f"Unknown service {service[:64]!r}.{hint} Services have the names of the AWS CLI's "
        f"commands, such as s3. For any other page: {option('--destination', '/PAGE')}"
    )
