import { type DetectorName, engineDetectors } from './contract/vocabulary.ts';

/*
 * Settings of the Python service that came before this one. Its clients and its `.env` go on working: each
 * setting has its old meaning here, or a warning tells what counts instead.
 */

type Environment = Readonly<Record<string, string | undefined>>;

/** Smallest confidence of a face by this service's own, calibrated scale, 0..1. */
export const defaultDetectionConfidence = 0.15;

/** Setting of the old service alone: its default was a distance that nearly everybody's picture is within. */
export const oldThreshold = 'BLACKLIST_CONFIDENCE_THRESHOLD';

function given(environment: Environment, name: string): string | undefined {
  return environment[name]?.trim().replace(/^(["'])(.*)\1$/s, '$2') || undefined;
}

function isForeignDetector(name: string | undefined): boolean {
  const own: readonly string[] = [...engineDetectors, 'aws_rekognition'];
  return name !== undefined && !own.includes(name);
}

/** Returns true if the settings were written for the old service. */
function isOld(environment: Environment): boolean {
  return (
    given(environment, oldThreshold) !== undefined ||
    isForeignDetector(given(environment, 'DETECTOR_BACKEND'))
  );
}

/**
 * Returns the smallest confidence of a face. Settings of the old service mean the scale of a detector that
 * this one does not have. There, nearly all faces have more than 0.95; here many have less. So such a value
 * means the default.
 */
export function detectionConfidence(configured: number, environment: Environment): number {
  return isOld(environment) ? Math.min(configured, defaultDetectionConfidence) : configured;
}

/** Largest confidence that is asked for without a warning. */
const strictConfidence = 0.8;

/**
 * Warns of settings that have another meaning or none here.
 * @param used detector of the engine in place of one that it does not have
 */
export function oldSettingWarnings(environment: Environment, used: DetectorName): string[] {
  const value = (name: string) => given(environment, name);
  const isAws = value('FACE_PROCESSING_BACKEND') === 'aws_rekognition';
  const confidence = Number(value('DETECTION_CONFIDENCE_THRESHOLD'));
  const similarity = Number(value('AWS_THRESHOLD'));
  const detector = value('DETECTOR_BACKEND');
  return [
    value(oldThreshold) !== undefined &&
      `${oldThreshold} does nothing: a match is decided by the model's own threshold, and in AWS by AWS_THRESHOLD. ` +
        'A request may ask for another one with "threshold".',
    !isAws &&
      isForeignDetector(detector) &&
      `DETECTOR_BACKEND=${detector} is not a detector of this backend: ${used} is used.`,
    !isAws && confidence > defaultDetectionConfidence && confidenceWarning(confidence, isOld(environment)),
    isAws &&
      value('DETECTION_CONFIDENCE_THRESHOLD') !== undefined &&
      'DETECTION_CONFIDENCE_THRESHOLD does nothing with FACE_PROCESSING_BACKEND=aws_rekognition.',
    isAws &&
      detector !== undefined &&
      detector !== 'aws_rekognition' &&
      'DETECTOR_BACKEND does nothing with FACE_PROCESSING_BACKEND=aws_rekognition.',
    isAws &&
      value('AWS_THRESHOLD') !== undefined &&
      similarity <= 1 &&
      `AWS_THRESHOLD=${similarity} is a similarity of 0 to 100, so it is held at AWS_MIN_SIMILARITY. Is ${100 * similarity} meant?`,
  ].filter((warning) => typeof warning === 'string');
}

function confidenceWarning(confidence: number, isOldScale: boolean): string | false {
  if (isOldScale) {
    return (
      `DETECTION_CONFIDENCE_THRESHOLD=${confidence} is on another detector's scale: ${defaultDetectionConfidence} is used, which keeps the same faces. ` +
      `For the value itself, set DETECTOR_BACKEND to one of ${engineDetectors.join(', ')} and remove ${oldThreshold}.`
    );
  }
  return (
    confidence > strictConfidence &&
    `DETECTION_CONFIDENCE_THRESHOLD=${confidence} leaves out faces that are small, turned or blurred, and so listed people may be missed. ` +
      `The default is ${defaultDetectionConfidence}.`
  );
}
