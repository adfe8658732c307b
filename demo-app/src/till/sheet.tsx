/** A sheet over the till: one thing at a time. */
import { type ReactNode, useEffect, useRef } from 'react';

export function Sheet({
  title,
  isFixed = false,
  onClose,
  children,
}: {
  readonly title: string;
  /** It cannot be closed now. */
  readonly isFixed?: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-label={title}
      onCancel={(event) => {
        if (isFixed) event.preventDefault();
      }}
      onClose={onClose}
    >
      <div className="stack">
        <div className="row">
          <h2>{title}</h2>
          <button
            type="button"
            className="btn small plain push"
            disabled={isFixed}
            onClick={() => dialog.current?.close()}
          >
            Close
          </button>
        </div>
        {children}
      </div>
    </dialog>
  );
}
