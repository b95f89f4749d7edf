/**
 * Command, run by `cdk synth` and `cdk deploy`: makes the CloudFormation template. The choices are in
 * `settings.ts`.
 */
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { ConfigError } from '../lib/config.ts';
import { FaceBlacklistStack } from './stack.ts';

try {
  const app = new App();
  new FaceBlacklistStack(app, 'FaceBlacklist', {
    description: 'Face Blacklist: looks for listed people in pictures.',
  });
  // A finding without a written reason stops the synthesis.
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  // The CDK would synthesize what there is before the process ends.
  process.exit(1);
}
