import { useEffect, useRef, useState } from 'preact/hooks';
import type { Box } from '../../../../lib/contract/shapes.ts';
import { acquirePicture, around, type Cut, decode, releasePicture, type Size } from '../api/pictures.ts';
import { texts } from '../texts.ts';
import { Icon } from './icon.tsx';

interface Shown {
  readonly url?: string | undefined;
  readonly failed?: boolean;
}

/**
 * Returns true once an element has come near the window. Until its picture is there, it may go away again:
 * then the picture makes room in the queue for those in sight.
 */
function useNear<Kind extends Element>(isThere: boolean) {
  const element = useRef<Kind>(null);
  const [isNear, setNear] = useState(false);
  useEffect(() => {
    if (element.current === null || (isNear && isThere)) return;
    const observer = new IntersectionObserver((entries) => setNear(entries.at(-1)?.isIntersecting === true), {
      rootMargin: '300px',
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [isNear, isThere]);
  return { element, isNear };
}

/**
 * Returns a picture of the service, by its path; undefined while the path is not known. It is fetched when it
 * comes into sight.
 */
function useServicePicture(path: string | undefined, { box, size }: Cut, isNear: boolean): Shown {
  const [shown, setShown] = useState<Shown>({});
  // A box is what its numbers are.
  const boxKey = box ? `${box.x},${box.y},${box.w},${box.h}` : '';
  useEffect(() => {
    setShown({});
    if (path === undefined || !isNear) return;
    let isGone = false;
    const cut: Cut = { ...(box && { box }), ...(size !== undefined && { size }) };
    acquirePicture(path, cut).then(
      (url) => !isGone && setShown({ url }),
      () => !isGone && setShown({ failed: true }),
    );
    return () => {
      isGone = true;
      releasePicture(path, cut);
    };
  }, [path, boxKey, size, isNear]);
  return shown;
}

export interface ServicePictureProps {
  readonly path: string | undefined;
  readonly alt: string;
  readonly box?: Box | null;
  readonly size?: number;
  readonly class?: string;
}

/** Shows a picture. Its space is reserved before it has loaded, so that nothing moves then. */
export function ServicePicture({ path, alt, box = null, size, class: className = '' }: ServicePictureProps) {
  const [isThere, setThere] = useState(false);
  const { element, isNear } = useNear<HTMLSpanElement>(isThere);
  const { url, failed } = useServicePicture(path, { box, ...(size !== undefined && { size }) }, isNear);
  useEffect(() => setThere(url !== undefined || failed === true), [url, failed]);
  return (
    <span ref={element} class={`picture ${url || failed ? '' : 'skeleton'} ${className}`}>
      {url && <img src={url} alt={alt} />}
      {failed && <NoPictureMark alt={alt} />}
    </span>
  );
}

function NoPictureMark({ alt }: { alt: string }) {
  const label = alt === '' ? {} : ({ role: 'img', 'aria-label': texts.frame.cannotBeShown(alt) } as const);
  return (
    <span class="no-picture" {...label}>
      <Icon name="image" />
    </span>
  );
}

/** Shows a placeholder for a missing picture. */
export function NoPicture({ alt, class: className = '' }: { alt: string; class?: string }) {
  return (
    <span class={`picture ${className}`}>
      <NoPictureMark alt={alt} />
    </span>
  );
}

/**
 * Returns a whole picture of the service, for components that draw over it. Its size is known once it is
 * decoded.
 */
export function useWholePicture(path: string | undefined): Shown & { readonly size: Size | undefined } {
  const shown = useServicePicture(path, {}, true);
  return { ...shown, size: useSize(shown.url) };
}

/** Returns the size of the picture at that address, once it is decoded. */
function useSize(url: string | undefined): Size | undefined {
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

/** Shows a face out of a picture that this page has already, which is not copied for it. */
export function FaceCut({ source, box, size, alt }: { source: string; box: Box; size: Size; alt: string }) {
  const { x, y, w } = around(box, size);
  const percent = (length: number) => `${(100 * length) / w}%`;
  return (
    <span class="picture cut">
      <img
        src={source}
        alt={alt}
        style={{ width: percent(size.width), left: percent(-x), top: percent(-y) }}
      />
    </span>
  );
}
