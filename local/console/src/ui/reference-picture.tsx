import type { ReferenceImage } from '../../../../lib/contract/shapes.ts';
import { imagePath } from '../api/endpoints.ts';
import { timeOf } from '../format.ts';
import { bytes } from '../model/words.ts';
import { texts } from '../texts.ts';
import { Dialog } from './dialog.tsx';
import { FacesPicture, type MarkedFace } from './faces-picture.tsx';
import { Fact } from './fact.tsx';
import { NoPicture, useWholePicture } from './picture.tsx';

const noLandmarks = { left_eye: null, right_eye: null, nose: null, mouth_left: null, mouth_right: null };

/** Shows a reference picture as a whole, with the face that counts and what is known of it. */
export function ReferencePicture({
  image,
  name,
  onClose,
}: {
  image: ReferenceImage;
  name: string;
  onClose: () => void;
}) {
  const { entry_id, id, file_name } = image;
  const { url, failed, size } = useWholePicture(imagePath(entry_id, id));
  const title = file_name ?? texts.people.picture;
  return (
    <Dialog title={title} onClose={onClose} wide>
      {url && size ? (
        <FacesPicture
          url={url}
          size={size}
          alt={texts.people.pictureOf(name, title)}
          faces={facesOf(image)}
        />
      ) : failed ? (
        <NoPicture alt={title} class="wide" />
      ) : (
        <span class="picture wide skeleton" />
      )}
      <PictureFacts image={image} />
    </Dialog>
  );
}

function facesOf({ face }: ReferenceImage): MarkedFace[] {
  if (face === null) return [];
  const area = { ...face, ...noLandmarks };
  return [{ number: 1, area, label: texts.people.faceThatCounts, kind: 'cannot_tell' }];
}

function PictureFacts({ image }: { image: ReferenceImage }) {
  const { added_date, size_bytes, width, height, quality } = image;
  const { ofHundred } = texts.people;
  return (
    <dl class="facts-list">
      <Fact name={texts.people.added} value={timeOf(added_date)} />
      {width !== null && height !== null && (
        <Fact name={texts.people.size} value={texts.people.pixels(String(width), String(height))} />
      )}
      {size_bytes !== null && <Fact name={texts.people.file} value={bytes(size_bytes)} />}
      {quality && (
        <>
          <Fact name={texts.people.sharpness} value={ofHundred(Math.round(quality.sharpness))} />
          <Fact name={texts.people.brightness} value={ofHundred(Math.round(quality.brightness))} />
          <Fact name={texts.people.turned} value={poseWords(quality.pose)} />
        </>
      )}
    </dl>
  );
}

function poseWords({ yaw, pitch, roll }: { yaw: number; pitch: number; roll: number }): string {
  const whole = (degrees: number) => Math.round(Math.abs(degrees));
  return texts.people.pose(whole(yaw), whole(pitch), whole(roll));
}
