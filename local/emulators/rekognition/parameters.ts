import * as z from 'zod';
import { notSerializable, RekognitionError } from './errors.ts';

/**
 * The parameters of each operation with the limits of the service's own model (`rekognition-2016-06-27`).
 * Each check's message is the service's wording of the constraint.
 */

/** Image bytes that come in the request itself. */
const maxInlineImageBytes = 5_242_880;

/** A value that is too long is not repeated whole. */
const maxShownLength = 1024;

function text({ min, max, pattern }: { min?: number; max?: number; pattern?: string }) {
  let schema = z.string();
  if (min !== undefined) {
    schema = schema.min(min, `Member must have length greater than or equal to ${min}`);
  }
  if (max !== undefined) schema = schema.max(max, `Member must have length less than or equal to ${max}`);
  if (pattern === undefined) return schema;
  return schema.regex(
    new RegExp(`^(?:${pattern})$`, 'u'),
    `Member must satisfy regular expression pattern: ${pattern}`,
  );
}

function atLeast(min: number) {
  return `Member must have value greater than or equal to ${min}`;
}

function atMost(max: number) {
  return `Member must have value less than or equal to ${max}`;
}

function oneOf<const T extends readonly string[]>(values: T) {
  return z.enum(values, `Member must satisfy enum value set: [${values.join(', ')}]`);
}

const imageBytes = z.string().transform((base64, context) => {
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) {
    throw notSerializable('A blob is not valid base64.');
  }
  const bytes = Buffer.from(base64, 'base64');
  const constraint =
    bytes.length === 0
      ? 'greater than or equal to 1'
      : bytes.length > maxInlineImageBytes && `less than or equal to ${maxInlineImageBytes}`;
  if (constraint) {
    context.addIssue({
      code: 'custom',
      message: `Member must have length ${constraint}`,
      params: { value: `java.nio.HeapByteBuffer[pos=0 lim=${bytes.length} cap=${bytes.length}]` },
    });
  }
  return bytes;
});

const Image = z.object({
  Bytes: imageBytes.optional(),
  S3Object: z
    .object({
      Bucket: text({ min: 3, max: 255, pattern: '[0-9A-Za-z\\.\\-_]*' }).optional(),
      Name: text({ min: 1, max: 1024 }).optional(),
      Version: text({ min: 1, max: 1024 }).optional(),
    })
    .optional(),
});
/** A picture as a request gives it. */
export type Image = z.infer<typeof Image>;

const CollectionId = text({ min: 1, max: 255, pattern: '[a-zA-Z0-9_.\\-]+' });
const FaceId = text({ pattern: '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}' });
const FaceIds = z
  .array(FaceId)
  .min(1, 'Member must have length greater than or equal to 1')
  .max(4096, 'Member must have length less than or equal to 4096');
const UserId = text({ min: 1, max: 128, pattern: '[a-zA-Z0-9_.\\-:]+' });
const Percent = z.number().min(0, atLeast(0)).max(100, atMost(100));
const QualityFilter = oneOf(['NONE', 'AUTO', 'LOW', 'MEDIUM', 'HIGH']);
export type QualityFilter = z.infer<typeof QualityFilter>;

const Attributes = z.array(
  oneOf([
    'DEFAULT',
    'ALL',
    'AGE_RANGE',
    'BEARD',
    'EMOTIONS',
    'EYE_DIRECTION',
    'EYEGLASSES',
    'EYES_OPEN',
    'GENDER',
    'MOUTH_OPEN',
    'MUSTACHE',
    'FACE_OCCLUDED',
    'SMILE',
    'SUNGLASSES',
  ]),
);

const Page = {
  NextToken: text({ max: 255 }).optional(),
  MaxResults: z.int().min(0, atLeast(0)).max(4096, atMost(4096)).optional(),
};
const Search = {
  MaxFaces: z.int().min(1, atLeast(1)).max(4096, atMost(4096)).default(80),
  FaceMatchThreshold: Percent.default(80),
};

