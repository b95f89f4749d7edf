/** Names that requests and settings may use: DeepFace's and our own. */

/**
/**
 * Detectors of the embedded engine: BlazeFace on the whole picture; SSD; BlazeFace also on parts of the
 * picture, where the whole does not settle it; and none, where the picture is the face. SSD once looked at
 * the parts: the name of that detector is kept.
 */
export const engineDetectors = ['mediapipe', 'ssd', 'mediapipe+ssd', 'skip'] as const;
export type EngineDetector = (typeof engineDetectors)[number];

/** Runtimes of the embedded engine's networks: `auto` is ONNX Runtime where it loads, and tfjs elsewhere. */
export const engineRuntimes = ['auto', 'onnx', 'tfjs'] as const;
export type EngineRuntime = (typeof engineRuntimes)[number];

/** DeepFace's detectors, then our own. */
export const detectorNames = [
  'opencv',
  'ssd',
  'dlib',
  'mtcnn',
  'fastmtcnn',
  'retinaface',
  'mediapipe',
  'yolov8',
  'yolov11n',
  'yolov11s',
  'yolov11m',
  'yunet',
  'centerface',
  'skip',
  'mediapipe+ssd',
  'aws_rekognition',
] as const;
export type DetectorName = (typeof detectorNames)[number];

/**
 * DeepFace's models, then our own. The embedded engine has `Dlib`, `MobileFaceNet`, `Fusion`, and `Custom`
 * where `MODEL_PATH` is set.
 */
export const modelNames = [
  'VGG-Face',
  'Facenet',
  'Facenet512',
  'OpenFace',
  'DeepFace',
  'DeepID',
  'ArcFace',
  'Dlib',
  'SFace',
  'GhostFaceNet',
  'Buffalo_L',
  'MobileFaceNet',
  'Fusion',
  'Custom',
  'aws_rekognition',
] as const;
/** Name of the model in the file that `MODEL_PATH` names. */
export const customModelName = 'Custom';
export type ModelName = (typeof modelNames)[number];

/** Model that the embedded engine uses if none is named, or one that it does not have. */
export const defaultEngineModel = 'Fusion';

export const distanceMetrics = ['cosine', 'euclidean', 'euclidean_l2', 'angular'] as const;
export type DistanceMetric = (typeof distanceMetrics)[number];

/**
 * Metric that a distance was measured in. Rekognition returns only similarities: its distance is `1 -
 * similarity / 100`.
 */
export const similarityMetrics = [...distanceMetrics, 'aws_similarity'] as const;
export type SimilarityMetric = (typeof similarityMetrics)[number];

/** Urgency of a match for whoever must act, from the least to the most. */
export const severities = ['info', 'warning', 'danger'] as const;
export type Severity = (typeof severities)[number];
