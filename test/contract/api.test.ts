import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { operations } from '../../lib/contract/api.ts';
import { auditActions, serviceNames, specialActions } from '../../lib/contract/audit-actions.ts';
import type { Endpoint } from '../../lib/contract/endpoint.ts';
import * as cameras from '../../lib/contract/endpoints/cameras.ts';
import { receiveUploadContract } from '../../local/server/uploads.ts';

/** Endpoints of one machine alone. */
const localContracts: readonly Endpoint[] = [
  ...Object.values(cameras).flatMap((value) => ('operationId' in value ? [value] : [])),
  receiveUploadContract,
];

const named = operations.map((contract) => [`${contract.method} ${contract.path}`, contract] as const);

function duplicates(values: readonly string[]): string[] {
  return values.filter((value, index) => values.indexOf(value) !== index);
}

function parametersIn({ path }: Endpoint): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');
}

describe('the contract', () => {
  it('has the routes that clients of the service call', () => {
    expect(named.map(([name]) => name).sort()).toEqual(
      [
        'GET /',
        'GET /api/v1/',
        'POST /api/v1/process/process-images',
        'GET /api/v1/processed-images/',
        'GET /api/v1/process/processed-images/',
        'POST /api/v1/detect/detect-face',
        'POST /api/v1/verify',
        'POST /api/v1/blacklist/{id}/verify',
        'POST /api/v1/blacklist/',
        'GET /api/v1/blacklist/',
        'GET /api/v1/blacklist/{id}/',
        'PUT /api/v1/blacklist/{id}/',
        'PATCH /api/v1/blacklist/{id}/',
        'DELETE /api/v1/blacklist/{id}/',
        'POST /api/v1/blacklist/{id}/merge',
        'GET /api/v1/blacklist/{id}/export',
        'POST /api/v1/blacklist/{id}/look-back',
        'POST /api/v1/history/search',
        'GET /api/v1/erasures/{id}',
        'POST /api/v1/blacklist/{id}/images',
        'GET /api/v1/blacklist/{id}/images',
        'GET /api/v1/blacklist/{id}/images/{image_id}',
        'DELETE /api/v1/blacklist/{id}/images/{image_id}',
        'GET /api/v1/processed-images/{db_id}',
        'GET /api/v1/processed-images/{db_id}/image',
        'PUT /api/v1/processed-images/{db_id}/review',
        'DELETE /api/v1/processed-images/',
        'DELETE /api/v1/process/processed-images/',
        'DELETE /api/v1/processed-images/{db_id}',
        'DELETE /api/v1/process/processed-images/{db_id}',
        'POST /api/v1/blacklist/{id}/uploads',
        'POST /api/v1/process/uploads',
        'GET /openapi.json',
        'GET /docs',
        'GET /docs/{asset}',
        'GET /healthz',
        'GET /api/v1/status',
        'GET /api/v1/events',
        'GET /api/v1/audit',
      ].sort(),
    );
  });

  it('gives each operation one id and one route', () => {
    expect(duplicates(operations.map(({ operationId }) => operationId))).toEqual([]);
    expect(duplicates(named.map(([name]) => name.replace(/\/$/, '')))).toEqual([]);
  });

  it('is public at the welcome and the health check alone', () => {
    expect(named.filter(([, contract]) => contract.public).map(([name]) => name)).toEqual([
      'GET /',
      'GET /healthz',
    ]);
  });

  it.each(named)('says of %s which answer, body and parameters it has, truly', (_name, contract) => {
    expect(contract.success.schema.safeParse(contract.success.example).error).toBeUndefined();
    if (contract.body?.kind === 'json') {
      expect(contract.body.schema.safeParse(contract.body.example).error).toBeUndefined();
    }
    expect(parametersIn(contract)).toEqual(Object.keys(contract.params?.shape ?? {}));
    expect(contract.errors.includes('request_invalid')).toBe(
      [contract.body, contract.query].some(Boolean) || /\{(db_)?id\}/.test(contract.path),
    );
  });

  it.each(named)('takes null in the body of %s for a field that may be left out', (_name, { body }) => {
    const isJson = body?.kind === 'json' && body.schema instanceof z.ZodObject;
    const fields = isJson ? Object.entries((body.schema as z.ZodObject).shape) : [];
    const optional = fields.filter(([, field]) => (field as z.ZodType).safeParse(undefined).success);
    const refused = optional.filter(([, field]) => !(field as z.ZodType).safeParse(null).success);
    // A change may leave the name as it is, but nobody is listed without one.
    expect(refused.filter(([name]) => name !== 'name')).toEqual([]);
  });

  it('names each action that the audit trail may have, and no other', () => {
    const audited = [...operations, ...localContracts].filter(({ unaudited }) => !unaudited);
    const others = ['exportAudit', 'refuseToken', 'trimAudit', 'unknown'];
    expect([...auditActions].sort()).toEqual(
      [
        // An operation can be what a request of another one is.
        ...new Set([...audited.map(({ operationId }) => operationId), ...specialActions]),
        ...serviceNames,
        ...others,
      ].sort(),
    );
  });

  it('lists twenty processed pictures at the one path and ten at the older one', () => {
    const limitOf = (path: string) => operations.find((contract) => contract.path === path)?.query?.parse({});
    expect(limitOf('/api/v1/processed-images/')).toEqual({ limit: 20, offset: 0 });
    expect(limitOf('/api/v1/process/processed-images/')).toEqual({ limit: 10, offset: 0 });
  });
});
