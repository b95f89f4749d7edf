import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ReferenceImage } from '../../../../lib/contract/shapes.ts';
import { imagePath } from '../api/endpoints.ts';
import { decode, type Size } from '../api/pictures.ts';
import { timeOf } from '../format.ts';
import { bytes } from '../model/words.ts';
import { texts } from '../texts.ts';
import { Dialog } from './dialog.tsx';
import { FacesPicture } from './faces-picture.tsx';
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
  const { entry_id, id, face, file_name, added_date, size_bytes, width, height, quality } = image;
  const { url, failed } = useWholePicture(imagePath(entry_id, id));
  const size = useSize(url);
  const title = file_name ?? texts.people.picture;
  return (
    <Dialog title={title} onClose={onClose} wide>
      {url && size ? (
        <FacesPicture
          url={url}
          size={size}
          alt={texts.people.pictureOf(name, title)}
          faces={
            face
              ? [
                  {
                    number: 1,
                    area: { ...face, ...noLandmarks },
                    label: texts.people.faceThatCounts,
                    kind: 'cannot_tell',
                  },
                ]
              : []
          }
        />
      ) : failed ? (
        <NoPicture alt={title} class="wide" />
      ) : (
        <span class="picture wide skeleton" />
      )}
      <dl class="facts-list">
        <Fact name={texts.people.added} value={timeOf(added_date)} />
        {width !== null && height !== null && (
          <Fact name={texts.people.size} value={texts.people.pixels(String(width), String(height))} />
        )}
        {size_bytes !== null && <Fact name={texts.people.file} value={bytes(size_bytes)} />}
        {quality && (
          <>
            <Fact
              name={texts.people.sharpness}
              value={texts.people.ofHundred(Math.round(quality.sharpness))}
            />
            <Fact
              name={texts.people.brightness}
              value={texts.people.ofHundred(Math.round(quality.brightness))}
            />
            <Fact name={texts.people.turned} value={poseWords(quality.pose)} />
          </>
        )}
      </dl>
    </Dialog>
  );
}

export interface FactProps {
  readonly name: string;
  readonly value: ComponentChildren;
  readonly isLong?: boolean;
}

export function Fact({ name, value, isLong = false }: FactProps) {
  return (
    <div class={isLong ? 'long' : ''}>
      <dt>{name}</dt>
      <dd dir="auto">{value}</dd>
    </div>
  );
}

function poseWords({ yaw, pitch, roll }: { yaw: number; pitch: number; roll: number }): string {
  const whole = (degrees: number) => Math.round(Math.abs(degrees));
  return texts.people.pose(whole(yaw), whole(pitch), whole(roll));
}

/** Returns the size of the picture at that address, once it is decoded. */
export function useSize(url: string | undefined): Size | undefined {
  const [size, setSize] = useState<Size>();
  useEffect(() => {
    if (url === undefined) return;
    let isGone = false;
    decode(url).then(
      ({ naturalWidth: width, naturalHeight: height }) => !isGone && setSize({ width, height }),
      () => {},
    );
    return () => {
      isGone = true;
    };
  }, [url]);
  return size;
}
