import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';

/** Requests that one address may send in five minutes. */
const maxRequests = 2000;

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

/** A firewall in front of the API: AWS's common rules, and a limit for each address. */
export class Firewall extends Construct {
  constructor(scope: Construct, id: string, api: RestApi) {
    super(scope, id);
    const webAcl = new CfnWebACL(this, 'WebAcl', {
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: visibility('all'),
      rules: [
        {
          name: 'rate',
          priority: 0,
          action: { block: {} },
          statement: { rateBasedStatement: { limit: maxRequests, aggregateKeyType: 'IP' } },
          visibilityConfig: visibility('rate'),
        },
        managedRules('AWSManagedRulesCommonRuleSet', 1, rulesOnBodies),
        managedRules('AWSManagedRulesKnownBadInputsRuleSet', 2),
      ],
    });
    new CfnWebACLAssociation(this, 'Association', {
      resourceArn: api.deploymentStage.stageArn,
      webAclArn: webAcl.attrArn,
    });
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
