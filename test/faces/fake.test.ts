import { FakeFaces, FakeGallery, fakeModels } from '../fakes/faces.ts';
import { suitePictures } from '../fakes/pictures.ts';
import { faceBookkeepingSuite } from '../suites/faces.ts';

faceBookkeepingSuite(
  'the fake',
  { models: fakeModels, detectors: ['colour'], metrics: ['cosine'] },
  async () => {
    const backend = new FakeFaces(new FakeGallery());
    return { backend, pictures: await suitePictures(), remove: () => backend.close() };
  },
);
