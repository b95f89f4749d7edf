import { type IResource, MockIntegration, PassthroughBehavior } from 'aws-cdk-lib/aws-apigateway';
import { LookBackOffError } from '../lib/errors.ts';

/** An answer of the contract that an endpoint always gives in AWS. */
interface Refusal {
  readonly statusCode: string;
  readonly detail: string;
}

/**
 * Endpoints that have no function unless `lookBackDays` is set, by their operations. The gateway answers for
 * them: without it no faces are kept.
 */
export const refusedEndpoints: Readonly<Record<string, Refusal>> = {
  lookBack: { statusCode: '409', detail: new LookBackOffError().message },
};

/** Types of bodies that clients send with a POST; other ones are a 415. */
const bodyTypes = ['application/json', 'application/x-www-form-urlencoded'];

/** Adds a method that the gateway refuses by itself. */
export function addRefusedMethod(
  resource: IResource,
  method: string,
  { statusCode, detail }: Refusal,
  headers: Readonly<Record<string, string>>,
): void {
  const parameters = Object.entries(headers).map(([name, value]) => [
    `method.response.header.${name}`,
    value,
  ]);
  const integration = new MockIntegration({
    passthroughBehavior: PassthroughBehavior.NEVER,
    requestTemplates: Object.fromEntries(bodyTypes.map((type) => [type, `{"statusCode": ${statusCode}}`])),
    integrationResponses: [
      {
        statusCode,
        responseTemplates: { 'application/json': JSON.stringify({ detail }) },
        responseParameters: Object.fromEntries(parameters),
      },
    ],
  });
  resource.addMethod(method, integration, {
    methodResponses: [
      { statusCode, responseParameters: Object.fromEntries(parameters.map(([name]) => [name, true])) },
    ],
  });
}
