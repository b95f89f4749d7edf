import { Annotations, Aws, CfnRule, Fn, type Stack, Token } from 'aws-cdk-lib';
import { ConfigError } from '../lib/config.ts';

/** Date of the list of regions: botocore 1.43.11, `data/endpoints.json`. */
export const regionsKnownOn = '2026-05-20';

/** Regions with Amazon Rekognition, of the 34 public ones and of GovCloud. */
export const rekognitionRegions: readonly string[] = [
  ...['us-east-1', 'us-east-2', 'us-west-1', 'us-west-2', 'ca-central-1', 'sa-east-1'],
  ...['eu-central-1', 'eu-south-2', 'eu-west-1', 'eu-west-2', 'il-central-1'],
  ...['ap-northeast-1', 'ap-northeast-2', 'ap-south-1', 'ap-southeast-1', 'ap-southeast-2'],
  'us-gov-west-1',
];

/**
 * Refuses a region without Rekognition before anything is made there. The CLI tells the region in
 * `CDK_DEFAULT_REGION`. The template refuses it too, for it may be deployed by other means.
 * @param anyRegion true to deploy all the same, where Rekognition is newer than the list
 * @throws ConfigError naming the region, the ones that have Rekognition, and the date of that list
 */
export function refuseRegionsWithoutRekognition(stack: Stack, anyRegion: boolean): void {
  const region = Token.isUnresolved(stack.region) ? process.env.CDK_DEFAULT_REGION : stack.region;
  const isUnknown = region !== undefined && !rekognitionRegions.includes(region);
  const words =
    `Rekognition is in these regions: ${rekognitionRegions.join(', ')} (as of ${regionsKnownOn}). ` +
    'If it has come to another one since then, deploy with -c anyRegion=true.';
  if (anyRegion) {
    if (isUnknown) {
      Annotations.of(stack).addWarningV2(
        'face-blacklist:any-region',
        `The region ${region} had no Rekognition on ${regionsKnownOn}; -c anyRegion=true deploys to it all the same.`,
      );
    }
    return;
  }
  if (isUnknown) throw new ConfigError(`The region ${region} has no Amazon Rekognition. ${words}`);
  new CfnRule(stack, 'RegionHasRekognition', {
    assertions: [
      { assert: Fn.conditionContains([...rekognitionRegions], Aws.REGION), assertDescription: words },
    ],
  });
}
