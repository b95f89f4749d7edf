import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';

/** By one address in five minutes. */
const maxRequests = 2000;

/** Bodies are pictures: larger than these rules take, with any bytes in them, or texts with URLs, which the service checks itself. */
const rulesOnBodies = [
  'SizeRestrictions_BODY',
  'CrossSiteScripting_BODY',
  'GenericLFI_BODY',
  'GenericRFI_BODY',
];

/** AWS's common rules and a limit by address, in front of the API. */
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

/** @param countedOnly rules of the group that count and do not block. */
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
  // Sampled requests would show parts of them to whoever may look at the firewall.
  return { cloudWatchMetricsEnabled: true, metricName, sampledRequestsEnabled: false };
}
