import * as z from 'zod';

/** Answer of the endpoints that return a picture. */
export const pictureSuccess = {
  status: 200,
  description: 'The picture itself.',
  contentType: 'image/*',
  redirect: 'In AWS mode: where the picture is for the next five minutes.',
  schema: z.string().meta({ format: 'binary' }),
  example: '',
} as const;
