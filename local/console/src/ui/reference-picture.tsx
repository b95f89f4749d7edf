import { useEffect, useState } from 'preact/hooks';
import type { ReferenceImage } from '../../../../lib/contract/shapes.ts';
import { imagePath } from '../api/endpoints.ts';
import { decode, type Size } from '../api/pictures.ts';
import { bytes, timeOf } from '../model/words.ts';
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
  const title = file_name ?? 'Picture';
  return (
    <Dialog title={title} onClose={onClose} wide>
      {url && size ? (
        <FacesPicture
          url={url}
          size={size}
          alt={`${name}, ${title}`}
          faces={
            face
              ? [
                  {
                    number: 1,
                    area: { ...face, ...noLandmarks },
                    label: `The face that counts`,
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
        <Fact name="Added" value={timeOf(added_date)} />
        {width !== null && height !== null && <Fact name="Size" value={`${width} × ${height} pixels`} />}
        {size_bytes !== null && <Fact name="File" value={bytes(size_bytes)} />}
        {quality && (
          <>
            <Fact name="Sharpness" value={`${Math.round(quality.sharpness)} of 100`} />
            <Fact name="Brightness" value={`${Math.round(quality.brightness)} of 100`} />
            <Fact name="Turned" value={poseWords(quality.pose)} />
          </>
        )}
      </dl>
    </Dialog>
  );
}

export function Fact({ name, value, isLong = false }: { name: string; value: string; isLong?: boolean }) {
  return (
    <div class={isLong ? 'long' : ''}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function poseWords({ yaw, pitch, roll }: { yaw: number; pitch: number; roll: number }): string {
  const [side, up, tilt] = [yaw, pitch, roll].map((degrees) => Math.round(Math.abs(degrees)));
  return `${side}° aside, ${up}° up or down, tilted by ${tilt}°`;
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