const tagPattern = '(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*';
const Tags = z.record(
  text({ min: 1, max: 128, pattern: tagPattern }),
  text({ max: 256, pattern: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*' }),
);
const ResourceArn = text({ min: 20, max: 2048 });

export const CreateCollection = z.object({ CollectionId, Tags: Tags.optional() });
export const DescribeCollection = z.object({ CollectionId });
export const ListCollections = z.object(Page);
export const DeleteCollection = z.object({ CollectionId });
export const IndexFaces = z.object({
  CollectionId,
  Image,
  ExternalImageId: text({ min: 1, max: 255, pattern: '[a-zA-Z0-9_.\\-:]+' }).optional(),
  DetectionAttributes: Attributes.optional(),
  MaxFaces: z.int().min(1, atLeast(1)).default(100),
  QualityFilter: QualityFilter.default('AUTO'),
});
export const ListFaces = z.object({
  CollectionId,
  ...Page,
  UserId: UserId.optional(),
  FaceIds: FaceIds.optional(),
});
export const DeleteFaces = z.object({ CollectionId, FaceIds });
export const SearchFaces = z.object({ CollectionId, FaceId, ...Search });
export const SearchFacesByImage = z.object({
  CollectionId,
  Image,
  ...Search,
  QualityFilter: QualityFilter.default('NONE'),
});
const ClientRequestToken = text({ min: 1, max: 64, pattern: '[a-zA-Z0-9-_]+' }).optional();
const UserFaceIds = z
  .array(FaceId)
  .min(1, 'Member must have length greater than or equal to 1')
  .max(100, 'Member must have length less than or equal to 100');
const MaxUsers = z.int().min(1, atLeast(1)).max(500, atMost(500)).default(80);

export const CreateUser = z.object({ CollectionId, UserId, ClientRequestToken });
export const DeleteUser = z.object({ CollectionId, UserId, ClientRequestToken });
export const ListUsers = z.object({
  CollectionId,
  NextToken: Page.NextToken,
  MaxResults: z.int().min(1, atLeast(1)).max(500, atMost(500)).optional(),
});
export const AssociateFaces = z.object({
  CollectionId,
  UserId,
  FaceIds: UserFaceIds,
  UserMatchThreshold: Percent.default(75),
  ClientRequestToken,
});
export const DisassociateFaces = z.object({
  CollectionId,
  UserId,
  FaceIds: UserFaceIds,
  ClientRequestToken,
});
export const SearchUsers = z.object({
  CollectionId,
  UserId: UserId.optional(),
  FaceId: FaceId.optional(),
  UserMatchThreshold: Percent.default(80),
  MaxUsers,
});
export const SearchUsersByImage = z.object({
  CollectionId,
  Image,
  UserMatchThreshold: Percent.default(80),
  MaxUsers,
  QualityFilter: QualityFilter.default('NONE'),
});
export const TagResource = z.object({ ResourceArn, Tags });
export const UntagResource = z.object({
  ResourceArn,
  TagKeys: z.array(text({ min: 1, max: 128, pattern: tagPattern })).max(200),
});
export const ListTagsForResource = z.object({ ResourceArn });
export const DetectFaces = z.object({ Image, Attributes: Attributes.optional() });
export const CompareFaces = z.object({
  SourceImage: Image,
  TargetImage: Image,
  SimilarityThreshold: Percent.default(80),
  QualityFilter: QualityFilter.default('NONE'),
});

/**
 * Checks an operation's parameters and fills in its defaults.
 * @throws RekognitionError `SerializationException` for a value of another type, `ValidationException` for
 * one outside its limits.
 */
export function parseParameters<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  // One for each parameter: of a list's elements, the first that is wrong.
  const byName = new Map(
    parsed.error.issues
      .toReversed()
      .map((issue) => [issue.path.filter((key) => typeof key !== 'number').join(), issue]),
  );
  const problems = [...byName.values()].reverse().map((issue) => describe(issue, input));
  const count = `${problems.length} validation error${problems.length === 1 ? '' : 's'} detected: `;
  throw new RekognitionError('ValidationException', count + problems.join('; '));
}

function describe(issue: z.core.$ZodIssue, input: unknown): string {
  // A list's element is reported with the whole list as its value.
  const index = issue.path.findIndex((key) => typeof key === 'number');
  const path = index < 0 ? issue.path : issue.path.slice(0, index);
  const name = path.map((key) => lowerFirst(String(key))).join('.');
  const value = valueAt(input, issue.path);
  if (issue.code === 'invalid_type' && value !== undefined) {
    throw notSerializable(`The value of ${name || 'the request'} is not of the type ${issue.expected}.`);
  }
  const constraint = value === undefined ? 'Member must not be null' : issue.message;
  const shown = shownValue(issue, valueAt(input, path));
  if (index < 0) return `Value ${shown} at '${name}' failed to satisfy constraint: ${constraint}`;
  return `Value ${shown} at '${name}' failed to satisfy constraint: Member must satisfy constraint: [${constraint}]`;
}

function shownValue(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code === 'custom') return `'${issue.params?.value}'`;
  if (value === undefined) return 'null';
  const shown = Array.isArray(value) ? `[${value.slice(0, maxShownLength).join(', ')}]` : String(value);
  return `'${shown.slice(0, maxShownLength)}'`;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value === null || value === undefined ? undefined : (value as never)[key]),
    input,
  );
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
