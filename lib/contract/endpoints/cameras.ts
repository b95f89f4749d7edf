import * as z from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { Box } from '../shapes.ts';

/*
 * Endpoints of a machine that watches cameras. They are not deployed as functions: Lambda can't watch, so a
 * stack in AWS answers 404, and the watcher runs on the venue's machine.
 */

export const cameraStates = ['starting', 'online', 'offline', 'paused', 'off'] as const;
/** State of a camera; `off` by its schedule. */
export type CameraStateName = (typeof cameraStates)[number];

const count = z.number().int().min(0);

export const CameraState = z
  .object({
    name: z.string(),
    address: z.string().describe('Its origin; never user, password, path or query.'),
    state: z.enum(cameraStates).describe('`off`: by its schedule.'),
    since: z.string().describe('Since when it is in this state, ISO 8601, UTC.'),
    reason: z.string().nullable().describe('Why it gives no frames; null while it does.'),
    fps: z.number().describe('Frames a second that are wanted.'),
    fps_seen: z.number().describe('Frames a second that came in the last seconds.'),
    width: count.nullable(),
    height: count.nullable(),
    last_frame: z.string().nullable(),
    last_sighting: z.string().nullable().describe('When somebody listed was last seen.'),
    frames: z
      .object({ looked: count, idle: count, dropped: count })
      .describe('Since the start: looked at, without motion, and those that nobody had time for.'),
    tracks: z
      .object({ matched: count, unknown: count })
      .describe('People who passed: a match counts when it is told, anybody else when the passage is over.'),
    restarts: count,
    keep: z.enum(['matches', 'all']),
    zone: z.array(z.tuple([z.number(), z.number()])),
    faces: z
      .array(z.object({ id: z.string(), box: Box }))
      .describe('Faces that are followed now, in pixels of the newest frame.'),
  })
  .meta({ id: 'CameraState' });
export type CameraState = z.infer<typeof CameraState>;

const stateExample: CameraState = {
  name: 'door',
  address: 'rtsp://192.168.10.7',
  state: 'online',
  since: '2026-11-29T08:00:00.000Z',
  reason: null,
  fps: 5,
  fps_seen: 5,
  width: 1920,
  height: 1080,
  last_frame: '2026-11-29T08:12:14.200Z',
  last_sighting: null,
  frames: { looked: 812, idle: 2848, dropped: 0 },
  tracks: { matched: 0, unknown: 17 },
  restarts: 0,
  keep: 'matches',
  zone: [],
  faces: [],
};

const CameraPath = z.object({ name: z.string().describe("The camera's name.") });

export const listCamerasContract = defineEndpoint({
  operationId: 'listCameras',
  method: 'GET',
  path: '/api/v1/cameras',
  summary: 'Show the cameras',
  tags: ['Cameras'],
  role: 'desk',
  unaudited: true,
  success: {
    status: 200,
    description: 'All cameras.',
    schema: z.array(CameraState),
    example: [stateExample],
  },
  errors: [],
});

export const addCameraContract = defineEndpoint({
  operationId: 'addCamera',
  method: 'POST',
  path: '/api/v1/cameras',
  summary: 'Watch a further camera',
  description:
    'The fields of `cameras.json`. The address is an rtsp(s) or http(s) URL within `CAMERA_NETWORKS`, or `push`; nothing tells it again.',
  tags: ['Cameras'],
  role: 'admin',
  strict: true,
  body: {
    kind: 'json',
    schema: z.looseObject({ name: z.string(), url: z.string() }),
    example: { name: 'yard', url: 'rtsp://watcher:password@192.168.10.9/stream1', fps: 5 },
  },
  success: { status: 201, description: 'Its state.', schema: CameraState, example: stateExample },
  errors: ['request_invalid', 'camera_conflict', 'disk_full', 'backend_unavailable'],
});

export const removeCameraContract = defineEndpoint({
  operationId: 'removeCamera',
  method: 'DELETE',
  path: '/api/v1/cameras/{name}',
  summary: 'Watch a camera no more',
  description: 'Only one that was added here. What it has seen stays.',
  tags: ['Cameras'],
  role: 'admin',
  strict: true,
  params: CameraPath,
  success: { status: 200, description: 'Its last state.', schema: CameraState, example: stateExample },
  errors: ['camera_not_found', 'camera_conflict', 'backend_unavailable'],
});

export const pauseCameraContract = defineEndpoint({
  operationId: 'pauseCamera',
  method: 'PUT',
  path: '/api/v1/cameras/{name}',
  summary: 'Pause a camera, or go on',
  description: 'It lasts until the service starts anew. The audit trail says who did it.',
  tags: ['Cameras'],
  role: 'desk',
  params: CameraPath,
  body: { kind: 'json', schema: z.object({ paused: z.boolean() }), example: { paused: true } },
  success: { status: 200, description: 'Its state.', schema: CameraState, example: stateExample },
  errors: ['request_invalid', 'camera_not_found'],
});

export const getCameraFrameContract = defineEndpoint({
  operationId: 'getCameraFrame',
  method: 'GET',
  path: '/api/v1/cameras/{name}/frame',
  summary: 'Fetch the newest frame',
  tags: ['Cameras'],
  role: 'desk',
  params: CameraPath,
  success: {
    status: 200,
    description: 'JPEG. Nothing of it is stored.',
    contentType: 'image/jpeg',
    schema: z.string().meta({ format: 'binary' }),
    example: '',
  },
  errors: ['camera_not_found'],
});

export const pushFrameContract = defineEndpoint({
  operationId: 'pushFrame',
  method: 'POST',
  path: '/api/v1/cameras/{name}/frames',
  summary: 'Send a picture of a camera that pushes',
  description: 'The body is the picture itself (image/jpeg), or a form whose part `file` it is.',
  tags: ['Cameras'],
  role: 'check',
  unaudited: true,
  params: CameraPath,
  success: {
    status: 202,
    description: 'It was taken, and is looked at unless a newer one comes first.',
    schema: z.object({ camera: z.string() }),
    example: { camera: 'door' },
  },
  errors: [
    'input_unreadable',
    'input_too_large',
    'camera_not_found',
    'camera_conflict',
    'body_too_slow',
    'backend_unavailable',
  ],
});
