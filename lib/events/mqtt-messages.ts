import { createHash } from 'node:crypto';
import { matchEventType, type ServiceEvent } from '../contract/match-event.ts';

/** A message for the broker. */
export interface MqttMessage {
  readonly topic: string;
  readonly payload: string;
  /** True if the broker keeps it for whoever comes later. */
  readonly retain: boolean;
}

const root = 'face-blacklist';
/** Topic that says `online` or `offline` of the service itself. */
export const availabilityTopic = `${root}/availability`;

const words = { 'camera.offline': 'offline', 'camera.online': 'online' } as const;

/**
 * Makes the messages of an event: one by its type, and one of its camera.
 * @param hasNames true to tell who was found by name; ids are told in any case
 */
export function messagesOf(event: ServiceEvent, hasNames: boolean): MqttMessage[] {
  const shown = hasNames ? event : withoutNames(event);
  const messages = [{ topic: `${root}/events/${event.type}`, payload: JSON.stringify(shown), retain: false }];
  if (event.type === matchEventType && event.data.camera !== null) {
    const payload = JSON.stringify({ event_type: 'face_matched', ...(shown as typeof event).data });
    messages.push({ topic: topicOf(event.data.camera, 'match'), payload, retain: false });
  }
  if (event.type === 'camera.offline' || event.type === 'camera.online') {
    messages.push(stateMessage(event.data.camera, words[event.type]));
  }
  return messages;
}

/** Makes the message that says if a camera gives frames. */
export function stateMessage(camera: string, state: 'online' | 'offline'): MqttMessage {
  return { topic: topicOf(camera, 'state'), payload: state, retain: true };
}

/** Makes the messages by which Home Assistant learns of a camera: its matches, and if it gives frames. */
export function discoveryMessages(camera: string): MqttMessage[] {
  const id = `face_blacklist_${slugOf(camera)}`;
  const common = {
    availability_topic: availabilityTopic,
    device: { identifiers: [id], name: `Face blacklist: ${camera}` },
  };
  const match = {
    ...common,
    name: 'Match',
    unique_id: `${id}_match`,
    state_topic: topicOf(camera, 'match'),
    event_types: ['face_matched'],
  };
  const connectivity = {
    ...common,
    name: 'Camera',
    unique_id: `${id}_state`,
    state_topic: topicOf(camera, 'state'),
    device_class: 'connectivity',
    payload_on: 'online',
    payload_off: 'offline',
  };
  return [
    { topic: `homeassistant/event/${id}/config`, payload: JSON.stringify(match), retain: true },
    {
      topic: `homeassistant/binary_sensor/${id}/config`,
      payload: JSON.stringify(connectivity),
      retain: true,
    },
  ];
}

function topicOf(camera: string, what: 'match' | 'state'): string {
  return `${root}/cameras/${slugOf(camera)}/${what}`;
}

/** Makes a name that topics and Home Assistant take. No two cameras have the same. */
function slugOf(camera: string): string {
  const readable = camera
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/[^a-z0-9]+/g, '_')
    .slice(0, 40);
  const hash = createHash('sha256').update(camera.toLowerCase()).digest('hex').slice(0, 6);
  return `${readable}_${hash}`;
}

/** Takes out names of people, and the client's own words about a picture, which may be one. */
function withoutNames(event: ServiceEvent): unknown {
  if (event.type !== matchEventType) return event;
  const { data } = event;
  const nameless = <Entry extends { readonly name: string }>({ name: _, ...rest }: Entry) => rest;
  return {
    ...event,
    data: {
      ...data,
      reference: null,
      entries: data.entries.map(nameless),
      faces: data.faces.map((face) => ({
        ...face,
        matches: face.matches.map((match) => ({ ...match, entry: nameless(match.entry) })),
      })),
    },
  };
}
