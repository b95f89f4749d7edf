import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnLoggingConfiguration, CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { requestsPerSecond } from './limits.ts';

const windowSeconds = 300;

/**
 * Rules that do not fit the service's bodies. Pictures are larger than these rules allow and contain any
 * bytes. Texts contain URLs, which the service checks itself.
 */
const rulesOnBodies = [
  'SizeRestrictions_BODY',
  'CrossSiteScripting_BODY',
  'GenericLFI_BODY',
  'GenericRFI_BODY',
];
/** Cameras and scripts name no browser, and many name nothing. */
const rulesOnUserAgents = ['NoUserAgent_HEADER', 'UserAgent_BadBots_HEADER'];

/**
 * A firewall in front of the API: AWS's common rules, and a limit for each address. All cameras of a house
 * may have one address. So the limit lies above what the gateway lets through: it ends floods, and nothing
 * else.
 */
export class Firewall extends Construct {
  constructor(scope: Construct, id: string, api: RestApi, rekognitionTps: number) {
    super(scope, id);
    const maxRequests = 2 * windowSeconds * requestsPerSecond(rekognitionTps);
    const webAcl = new CfnWebACL(this, 'WebAcl', {
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: visibility('all'),
      rules: [
        {
          name: 'rate',
          priority: 0,
          action: { block: {} },
          statement: {
            rateBasedStatement: {
              limit: maxRequests,
              evaluationWindowSec: windowSeconds,
              aggregateKeyType: 'IP',
            },
          },
          visibilityConfig: visibility('rate'),
        },
        managedRules('AWSManagedRulesCommonRuleSet', 1, [...rulesOnBodies, ...rulesOnUserAgents]),
        managedRules('AWSManagedRulesKnownBadInputsRuleSet', 2),
      ],
    });
    new CfnWebACLAssociation(this, 'Association', {
      resourceArn: api.deploymentStage.stageArn,
      webAclArn: webAcl.attrArn,
    });
    this.#logRefusals(webAcl);
  }

  /**
   * Logs what the firewall blocks or counts. Queries may hold names that somebody looks for, and some headers
   * let their bearer in, so both stay out. WAF wants a log group of such a name.
   */
  #logRefusals(webAcl: CfnWebACL): void {
    const stack = Stack.of(this);
    const logGroupName = `aws-waf-logs-${stack.stackName}`;
    const logGroup = new LogGroup(this, 'Log', {
      logGroupName,
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const logging = new CfnLoggingConfiguration(this, 'Logging', {
      resourceArn: webAcl.attrArn,
      // WAF refuses the group's own ARN, which ends in `:*`.
      logDestinationConfigs: [
        stack.formatArn({
          service: 'logs',
          resource: 'log-group',
          resourceName: logGroupName,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
      redactedFields: [
        { queryString: {} },
        ...['authorization', 'cookie', 'x-api-key'].map((Name) => ({ singleHeader: { Name } })),
      ],
      loggingFilter: {
        DefaultBehavior: 'DROP',
        Filters: [
          {
            Behavior: 'KEEP',
            Requirement: 'MEETS_ANY',
            Conditions: ['BLOCK', 'COUNT', 'EXCLUDED_AS_COUNT'].map((Action) => ({
              ActionCondition: { Action },
            })),
          },
        ],
      },
    });
    logging.node.addDependency(logGroup);
  }
}

/** @param countedOnly rules of the group that only count requests and do not block them. */
function managedRules(
  name: string,
  priority: number,
  countedOnly: readonly string[] = [],
): CfnWebACL.RuleProperty {
  return {
    name,
    priority,
    overrideAction: { none: {} },
    statement: {
      managedRuleGroupStatement: {
        vendorName: 'AWS',
        name,
        ruleActionOverrides: countedOnly.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
      },
    },
    visibilityConfig: visibility(name),
  };
}

function visibility(metricName: string): CfnWebACL.VisibilityConfigProperty {
  // Sampled requests would show parts of requests to anybody who may look at the firewall.
  return { cloudWatchMetricsEnabled: true, metricName, sampledRequestsEnabled: false };
}
