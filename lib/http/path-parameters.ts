import type { APIGatewayProxyEvent } from 'aws-lambda';

/** Decodes path parameters, because API Gateway's REST APIs leave them percent-encoded. */
export function decoded(
  parameters: APIGatewayProxyEvent['pathParameters'],
): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(parameters ?? {}).map(([name, value]) => [name, value && decodedText(value)]),
  );
}

function decodedText(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
