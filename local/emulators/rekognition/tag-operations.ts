import type { ListTagsForResourceResponse } from '@aws-sdk/client-rekognition';
import { RekognitionError } from './errors.ts';
import { type Context, define } from './operation.ts';
import * as parameters from './parameters.ts';

/** Limit of the service on the tags of one resource. */
const maxTags = 50;

/**
 * Reads the key of the collection that an ARN names; the emulator has no other resources with tags.
 * @throws RekognitionError `ResourceNotFoundException`
 */
function collectionOf(arn: string, { store, region }: Context): string {
  const [, place, id] = /^arn:aws:rekognition:([a-z0-9-]+):\d{12}:collection\/(.+)$/.exec(arn) ?? [];
  if (id === undefined || place !== region) {
    throw new RekognitionError('ResourceNotFoundException', `The resource ${arn} does not exist`);
  }
  const key = store.keyOf(region, id);
  store.checkExists(key);
  return key;
}

export const tagResource = define(parameters.TagResource, ({ ResourceArn, Tags }, context) => {
  const id = collectionOf(ResourceArn, context);
  const tags = { ...context.store.tags(id), ...Tags };
  if (Object.keys(tags).length > maxTags) {
    throw new RekognitionError(
      'ServiceQuotaExceededException',
      `A resource can have at most ${maxTags} tags.`,
    );
  }
  context.store.setTags(id, tags);
  return {};
});

export const untagResource = define(parameters.UntagResource, ({ ResourceArn, TagKeys }, context) => {
  const id = collectionOf(ResourceArn, context);
  const left = Object.entries(context.store.tags(id)).filter(([key]) => !TagKeys.includes(key));
  context.store.setTags(id, Object.fromEntries(left));
  return {};
});

export const listTagsForResource = define(
  parameters.ListTagsForResource,
  ({ ResourceArn }, context): ListTagsForResourceResponse => ({
    Tags: context.store.tags(collectionOf(ResourceArn, context)),
  }),
);
