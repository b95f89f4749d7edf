import type { ModelVersionName } from '../lib/faces/engine/models/models.ts';

/** Figures that benchmarks measure, as `results.json` keeps them. They lie below benchmarks and report. */

/** Place, time and way in which figures were measured. */
export interface Provenance {
  readonly machine: string;
  readonly cores: number;
  readonly node: string;
  /** The commit that was checked out, with a plus if files had been changed. */
  readonly commit: string;
  readonly date: string;
  readonly command: string;
  /** Load average of the minute before: the number of threads, of all processes, that wanted a core. */
  readonly loadAverage: number;
}

/** `[rate of errors, rate of successes]` */
export type Rate = readonly [number, number];

export interface AccuracyFigures {
  readonly people: number;
  readonly pictures: number;
  /** Pictures in which a face was found; the others' pairs count as different people's. */
  readonly withFace: number;
  readonly folds: number;
  readonly pairsPerFold: number;
  /** Accuracy on the set's pairs, cross-validated; its standard error is the next field. */
  readonly accuracy: number;
  readonly standardError: number;
  readonly areaUnderCurve: number;
  readonly equalErrorRate: number;
  /** `[FAR, TAR]` on the set's pairs. */
  readonly trueAcceptRates: readonly Rate[];
  /** `[FPIR, TPIR]` of the open-set identification. */
  readonly identificationRates: readonly Rate[];
  readonly identificationCurve: readonly Rate[];
  readonly listed: number;
  readonly probes: number;
  readonly strangers: number;
  /** Number of all pairs of two pictures with a face, by whether both show the same person. */
  readonly samePairs: number;
  readonly differentPairs: number;
  /** `[FMR, FNMR]` */
  readonly missRates: readonly Rate[];
  readonly errorTradeOff: readonly Rate[];
  /** Shares of the pairs in steps of cosine similarity. */
  readonly histogram: {
    readonly from: number;
    readonly step: number;
    readonly same: readonly number[];
    readonly different: readonly number[];
  };
  /** Cosine similarity at the model's default threshold. */
  readonly threshold: number;
}

export type SceneKind =
  | 'one person'
  | 'turned'
  | 'cut off'
  | 'mosaic'
  | 'small faces'
  | 'texture'
  | 'clothes';

/** Boxes between two confidences. */
export interface ReliabilityBin {
  readonly from: number;
  readonly to: number;
  readonly boxes: number;
  /** Mean of their confidences, 0..1. */
  readonly confidence: number;
  /** The share of them that are faces, 0..1. */
  readonly faces: number;
}

export interface ConfidenceFigures {
  readonly reliability: Readonly<Record<'blazeFace' | 'ssd', readonly ReliabilityBin[]>>;
  /** For each kind of pictures and some thresholds, what is kept. */
  readonly kept: readonly {
    readonly detector: 'blazeFace' | 'ssd';
    readonly kind: SceneKind;
    readonly pictures: number;
    readonly faces: number;
    /** The faces and the false boxes that have a confidence of at least so much. */
    readonly at: readonly { readonly threshold: number; readonly faces: number; readonly falses: number }[];
  }[];
}

/** Times that a task took, in milliseconds. */
export interface SearchTimes {
  readonly median: number;
  readonly p99: number;
  /**
   * Mean CPU time of the thread, so that other programs do not count. The system measures it in steps of some
   * milliseconds.
   */
  readonly cpu: number;
}

export interface SearchFigures {
  /** Number of listed faces. */
  readonly listed: number;
  readonly search: SearchTimes;
  /** Times of searching for all the crowd's faces together. */
  readonly crowd: SearchTimes;
  readonly crowdSize: number;
  readonly loop: SearchTimes;
  readonly human: SearchTimes;
  readonly loadMs: number;
  /** CPU time of all threads while loading. */
  readonly loadCpuMs: number;
  /** Resident memory that the gallery takes, divided by that of its vectors in single precision. */
  readonly memoryRatio: number;
  /**
   * Share of the true nearest faces, at most 100 for a probe, that the search found. Double precision decides
   * which are the true ones.
   */
  readonly recall: number;
}

export interface ServiceTimes {
  readonly median: number;
  readonly slowest: number;
}

/** Milliseconds and megabytes. */
export interface ServiceFigures {
  readonly startMs: number;
  readonly model: string;
  /** Engine's time for one face in 250 pixels. */
  readonly engineMs: number;
  readonly requestMs: number;
  /** Whole request with 40 small faces in 24 megapixels; absent from figures of earlier releases. */
  readonly large?: ServiceTimes;
  readonly perSecond: number;
  readonly idle: ServiceTimes;
  readonly busy: ServiceTimes;
  /** While a body of 24 MB comes in, is read and is answered. */
  readonly largeBody: ServiceTimes;
  readonly memoryAfter100: number;
  readonly memoryAfter500: number;
}

export interface Done {
  readonly wallMs: number;
  /** CPU time of all threads of this process. */
  readonly cpuMs: number;
  /** Faces found in the last run. */
  readonly faces: number;
}

/** Medians over the rounds. The ratio in each round is to the first entry's time. */
export interface Measured extends Done {
  /** Times as long as the first. */
  readonly wallRatio: number;
  readonly cpuRatio: number;
}

/** One pipeline on one picture. */
export interface SpeedRow extends Measured {
  readonly pipeline: string;
}

export interface Stage {
  readonly name: string;
  /** Mean CPU time for one picture, of all threads. */
  readonly cpuMs: number;
}

export interface Profile {
  readonly model: string;
  readonly faces: number;
  readonly stages: readonly Stage[];
}

/** Pictures in a second with one worker for each core, and with one worker. */
export interface Throughput {
  readonly model: string;
  readonly workers: number;
  readonly perSecond: number;
  readonly perSecondWithOne: number;
  /** Ratio of the two: the median over the rounds. */
  readonly factor: number;
}

export interface SpeedFigures {
  /** Origin of the crowd's faces. */
  readonly crowdOf: string;
  /** Name of each picture, and its rows, the engine's first model first. */
  readonly pictures: readonly {
    readonly name: string;
    readonly faces: number;
    readonly rows: readonly SpeedRow[];
  }[];
  readonly throughput: readonly Throughput[];
  readonly profiles: readonly (Profile & { readonly picture: string })[];
}

/** Contents of `results.json`: the last figures of each benchmark. */
export interface Results {
  readonly accuracy?: Partial<Record<ModelVersionName, Provenance & AccuracyFigures>>;
  readonly speed?: Provenance & SpeedFigures;
  readonly service?: Provenance & ServiceFigures;
  readonly confidence?: Provenance & ConfidenceFigures;
  readonly search?: Provenance & { readonly sizes: readonly SearchFigures[] };
}
