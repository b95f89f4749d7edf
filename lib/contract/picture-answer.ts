import * as z from 'zod';

/** What the endpoints that give a picture out have in common. */
export const pictureSuccess = {
  status: 200,
  description: 'The picture itself.',
  contentType: 'image/*',
  redirect: 'In AWS mode: where the picture is for the next five minutes.',
  schema: z.string().meta({ format: 'binary' }),
  example: '',
} as const;
