import { CfnOutput } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** Makes an output of the stack with exactly this name, wherever in the stack it is made. */
export function output(scope: Construct, name: string, value: string, description: string): void {
  new CfnOutput(scope, name, { value, description }).overrideLogicalId(name);
}
