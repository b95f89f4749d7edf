import { useRef } from 'preact/hooks';
import { Icon } from './icon.tsx';

export interface FilesButtonProps {
  readonly label: string;
  /** Name of the field behind the button, if it is not the label. */
  readonly fieldLabel?: string;
  readonly accept?: string;
  /** True to choose a folder, with all that lies in it. */
  readonly isFolder?: boolean;
  readonly isPrimary?: boolean;
  readonly isDisabled?: boolean;
  readonly onFiles: (files: readonly File[]) => void;
}

/** Lets files of this machine be chosen. */
export function FilesButton(props: FilesButtonProps) {
  const { label, fieldLabel = label, accept, isFolder, isPrimary, isDisabled = false, onFiles } = props;
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        class={`button ${isPrimary ? 'primary' : ''}`}
        disabled={isDisabled}
        onClick={() => input.current?.click()}
      >
        <Icon name="upload" />
        {label}
      </button>
      <input
        ref={(element) => {
          input.current = element;
          if (element) element.webkitdirectory = isFolder === true;
        }}
        type="file"
        accept={accept}
        multiple
        hidden
        tabIndex={-1}
        aria-label={fieldLabel}
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])];
          // The same files may be chosen again.
          currentTarget.value = '';
          onFiles(files);
        }}
      />
    </>
  );
}
