/** The names that requests and settings may use, DeepFace's and our own. */

/** The embedded engine's detectors: BlazeFace, SSD, and SSD only where BlazeFace's look does not settle what a picture shows. */
export const engineDetectors = ['mediapipe', 'ssd', 'mediapipe+ssd'] as const;
export type EngineDetector = (typeof engineDetectors)[number];

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
  'mediapipe+ssd',
  'aws_rekognition',
] as const;
export type DetectorName = (typeof detectorNames)[number];

/** DeepFace's models, then our own; of these the embedded engine has `Dlib`, `MobileFaceNet`, `Fusion`, and `Custom` where one is set. */
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
/** What the model that `MODEL_PATH` names is called. */
export const customModelName = 'Custom';
export type ModelName = (typeof modelNames)[number];

/** The embedded engine's model where none is named, or one that it does not have. */
export const defaultEngineModel = 'Fusion';

export const distanceMetrics = ['cosine', 'euclidean', 'euclidean_l2', 'angular'] as const;
export type DistanceMetric = (typeof distanceMetrics)[number];

/** What a distance was measured in. Rekognition tells similarities alone: there, a distance is `1 - similarity / 100`. */
export const similarityMetrics = [...distanceMetrics, 'aws_similarity'] as const;
export type SimilarityMetric = (typeof similarityMetrics)[number];

/** What a match with an entry means for whoever must act, from the least to the most. */
export const severities = ['info', 'warning', 'danger'] as const;
export type Severity = (typeof severities)[number];
