import { describe, expect, test } from 'vitest';
import { installedModels, isInstalled } from '../../../../lib/faces/engine/models/installed.ts';
import type { ModelName } from '../../../../lib/faces/engine/models/model-files.ts';
import { modelsWith } from '../../../../lib/faces/engine/models/models.ts';

describe('models whose networks are not installed', () => {
  const without = (missing: ModelName) => (name: ModelName) => name !== missing;
  const names = (missing: ModelName) => [...installedModels(modelsWith(), 'Dlib', without(missing)).keys()];

  test('are left out, and the others stay', () => {
    expect(names('mobilefacenet192')).toEqual(['MobileFaceNet', 'Dlib']);
    expect(names('mobilefacenet')).toEqual(['Dlib']);
    expect([...installedModels(modelsWith(), 'Fusion', without('dlib')).keys()]).toEqual([
      'Fusion',
      'MobileFaceNet',
    ]);
    expect(isInstalled('FirstFusion', without('dlib'))).toBe(false);
    expect([...installedModels(modelsWith(), 'Fusion').keys()]).toEqual(['Fusion', 'MobileFaceNet', 'Dlib']);
  });

  test('can not be in use: the start says which file is missing, and which models there are', () => {
    expect(() => installedModels(modelsWith(), 'Fusion', without('mobilefacenet192'))).toThrow(
      'The model Fusion lacks models/mobilefacenet192.onnx: run npm install, or set MODEL_NAME to another of MobileFaceNet, Dlib.',
    );
  });
});
